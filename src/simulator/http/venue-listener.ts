import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { SimCut, SimFaults, SimVenueId } from '../market.ts'
import { answerJson } from './json-answer.ts'
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
/** How often it is looked whether a connection is too old. */
const ageScanMs = 50
/** Keeping no context lets ws leave frames under its threshold of 1024 bytes as they are: trades cost no compression. */
const largeFramesOnly = { serverNoContextTakeover: true, threshold: 1024 }

const statusTexts: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'Not Found',
  418: "I'm a teapot",
  429: 'Too Many Requests'
}

function refuse(
  stream: Duplex,
  status: number,
  headers: Readonly<Record<string, string>> = {}
): void {
  const lines = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Length: 0',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  ]
  stream.on('error', () => stream.destroy())
  stream.end(`${lines.join('\r\n')}\r\n\r\n`)
}

function reset(stream: Duplex): void {
  stream.on('error', () => stream.destroy())
  if (stream instanceof Socket) stream.resetAndDestroy()
  else stream.destroy()
}

/** One port of loopback that speaks HTTP and WebSocket for a venue. */
export class VenueListener {
  readonly #options: VenueListenerOptions
  readonly #http: Server
  readonly #ws: WebSocketServer
  readonly #connections = new Set<SimConnection>()
  readonly #ageScan: NodeJS.Timeout
  #accepted = 0
  #slowConsumers = 0

  private constructor(options: VenueListenerOptions) {
    this.#options = options
    this.#http = createServer((request, response) => {
      const refusal = options.faults.onRequest(options.venue, request.url ?? '/')
      if (refusal === null) options.answer(request, response)
      else answerJson(response, { ...refusal, body: { message: 'refused by a fault' } })
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
    this.#ageScan = setInterval(() => {
      this.#closeOld()
    }, ageScanMs)
  }

  /** Listens on 127.0.0.1. */
  static async open(options: VenueListenerOptions): Promise<VenueListener> {
    const listener = new VenueListener(options)
    await new Promise<void>((resolve, reject) => {
      listener.#http.once('error', (error) => {
        clearInterval(listener.#ageScan)
        reject(error)
      })
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

  dropConnections(cut: SimCut): void {
    for (const connection of this.#connections) connection.end(cut)
  }

  async close(): Promise<void> {
    clearInterval(this.#ageScan)
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
    const verdict = this.#options.faults.onConnect(this.#options.venue)
    if (verdict === 'reset') {
      reset(stream)
      return
    }
    if (verdict !== 'admit') {
      refuse(stream, verdict.status, verdict.headers)
      return
    }
    const [path = '/'] = (request.url ?? '/').split('?')
    const refusal = this.#options.upgrades(path)
      ? this.#options.admit(address, this.#connections.size)
      : 404
    if (refusal !== null) {
      refuse(stream, refusal)
      return
    }
    this.#ws.handleUpgrade(request, stream, head, (socket) => {
      this.#accept(socket, stream, { address, target: request.url ?? '/' })
    })
  }

  #closeOld(): void {
    const lifetime = this.#options.faults.lifetime(this.#options.venue)
    if (lifetime === null) return
    for (const connection of this.#connections) {
      if (connection.ageMs >= lifetime.ms) connection.close(lifetime.code, '')
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
      handler.message(data.toString('utf8'))
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
