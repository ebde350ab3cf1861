import type { MessagePortMain } from 'electron'
import type { MessageLink, ServerMessage } from '../contracts/state-stream.ts'

/** Windows that the main process itself serves while no engine runs, so that they can say why. */
export class OutagePorts {
  readonly #attach: (link: MessageLink<ServerMessage, unknown>) => void
  readonly #ports = new Set<MessagePortMain>()

  /** @param attach Serves one more client of what the host knows. */
  constructor(attach: (link: MessageLink<ServerMessage, unknown>) => void) {
    this.#attach = attach
  }

  /** Serves a window's end of a channel until `close`. */
  add(port: MessagePortMain): void {
    this.#ports.add(port)
    port.on('close', () => this.#ports.delete(port))
    this.#attach({
      send: (message) => port.postMessage(message),
      onMessage: (listener) => {
        port.on('message', ({ data }) => listener(data))
        port.start()
      },
      onClose: (listener) => void port.on('close', listener),
      close: () => port.close()
    })
  }

  /** An engine runs: each window asks for a new port, and gets one straight to it. */
  close(): void {
    for (const port of this.#ports) port.close()
    this.#ports.clear()
  }
}
