import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A way to a port that can be barred: open connections break, new ones are refused, until it admits again. */
export class Gate {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isOpen = true
  #refused = 0

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(targetPort: number): Promise<Gate> {
    const server = createServer()
    const gate = new Gate(server)
    server.on('connection', (socket) => gate.#pass(socket, targetPort))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', resolve)
    })
    return gate
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections turned away so far. */
  get refused(): number {
    return this.#refused
  }

  shut(): void {
    this.#isOpen = false
    for (const socket of this.#sockets) socket.destroy()
  }

  admit(): void {
    this.#isOpen = true
  }

  async close(): Promise<void> {
    this.shut()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  #pass(socket: Socket, targetPort: number): void {
    this.#keep(socket)
    if (!this.#isOpen) {
      this.#refused += 1
      socket.destroy()
      return
    }
    const target = connect(targetPort, '127.0.0.1')
    this.#keep(target)
    socket.pipe(target)
    target.pipe(socket)
    socket.once('close', () => target.destroy())
    target.once('close', () => socket.destroy())
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
