import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { SimFaults, SimVenueId } from '../market.ts'
import { SimConnection } from './sim-connection.ts'

/** What a venue does with one connection. */
export interface ConnectionHandler {
  message(text: string): void
  /** Any control frame of the client. */
  alive?(): void
  closed(): void
}

export type VenueListenerOptions = {
  readonly venue: SimVenueId
  /** 0: any free port. */
  readonly port: number
  /** The one path that upgrades. */
  readonly path: string
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
/** Keeping no context lets ws leave frames under its threshold of 1024 bytes as they are: trades cost no compression. */
const largeFramesOnly = { serverNoContextTakeover: true, threshold: 1024 }

const statusTexts: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests'
}

function refuse(stream: Duplex, status: number): void {
  const head = `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Refused'}`
  stream.on('error', () => stream.destroy())
  stream.end(`${head}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** One port of loopback that speaks HTTP and WebSocket for a venue. */
export class VenueListener {
  readonly #options: VenueListenerOptions
  readonly #http: Server
  readonly #ws: WebSocketServer
  readonly #connections = new Set<SimConnection>()
  #accepted = 0
  #slowConsumers = 0

  private constructor(options: VenueListenerOptions) {
    this.#options = options
    this.#http = createServer((request, response) => {
      options.answer(request, response)
    })
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
  }

  /** Listens on 127.0.0.1. */
  static async open(options: VenueListenerOptions): Promise<VenueListener> {
    const listener = new VenueListener(options)
    await new Promise<void>((resolve, reject) => {
      listener.#http.once('error', reject)
      listener.#http.listen(options.port, '127.0.0.1', resolve)
    })
    return listener
  }

  get port(): number {
    const address = this.#http.address()
    return typeof address === 'object' && address !== null ? address.port : this.#options.port
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

  dropConnections(how: 'reset' | 'close'): void {
    for (const connection of this.#connections) {
      if (how === 'reset') connection.reset()
      else connection.close(1001, '')
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.terminate()
    this.#ws.close()
    await new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve()
      })
      this.#http.closeAllConnections()
    })
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const address = request.socket.remoteAddress ?? 'unknown'
    const path = (request.url ?? '/').split('?')[0]
    const refusal =
      path === this.#options.path ? this.#options.admit(address, this.#connections.size) : 404
    if (refusal !== null) {
      refuse(stream, refusal)
      return
    }
    this.#ws.handleUpgrade(request, stream, head, (socket) => {
      this.#accept(socket, stream, { address, target: request.url ?? '/' })
    })
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
      handler.message(data.toString('utf8'))
    })
    socket.on('ping', () => handler.alive?.())
    socket.on('pong', () => handler.alive?.())
    socket.on('error', () => {
      socket.terminate()
    })
    socket.on('close', () => {
      this.#connections.delete(connection)
      handler.closed()
    })
  }
}
