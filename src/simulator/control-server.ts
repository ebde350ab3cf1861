import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { InstrumentId } from '../core/market/instrument.ts'
import type { FaultTarget } from './faults/fault-kind.ts'
import { applyFault, faultKinds } from './faults/fault-kinds.ts'
import type { FaultCommand } from './faults/fault-parameters.ts'
import { answerJson, type JsonAnswer } from './http/json-answer.ts'
import type { Truth } from './truth.ts'

/** What the control server shows and moves. */
export type ControlTarget = {
  readonly truth: Truth
  readonly faults: FaultTarget
  /** Whether a tape or capture was played to its end; false where the market has none. */
  readonly isFinished: () => boolean
  /** Starts the tape; null where the market has none. */
  readonly startTape: (() => void) | null
}

/** The control server, running. */
export type ControlServer = { readonly url: string; close(): Promise<void> }

const maxBodyBytes = 64 * 1024
const defaultLimit = 1_000
/** Longer than a client rests between two questions: an idle connection that ends as it is used again costs an answer. */
const keepAliveMs = 120_000
const maxLimit = 10_000
const routes =
  'GET /truth, GET /truth/:instrument/trades, GET /faults, POST /faults, GET /connects, POST /start'

/** Starts the control server on 127.0.0.1. Requests that name another host are refused. */
export async function startControlServer(
  target: ControlTarget,
  port: number
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    void answer(target, server, request).then(
      (answered) => {
        answerJson(response, answered)
      },
      (error: unknown) => {
        fail(response, error)
      }
    )
  })
  server.keepAliveTimeout = keepAliveMs
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      })
  }
}

async function answer(
  target: ControlTarget,
  server: Server,
  request: IncomingMessage
): Promise<JsonAnswer> {
  const { host } = request.headers
  const port = portOf(server)
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    return refuse(403, 'forbidden-host', `expected Host 127.0.0.1:${port}`)
  }
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  const path = url?.pathname ?? '/'
  switch (`${request.method ?? ''} ${path}`) {
    case 'GET /truth':
      return ok(readTruth(target))
    case 'GET /faults':
      return ok(readFaults(target))
    case 'POST /faults':
      return postFault(target, await readBody(request))
    case 'GET /connects':
      return ok(readConnects(target))
    case 'POST /start':
      return start(target)
    default:
  }
  const trades = /^\/truth\/([^/]+)\/trades$/.exec(path)
  if (request.method === 'GET' && url !== null && trades?.[1] !== undefined) {
    return readTrades(target.truth, trades[1], url.searchParams)
  }
  return refuse(404, 'not-found', `no such route; there are ${routes}`)
}

function readTruth({ truth, isFinished, faults }: ControlTarget) {
  return {
    nowMs: faults.market.nowMs(),
    finished: isFinished(),
    truncated: truth.truncated,
    instruments: truth.instruments()
  }
}

function readFaults({ faults }: ControlTarget) {
  const { board } = faults
  return { kinds: faultKinds, active: board.active(), counts: board.counts() }
}

/** How often each venue was connected to, and how often its own limits were met. */
function readConnects({ faults }: ControlTarget) {
  const figures = Object.entries(faults.board.connects.figures())
  const venues = figures.map(([venue, connects]) => {
    const server = [...faults.venues].find(([id]) => id === venue)?.[1]
    return [venue, { ...connects, breaches: server?.breaches?.() ?? null }]
  })
  return { venues: Object.fromEntries(venues) as Readonly<Record<string, unknown>> }
}

function readTrades(truth: Truth, name: string, query: URLSearchParams): JsonAnswer {
  const fromRow = readCount(query.get('from') ?? '0')
  if (fromRow === null) return refuse(400, 'bad-parameter', 'from: expected a row number', 'from')
  const limit = readCount(query.get('limit') ?? String(defaultLimit))
  if (limit === null || limit < 1 || limit > maxLimit) {
    return refuse(400, 'bad-parameter', `limit: expected 1 to ${maxLimit}`, 'limit')
  }
  const unsent = query.get('unsent') === 'true'
  const instrument = decodeId(name)
  const page = instrument === null ? null : truth.page(instrument, { fromRow, limit, unsent })
  if (page === null) return refuse(404, 'unknown-instrument', `${name}: never subscribed`)
  return ok({ ...page, truncated: truth.truncated })
}

function postFault({ faults }: ControlTarget, body: string): JsonAnswer {
  const command = readCommand(body)
  if (command === null) return refuse(400, 'bad-body', 'expected a JSON object with a kind')
  const result = applyFault(command, faults)
  if (result.outcome === 'applied') return ok({ ok: true })
  return refuse(400, 'bad-fault', result.message, result.parameter)
}

function start({ startTape }: ControlTarget): JsonAnswer {
  if (startTape === null) return refuse(409, 'no-tape', 'the market is not fed from a tape')
  startTape()
  return ok({ ok: true })
}

function readCommand(body: string): FaultCommand | null {
  try {
    const parsed: unknown = JSON.parse(body)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? (parsed as FaultCommand) : null
  } catch {
    return null
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) return ''
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function readCount(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null
}

function decodeId(name: string): InstrumentId | null {
  try {
    const id = decodeURIComponent(name)
    return id.includes(':') ? (id as InstrumentId) : null
  } catch {
    return null
  }
}

function ok(body: unknown): JsonAnswer {
  return { status: 200, body }
}

function refuse(status: number, code: string, message: string, parameter?: string): JsonAnswer {
  const error = parameter === undefined ? { code, message } : { code, message, parameter }
  return { status, body: { error } }
}

function fail(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  answerJson(response, refuse(500, 'failed', message))
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
