import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { SimChoice, SimCut, SimFaults, SimVenueId } from '../market.ts'
import { answerJson } from './json-answer.ts'
import { PortGate } from './port-gate.ts'
import { refuseUpgrade, resetStream } from './refused-upgrade.ts'
import { SimConnection } from './sim-connection.ts'

/** What a venue does with one connection. */
export interface ConnectionHandler {
  message(text: string): void
  /** Any control frame of the client. */
  alive?(): void
  /** A pong, asked for or not. */
  pong?(payload: string): void
  closed(): void
}

export type VenueListenerOptions = {
  readonly venue: SimVenueId
  /** 0: any free port. */
  readonly port: number
  /** Whether a path upgrades. */
  readonly upgrades: (path: string) => boolean
  readonly deflate: boolean
  readonly maxBufferedBytes: number
  readonly faults: SimFaults
  /** Asked before each upgrade, with the number of open connections: an HTTP status refuses it. */
  admit(address: string, open: number): number | null
  /** @param target Path and query of the upgrade. */
  accept(connection: SimConnection, target: string): ConnectionHandler
  answer(request: IncomingMessage, response: ServerResponse): void
}

/** Bound of one client message; longer ones end the connection with 1009. */
const maxMessageBytes = 256 * 1024
/** Well below the bound at which a slow reader is cut. */
const congestedBytes = 1024 * 1024
const closeTimeoutMs = 2000
/** How often it is looked what lasting faults do to the port and to old connections. */
const scanMs = 50
/** Keeping no context lets ws leave frames under its threshold of 1024 bytes as they are: trades cost no compression. */
const largeFramesOnly = { serverNoContextTakeover: true, threshold: 1024 }

/** One port of loopback that speaks HTTP and WebSocket for a venue. */
export class VenueListener {
  readonly #options: VenueListenerOptions
  readonly #http: Server
  readonly #ws: WebSocketServer
  readonly #connections = new Set<SimConnection>()
  readonly #port: PortGate
  /** Upgrades that are never answered. */
  readonly #unanswered = new Set<Duplex>()
  readonly #scanner: NodeJS.Timeout
  #accepted = 0
  #slowConsumers = 0

  private constructor(options: VenueListenerOptions) {
    this.#options = options
    this.#http = createServer((request, response) => {
      this.#answer(request, response)
    })
    this.#port = new PortGate(this.#http)
    // A name of its own: the types of ws lag behind its `closeTimeout`.
    const wsOptions = {
      noServer: true,
      maxPayload: maxMessageBytes,
      perMessageDeflate: options.deflate ? largeFramesOnly : false,
      closeTimeout: closeTimeoutMs
    }
    this.#ws = new WebSocketServer(wsOptions)
    this.#http.on('upgrade', (request, stream, head) => {
      this.#upgrade(request, stream, head)
    })
    this.#scanner = setInterval(() => {
      this.#port.follow(options.faults.isPortClosed(options.venue))
      this.#endOld()
    }, scanMs)
  }

  /** Listens on 127.0.0.1. */
  static async open(options: VenueListenerOptions): Promise<VenueListener> {
    const listener = new VenueListener(options)
    await listener.#port.open(options.port).catch((error: unknown) => {
      clearInterval(listener.#scanner)
      throw error
    })
    return listener
  }

  get port(): number {
    return this.#port.number
  }

  get connections(): ReadonlySet<SimConnection> {
    return this.#connections
  }

  /** Whether some client reads too slowly for a tape at full speed to go on. */
  get isCongested(): boolean {
    for (const { bufferedBytes } of this.#connections) {
      if (bufferedBytes > congestedBytes) return true
    }
    return false
  }

  get slowConsumers(): number {
    return this.#slowConsumers
  }

  dropConnections(cut: SimCut, isMeant: SimChoice = () => true): void {
    for (const connection of this.#connections) {
      if (isMeant(connection.id)) connection.end(cut)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#scanner)
    for (const connection of this.#connections) connection.terminate()
    for (const stream of this.#unanswered) stream.destroy()
    this.#ws.close()
    await this.#port.close()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { venue, faults } = this.#options
    const target = request.url ?? '/'
    const refusal = faults.onRequest(venue, target)
    const reply = () => {
      if (response.destroyed) return
      if (refusal === null) this.#options.answer(request, response)
      else answerJson(response, { ...refusal, body: { message: 'refused by a fault' } })
    }
    const delayMs = faults.answerDelayMs(venue, target)
    if (delayMs > 0) setTimeout(reply, delayMs).unref()
    else reply()
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? 'unknown'
    const verdict = this.#options.faults.onConnect(this.#options.venue)
    if (verdict === 'reset') {
      resetStream(stream)
      return
    }
    if (verdict === 'mute') {
      this.#leaveUnanswered(stream)
      return
    }
    if (verdict !== 'admit') {
      refuseUpgrade(stream, verdict)
      return
    }
    const [path = '/'] = (request.url ?? '/').split('?')
    const refusal = this.#options.upgrades(path)
      ? this.#options.admit(address, this.#connections.size)
      : 404
    if (refusal !== null) {
      refuseUpgrade(stream, { status: refusal, headers: {} })
      return
    }
    this.#ws.handleUpgrade(request, stream, head, (socket) => {
      this.#accept(socket, stream, { address, target: request.url ?? '/' })
    })
  }

  #leaveUnanswered(stream: Duplex): void {
    this.#unanswered.add(stream)
    stream.on('error', () => stream.destroy())
    stream.once('close', () => this.#unanswered.delete(stream))
    stream.once('end', () => stream.destroy())
    stream.resume()
  }

  #endOld(): void {
    const { faults, venue } = this.#options
    for (const connection of this.#connections) {
      const lifetime = faults.lifetime(venue, connection.id)
      if (lifetime !== null && connection.ageMs >= lifetime.ms) connection.end(lifetime.cut)
    }
  }

  #accept(
    socket: WebSocket,
    stream: Duplex,
    from: { readonly address: string; readonly target: string }
  ): void {
    const { venue, faults, maxBufferedBytes } = this.#options
    this.#accepted += 1
    const connection = new SimConnection({
      id: `${venue}#${this.#accepted}`,
      address: from.address,
      venue,
      socket,
      stream,
      faults,
      maxBufferedBytes,
      onSlow: () => {
        this.#slowConsumers += 1
      }
    })
    this.#connections.add(connection)
    const handler = this.#options.accept(connection, from.target)
    socket.on('message', (data: Buffer) => {
      if (faults.onMessage(venue) === 'hear') handler.message(data.toString('utf8'))
    })
    socket.on('ping', () => handler.alive?.())
    socket.on('pong', (payload: Buffer) => {
      handler.alive?.()
      handler.pong?.(payload.toString('latin1'))
    })
    socket.on('error', () => {
      socket.terminate()
    })
    socket.on('close', () => {
      this.#connections.delete(connection)
      handler.closed()
    })
  }
}
