import type {
  Socket,
  SocketEnd,
  SocketFactory,
  SocketListener,
  SocketOptions
} from '../../src/engine/collector/socket.ts'

/** A socket whose far end is the test. */
export class FakeSocket implements Socket {
  readonly url: string
  readonly options: SocketOptions
  readonly sent: string[] = []
  pings = 0
  bytesRead = 0
  isPaused = false
  isEnded = false
  wasTerminated = false
  /** Whether the far end answers a close frame. */
  answersClose = true
  readonly #listener: SocketListener

  constructor(url: string, options: SocketOptions, listener: SocketListener) {
    this.url = url
    this.options = options
    this.#listener = listener
  }

  send(text: string): void {
    if (!this.isEnded) this.sent.push(text)
  }

  ping(): void {
    this.pings += 1
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  close(): void {
    if (this.answersClose) this.end({ kind: 'closed', code: 1000, reason: '' })
  }

  terminate(): void {
    this.wasTerminated = true
    this.end({ kind: 'closed', code: 1006, reason: '' })
  }

  /** The far end lets us in. */
  accept(): void {
    this.#listener.opened()
  }

  /** The far end says something: text as it is, anything else as JSON. */
  say(...frames: readonly unknown[]): void {
    for (const frame of frames) {
      this.#listener.frame(Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)))
    }
  }

  sayBinary(data: Buffer): void {
    this.#listener.binary(data)
  }

  pong(): void {
    this.#listener.pong()
  }

  /** The far end pings. */
  farPing(): void {
    this.#listener.pinged()
  }

  end(end: SocketEnd): void {
    if (this.isEnded) return
    this.isEnded = true
    this.#listener.ended(end)
  }
}

/** Opens fake sockets and keeps them, oldest first. */
export class FakeSockets implements SocketFactory {
  readonly all: FakeSocket[] = []

  open(url: string, options: SocketOptions, listener: SocketListener): Socket {
    const socket = new FakeSocket(url, options, listener)
    this.all.push(socket)
    return socket
  }

  /** The newest socket. @throws Error when there is none. */
  get last(): FakeSocket {
    const socket = this.all.at(-1)
    if (socket === undefined) throw new Error('no socket was opened')
    return socket
  }

  /** Sockets not yet ended. */
  get unended(): readonly FakeSocket[] {
    return this.all.filter(({ isEnded }) => !isEnded)
  }
}
