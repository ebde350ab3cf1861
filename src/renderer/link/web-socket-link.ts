import type { PortPurpose } from '../../contracts/desktop-bridge.ts'
import type { ServerMessage } from '../../contracts/state-stream.ts'
import type { OpenLink, StreamLink } from '../stream/stream-client.ts'

/** Opens links over a WebSocket to a host that relays the state stream as JSON text. */
export function webSocketLinks(url: string): OpenLink {
  return (signal) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url)
      signal.addEventListener('abort', () => socket.close(), { once: true })
      socket.addEventListener('open', () => resolve(linkOf(socket)), { once: true })
      socket.addEventListener('close', () => reject(new Error(`no link to ${url}`)), { once: true })
    })
}

const streamPaths: Readonly<Record<PortPurpose, string>> = {
  state: '/stream-state',
  deck: '/replay-state'
}

/** The address of a stream on the host that served this page. */
export function streamAddress(
  page: Pick<Location, 'protocol' | 'host'>,
  purpose: PortPurpose
): string {
  return `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}${streamPaths[purpose]}`
}

function linkOf(socket: WebSocket): StreamLink {
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    },
    onMessage: (listener) => {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        const message = readMessage(event.data)
        if (message === null) socket.close(4_000, 'unreadable message')
        else listener(message)
      })
    },
    onClose: (listener) => socket.addEventListener('close', () => listener(), { once: true }),
    close: () => socket.close()
  }
}

/** The host is ours and on the same origin: its shape is trusted, its text is not. */
function readMessage(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null
  try {
    return JSON.parse(data) as ServerMessage
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
