import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import {
  setupChoiceSchema,
  type SetupAnswer,
  type SetupChoice
} from '../../contracts/desktop-bridge.ts'
import type { DeckLinks } from '../deck-links.ts'
import type { Log } from '../log.ts'
import type { StreamRelay } from '../stream-relay.ts'
import { errorAnswer, RequestError, type Answer } from './answer.ts'
import type { DashboardFile } from './dashboard-files.ts'
import { checkGate, loopbackHosts } from './gate.ts'
import { answerRoute } from './routes.ts'
import { webSocketLink } from './web-socket-link.ts'

/** Largest client message or request body, bytes. */
const maxClientBytes = 64 * 1024

/** Scripts and styles from here only; charts set inline styles, hence that exception. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store'
} as const

export type HttpServerOptions = {
  readonly port: number
  /** The state to serve; null until the engine is being started. */
  readonly relayOf: () => StreamRelay | null
  /** Whoever plays what is stored; null until the engine is being started. */
  readonly decksOf: () => DeckLinks | null
  readonly dashboard: ReadonlyMap<string, DashboardFile>
  /** Extra host names allowed, exact, with port. */
  readonly hosts: readonly string[]
  readonly maxClients: number
  readonly nowMs: () => number
  readonly log: Log
  /** Carries out a choice of the first-run card; resolves when it is under way. */
  readonly setup: (choice: SetupChoice) => Promise<SetupAnswer>
}

/** The loopback HTTP server: API, dashboard and state stream. */
export interface HttpServer {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/** A port that somebody else holds. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError'
}

/**
 * Starts the server on 127.0.0.1.
 *
 * @throws PortInUseError when the port is taken.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 20_000 })
  const port = await listen(server, options.port)
  const site = new Site(options, [...loopbackHosts(port), ...options.hosts])
  server.on('request', (request, response) => void site.serve(request, response))
  server.on('upgrade', (request, socket, head) => site.upgrade(request, socket, head))
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      site.close()
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    }
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new PortInUseError(`port ${port} is in use; choose another with --port, or 0 for any`)
          : error
      )
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

class Site {
  readonly #options: HttpServerOptions
  readonly #hosts: readonly string[]
  /** Lets the page we served, and no other, change things. */
  readonly #token = randomBytes(24).toString('base64url')
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxClientBytes })

  constructor(options: HttpServerOptions, hosts: readonly string[]) {
    this.#options = options
    this.#hosts = hosts
  }

  close(): void {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#sockets.close()
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, origin } = request.headers
    const refusal = checkGate({ host, origin }, this.#hosts, 'request')
    if (refusal !== null) {
      sendJson(response, errorAnswer(new RequestError(403, refusal, 'this address is not served')))
      return
    }
    try {
      await this.#route(request, response)
    } catch (error) {
      this.#send(response, errorAnswer(this.#failureOf(request, error)))
    }
  }

  #failureOf(request: IncomingMessage, error: unknown): RequestError {
    if (error instanceof RequestError) return error
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#options.log.write('error', 'http-failed', { url: request.url ?? '', reason })
    return new RequestError(500, 'internal', 'the request failed inside; see the log')
  }

  /** Every answer says whether its data is live, simulated or replayed. */
  #send(response: ServerResponse, answer: Answer): void {
    const mode = this.#options.relayOf()?.publisher.find('run', 'run')?.mode
    sendJson(response, answer, mode === undefined ? {} : { 'tapedeck-mode': mode })
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Node hands the socket over bare: a reset without a listener would end the whole process.
    socket.on('error', () => socket.destroy())
    const { host, origin } = request.headers
    const refused = checkGate({ host, origin }, this.#hosts, 'upgrade') !== null
    const relay = this.#options.relayOf()
    const decks = this.#options.decksOf()
    const isFull = this.#sockets.clients.size >= this.#options.maxClients
    const isKnown = request.url === '/stream-state' || request.url === '/replay-state'
    if (refused || isFull || relay === null || decks === null || !isKnown) {
      const status = refused
        ? '403 Forbidden'
        : isFull || relay === null || decks === null
          ? '503 Service Unavailable'
          : '404 Not Found'
      socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => webSocket.terminate())
      if (request.url === '/replay-state') decks.attach(webSocketLink(webSocket))
      else relay.publisher.attach(webSocketLink(webSocket))
    })
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = parseUrl(request.url ?? '/')
    if (request.method === 'POST' && url.pathname === '/setup') {
      this.#send(response, { status: 200, body: await this.#setup(request) })
      return
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      throw new RequestError(
        405,
        'method-not-allowed',
        `${request.method ?? ''} is not served here`
      )
    }
    const relay = this.#options.relayOf()
    if (relay === null) throw new RequestError(503, 'unavailable', 'the engine is being started')
    const answer = await answerRoute(url, { relay, nowMs: this.#options.nowMs })
    if (answer !== null) this.#send(response, answer)
    else this.#sendFile(url.pathname, response)
  }

  #sendFile(pathname: string, response: ServerResponse): void {
    const isPage = pathname === '/' || pathname === '/dashboard'
    const file = this.#options.dashboard.get(isPage ? '/index.html' : pathname)
    if (file === undefined) {
      throw isPage
        ? new RequestError(503, 'not-built', 'the dashboard has not been built; run npm run build')
        : new RequestError(404, 'not-found', `nothing is served at ${pathname.slice(0, 200)}`)
    }
    const body = isPage ? withToken(file.body, this.#token) : file.body
    response.writeHead(200, { ...securityHeaders, 'content-type': file.type })
    response.end(body)
  }

  async #setup(request: IncomingMessage): Promise<SetupAnswer> {
    if (!isSameToken(request.headers['x-tapedeck-token'], this.#token)) {
      throw new RequestError(401, 'token', 'this changes things and needs the token')
    }
    if (request.headers['content-type'] !== 'application/json') {
      throw new RequestError(415, 'content-type', 'the body must be application/json')
    }
    const body = await readJson(request)
    const given = typeof body === 'object' && body !== null && 'choice' in body ? body.choice : null
    const choice = setupChoiceSchema.safeParse(given)
    if (!choice.success) {
      throw new RequestError(
        400,
        'bad-parameter',
        `choice must be one of ${setupChoiceSchema.options.join(', ')}`,
        'choice'
      )
    }
    return this.#options.setup(choice.data)
  }
}

/** Puts the token where the page's script finds it; no other origin can read this page. */
function withToken(page: Buffer, token: string): string {
  return page
    .toString()
    .replace('<head>', `<head><meta name="tapedeck-token" content="${token}" />`)
}

function isSameToken(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string' || given.length !== expected.length) return false
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}

function parseUrl(path: string): URL {
  const url = URL.parse(path, 'http://127.0.0.1')
  if (url === null) throw new RequestError(400, 'bad-url', 'the request path cannot be read')
  return url
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxClientBytes) {
      throw new RequestError(413, 'too-large', `the body may hold ${maxClientBytes} bytes`)
    }
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new RequestError(400, 'bad-json', 'the body is not JSON')
  }
}

function sendJson(
  response: ServerResponse,
  answer: Answer,
  headers: Readonly<Record<string, string>> = {}
): void {
  if (response.headersSent) return
  response.writeHead(answer.status, {
    ...securityHeaders,
    ...headers,
    'content-type': 'application/json; charset=utf-8'
  })
  response.end(JSON.stringify(answer.body))
}
