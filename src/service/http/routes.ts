import { maxQueryRows } from '../../contracts/state-stream.ts'
import type { PriceRow } from '../../contracts/state-rows.ts'
import type { StreamRelay } from '../stream-relay.ts'
import { ok, RequestError, type Answer } from './answer.ts'
import { candles, gaps, incidents, trades } from './history-routes.ts'
import { resolveInstrument, unknownInstrument } from './instrument-name.ts'
import { limitOf, readParameters } from './parameters.ts'
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
  if (pathname === '/candles') return candles(searchParams, context.relay)
  if (pathname === '/trades') return trades(searchParams, context.relay)
  if (pathname === '/gaps') return gaps(searchParams, context.relay)
  if (pathname === '/incidents') return incidents(searchParams, context.relay)
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

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) throw unknownInstrument(text)
    throw error
  }
}
