import { EventEmitter } from 'node:events'
import type { MessagePortMain } from 'electron'

/**
 * Electron's MessagePortMain over a real port: asynchronous, cloning, with a `close` at both ends. A
 * port that was handed on is spent, as in Electron.
 */
export class PortStandIn extends EventEmitter implements MessagePortMain {
  readonly #port: MessagePort
  readonly #whenClosed = (): void => void this.emit('close')
  #isSpent = false

  constructor(port: MessagePort) {
    super()
    this.#port = port
    port.addEventListener('close', this.#whenClosed)
  }

  start(): void {
    this.#port.addEventListener('message', ({ data }: MessageEvent<unknown>) =>
      this.emit('message', { data, ports: [] })
    )
    this.#port.start()
  }

  postMessage(message: unknown): void {
    if (!this.#isSpent) this.#port.postMessage(message)
  }

  close(): void {
    if (!this.#isSpent) this.#port.close()
  }

  /** Takes the port out, to appear in another process. @throws Error when it was handed on before. */
  handOn(): MessagePort {
    if (this.#isSpent) throw new Error('Port at index 0 is already neutered')
    this.#isSpent = true
    this.#port.removeEventListener('close', this.#whenClosed)
    return this.#port
  }
}

/** Electron's MessageChannelMain. */
export class ChannelStandIn {
  readonly port1: PortStandIn
  readonly port2: PortStandIn

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new PortStandIn(port1)
    this.port2 = new PortStandIn(port2)
  }
}

/** The ports of a transfer list, taken out. */
export function handOnAll(ports: readonly MessagePortMain[]): MessagePort[] {
  return ports.map((port) => {
    if (port instanceof PortStandIn) return port.handOn()
    throw new TypeError('Invalid value for transfer')
  })
}
