import { parseInterval } from '../../core/market/interval.ts'
import { candleShapeOf, tradeShapeOf } from '../../contracts/market-shapes.ts'
import { maxQueryRows, type Query, type QueryResult } from '../../contracts/state-stream.ts'
import type { PriceRow } from '../../contracts/state-rows.ts'
import type { StreamRelay } from '../stream-relay.ts'
import { ok, RequestError, type Answer } from './answer.ts'
import { limitOf, readParameters, requiredText, timeOf } from './parameters.ts'
import { connectionShapeOf, healthShapeOf, priceShapeOf } from './row-shapes.ts'

/** What the routes read. */
export type RouteContext = { readonly relay: StreamRelay; readonly nowMs: () => number }

/**
 * Answers a GET of the API, or null when the path is none of its routes.
 *
 * @throws RequestError with the status and the parameter at fault.
 */
export async function answerRoute(url: URL, context: RouteContext): Promise<Answer | null> {
  const { pathname, searchParams } = url
  if (pathname === '/health') return health(searchParams, context)
  if (pathname === '/connections') return connections(searchParams, context)
  if (pathname === '/prices') return prices(searchParams, context)
  if (pathname.startsWith('/price/')) return price(pathname, searchParams, context)
  if (pathname === '/candles') return candles(searchParams, context)
  if (pathname === '/trades') return trades(searchParams, context)
  return null
}

function health(search: URLSearchParams, { relay }: RouteContext): Answer {
  readParameters(search, [])
  const row = relay.publisher.find('health', 'health')
  if (row === null) throw new RequestError(503, 'unavailable', 'the engine has not answered yet')
  return { status: row.status === 'down' ? 503 : 200, body: healthShapeOf(row) }
}

function connections(search: URLSearchParams, { relay, nowMs }: RouteContext): Answer {
  readParameters(search, [])
  const clock = relay.publisher.find('run', 'run')?.clock
  const wallMs = nowMs()
  const runNowMs =
    clock === undefined ? wallMs : clock.runMs + (wallMs - clock.wallMs) * clock.speed
  const items = [...relay.publisher.rows('connections')]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((row) => connectionShapeOf(row, runNowMs))
  return ok({ items })
}

function prices(search: URLSearchParams, { relay }: RouteContext): Answer {
  const values = readParameters(search, ['limit', 'venue'])
  const limit = limitOf(values, { usual: maxQueryRows, most: maxQueryRows })
  const venue = values.get('venue')
  const rows: PriceRow[] = []
  for (const row of relay.publisher.rows('prices')) {
    if (venue !== undefined && !row.id.startsWith(`${venue}:`)) continue
    rows.push(row)
    if (rows.length === limit) break
  }
  return ok({ items: rows.map(priceShapeOf) })
}

function price(pathname: string, search: URLSearchParams, { relay }: RouteContext): Answer {
  readParameters(search, [])
  const id = resolveInstrument(decodePath(pathname.slice('/price/'.length)), relay)
  const row = relay.publisher.find('prices', id)
  if (row === null) throw unknownInstrument(id)
  return ok(priceShapeOf(row))
}

async function candles(search: URLSearchParams, { relay }: RouteContext): Promise<Answer> {
  const values = readParameters(search, ['instrument', 'interval', 'from', 'to', 'limit'])
  const interval = requiredText(values, 'interval')
  if (parseInterval(interval) === null) {
    throw new RequestError(
      400,
      'bad-parameter',
      `interval must be 1s 5s 15s 1m 5m 15m 1h 4h 1d or a tick candle such as 100t (at most 10000t), not ${JSON.stringify(interval)}`,
      'interval'
    )
  }
  const result = await ask(relay, { name: 'candles', interval, ...rangeOf(values, relay) })
  return ok({ items: result.name === 'candles' ? result.candles.map(candleShapeOf) : [] })
}

async function trades(search: URLSearchParams, { relay }: RouteContext): Promise<Answer> {
  const values = readParameters(search, ['instrument', 'from', 'to', 'limit'])
  const result = await ask(relay, { name: 'trades', ...rangeOf(values, relay) })
  return ok({ items: result.name === 'trades' ? result.trades.map(tradeShapeOf) : [] })
}

function rangeOf(values: ReadonlyMap<string, string>, relay: StreamRelay) {
  const instrument = resolveInstrument(requiredText(values, 'instrument'), relay)
  const fromMs = timeOf(values, 'from')
  const toMs = timeOf(values, 'to')
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    throw new RequestError(400, 'bad-parameter', 'from must lie before to', 'from')
  }
  return { instrument, fromMs, toMs, limit: limitOf(values, { usual: 500, most: maxQueryRows }) }
}

async function ask(relay: StreamRelay, query: Query): Promise<QueryResult> {
  const answer = await relay.query(query)
  if (!('code' in answer)) return answer
  const status =
    answer.code === 'unknown-instrument' ? 404 : answer.code === 'bad-query' ? 400 : 503
  throw new RequestError(status, answer.code, answer.message, answer.parameter ?? null)
}

/** Finds `venue:SYMBOL` or, where only one venue has it, a bare `SYMBOL`; the first venue by name otherwise. */
function resolveInstrument(text: string, relay: StreamRelay): string {
  if (relay.publisher.find('instruments', text) !== null) return text
  const matches = [...relay.publisher.rows('instruments')]
    .filter((row) => row.symbol === text)
    .map((row) => row.id)
    .sort()
  const first = matches[0]
  if (first === undefined) throw unknownInstrument(text)
  return first
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) throw unknownInstrument(text)
    throw error
  }
}

function unknownInstrument(text: string): RequestError {
  return new RequestError(
    404,
    'unknown-instrument',
    `no instrument ${JSON.stringify(text)} is collected`,
    'instrument'
  )
}
