import type { Server } from 'node:http'

/** The listening port of a venue: open, or closed for a while with what came through it left as it is. */
export class PortGate {
  readonly #http: Server
  #port = 0
  #isOpen = false

  constructor(http: Server) {
    this.#http = http
  }

  /** The port that it listens on, or would. */
  get number(): number {
    return this.#port
  }

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0: any free port.
   * @throws the listening error, such as EADDRINUSE.
   */
  async open(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(port, '127.0.0.1', resolve)
    })
    const address = this.#http.address()
    this.#port = typeof address === 'object' && address !== null ? address.port : port
    this.#isOpen = true
  }

  /** Opens or closes as faults want it; requests that are under way end with the port. */
  follow(isClosed: boolean): void {
    if (isClosed !== this.#isOpen) return
    this.#isOpen = !isClosed
    if (isClosed) {
      this.#http.close()
      this.#http.closeAllConnections()
    } else this.#http.listen(this.#port, '127.0.0.1')
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    await new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve()
      })
      this.#http.closeAllConnections()
    })
  }
}
