import type { ServerMessage } from '../../contracts/state-stream.ts'
import type { StreamLink } from '../stream/stream-client.ts'

/** Wraps one end of a MessageChannel. A port that dies without a word is found by the client's silence check. */
export function portLink(port: MessagePort): StreamLink {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.addEventListener('message', (event: MessageEvent<ServerMessage>) => listener(event.data))
      port.start()
    },
    onClose: (listener) => port.addEventListener('close', () => listener(), { once: true }),
    close: () => port.close()
  }
}
