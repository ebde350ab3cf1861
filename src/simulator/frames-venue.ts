import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'
import { openFrames } from '../recordings/frames.ts'
import { answerJson } from './http/json-answer.ts'
import type { TapeSpeed } from './tape-market.ts'

export type FramesVenueOptions = {
  /** A capture that `openFrames` reads. */
  readonly path: string
  readonly speed: TapeSpeed
  /** 0: any free port. */
  readonly port: number
}

const congestedBytes = 1024 * 1024
const congestionMs = 2
const framesPerTurn = 256
const maxWaitMs = 1_000

/**
 * Serves captured frames over a WebSocket: each client gets every received frame of the capture, in
 * file order, from its first message on, on a clock of its own that starts then. `?connection=NAME`
 * picks one connection of the capture. What the client sends is not looked at; there is no REST.
 */
export class FramesVenue {
  readonly #options: FramesVenueOptions
  readonly #http: Server
  readonly #ws: WebSocketServer
  readonly #stopping = new AbortController()
  readonly #playing = new Set<Promise<void>>()
  #sent = 0
  #finished = 0

  private constructor(options: FramesVenueOptions) {
    this.#options = options
    this.#http = createServer((request, response) => {
      const message = `${request.url ?? '/'}: captured frames have no REST`
      answerJson(response, { status: 404, body: { error: { code: 'not-found', message } } })
    })
    this.#ws = new WebSocketServer({ server: this.#http, perMessageDeflate: false })
    this.#ws.on('connection', (socket, request) => {
      const query = URL.parse(request.url ?? '/', 'http://localhost')?.searchParams
      this.#accept(socket, query?.get('connection') ?? null)
    })
  }

  /** Listens on 127.0.0.1. */
  static async open(options: FramesVenueOptions): Promise<FramesVenue> {
    const venue = new FramesVenue(options)
    await new Promise<void>((resolve, reject) => {
      venue.#http.once('error', reject)
      venue.#http.listen(options.port, '127.0.0.1', resolve)
    })
    return venue
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.#port}`
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Frames written so far, over all clients. */
  get sent(): number {
    return this.#sent
  }

  /** Clients that got the whole capture. */
  get finished(): number {
    return this.#finished
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    for (const socket of this.#ws.clients) socket.terminate()
    await Promise.allSettled(this.#playing)
    this.#ws.close()
    await new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve()
      })
      this.#http.closeAllConnections()
    })
  }

  get #port(): number {
    const address = this.#http.address()
    return typeof address === 'object' && address !== null ? address.port : this.#options.port
  }

  #accept(socket: WebSocket, connection: string | null): void {
    socket.on('error', () => {
      socket.terminate()
    })
    void once(socket, 'message', { signal: this.#stopping.signal }).then(
      () => {
        const playing = this.#play(socket, connection).catch(() => {
          // The capture broke off: the client sees a server that failed.
          socket.close(1011, 'capture unreadable')
        })
        this.#playing.add(playing)
        void playing.then(() => this.#playing.delete(playing))
      },
      () => undefined
    )
  }

  async #play(socket: WebSocket, connection: string | null): Promise<void> {
    const { path, speed } = this.#options
    const startedMs = performance.now()
    let firstMs: number | null = null
    let inTurn = 0
    for await (const frame of openFrames(path)) {
      if (frame.direction !== 'received') continue
      if (connection !== null && frame.connection !== connection) continue
      firstMs ??= frame.receivedMs
      if (speed !== 'max') await this.#waitFor(startedMs + (frame.receivedMs - firstMs) / speed)
      inTurn += 1
      if (inTurn % framesPerTurn === 0) await wait(0)
      while (socket.readyState === WebSocket.OPEN && socket.bufferedAmount > congestedBytes) {
        await wait(congestionMs)
      }
      if (socket.readyState !== WebSocket.OPEN) return
      socket.send(frame.frame)
      this.#sent += 1
    }
    this.#finished += 1
  }

  async #waitFor(dueMs: number): Promise<void> {
    const { signal } = this.#stopping
    for (;;) {
      const leftMs = dueMs - performance.now()
      if (leftMs <= 0 || signal.aborted) return
      await wait(Math.min(leftMs, maxWaitMs), undefined, { signal }).catch(() => undefined)
    }
  }
}
