import type { WebSocket } from 'ws'
import type { MessageLink } from '../../contracts/state-stream.ts'

/** A client that lets more than this pile up is not reading: it is cut, and comes back to a snapshot. */
const maxUnreadBytes = 32 * 1024 * 1024

/**
 * Carries plain messages over a WebSocket as JSON text. What is not JSON reaches the listener as
 * `undefined`, which every schema refuses.
 */
export function webSocketLink<Out>(socket: WebSocket): MessageLink<Out, unknown> {
  return {
    send: (message) => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > maxUnreadBytes) socket.terminate()
      else socket.send(JSON.stringify(message))
    },
    onMessage: (listener) => {
      socket.on('message', (data: Buffer) => listener(parseJson(data.toString())))
    },
    onClose: (listener) => void socket.once('close', listener),
    close: () => socket.close(1001)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
