import type { Candle } from '../../core/market/candle.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import { parseInterval, type IntervalSpec } from '../../core/market/interval.ts'
import {
  candleShapeOf,
  gapShapeOf,
  incidentShapeOf,
  tradeShapeOf
} from '../../contracts/market-shapes.ts'
import {
  maxIncidentRows,
  maxQueryRows,
  type Query,
  type QueryResult
} from '../../contracts/state-stream.ts'
import type { StreamRelay } from '../stream-relay.ts'
import { ok, RequestError, type Answer } from './answer.ts'
import { fillCandles } from './filled-candles.ts'
import { resolveInstrument } from './instrument-name.ts'
import { flagOf, limitOf, readParameters, requiredText, timeOf } from './parameters.ts'

type Range = ReturnType<typeof rangeOf>
type TimeSpec = IntervalSpec & { readonly kind: 'time' }

/** Answers `/candles`. @throws RequestError */
export async function candles(search: URLSearchParams, relay: StreamRelay): Promise<Answer> {
  const values = readParameters(search, ['instrument', 'interval', 'from', 'to', 'limit', 'fill'])
  const spec = intervalOf(requiredText(values, 'interval'))
  const query = { instrument: instrumentOf(values, relay), ...rangeOf(values) }
  if (!flagOf(values, 'fill')) {
    const found = await askCandles(relay, spec, query)
    return ok({ items: found.map(candleShapeOf) })
  }
  if (spec.kind === 'time') return ok({ items: await filled(relay, spec, query) })
  throw new RequestError(
    400,
    'bad-parameter',
    `fill needs a time interval: candles of ${spec.tradesPerCandle} trades leave no slot empty`,
    'fill'
  )
}

/** Answers `/trades`. @throws RequestError */
export async function trades(search: URLSearchParams, relay: StreamRelay): Promise<Answer> {
  const values = readParameters(search, ['instrument', 'from', 'to', 'limit'])
  const instrument = instrumentOf(values, relay)
  const result = await ask(relay, { name: 'trades', instrument, ...rangeOf(values) })
  return ok({ items: result.name === 'trades' ? result.trades.map(tradeShapeOf) : [] })
}

/** Answers `/gaps`. @throws RequestError */
export async function gaps(search: URLSearchParams, relay: StreamRelay): Promise<Answer> {
  const values = readParameters(search, ['instrument', 'from', 'to', 'limit'])
  const instrument = values.has('instrument') ? instrumentOf(values, relay) : null
  const result = await ask(relay, { name: 'gaps', instrument, ...rangeOf(values) })
  return ok({ items: result.name === 'gaps' ? result.gaps.map(gapShapeOf) : [] })
}

/** Answers `/incidents`. @throws RequestError */
export async function incidents(search: URLSearchParams, relay: StreamRelay): Promise<Answer> {
  const values = readParameters(search, ['venue', 'from', 'to', 'limit'])
  const limit = limitOf(values, { usual: 100, most: maxIncidentRows })
  const range = { ...stretchOf(values), limit }
  const venue = values.get('venue') ?? null
  const result = await ask(relay, { name: 'incidents', venue, ...range })
  return ok({ items: result.name === 'incidents' ? result.incidents.map(incidentShapeOf) : [] })
}

/** The newest `limit` slots of a range, up to the newest that anything is known of. */
async function filled(
  relay: StreamRelay,
  spec: TimeSpec,
  { instrument, fromMs, toMs, limit }: Range & { readonly instrument: string }
) {
  const { lengthMs } = spec
  const slotAt = (ms: number) => Math.ceil(ms / lengthMs) * lengthMs
  const newest = { instrument, fromMs: null, toMs: null, limit: 1 }
  const [candle] = await askCandles(relay, spec, newest)
  const [range] = await askLedger(relay, newest)
  const knownMs = Math.max(candle?.closeMs ?? -Infinity, slotAt(range?.toMs ?? -Infinity))
  const endMs = Math.min(slotAt(toMs ?? Infinity), knownMs)
  if (!Number.isFinite(endMs)) return []
  const beginMs = Math.max(slotAt(fromMs ?? -Infinity), endMs - limit * lengthMs)
  if (beginMs >= endMs) return []
  const stretch = { instrument, fromMs: beginMs, toMs: endMs, limit: maxQueryRows }
  const before = { instrument, fromMs: null, toMs: beginMs, limit: 1 }
  return fillCandles({
    lengthMs,
    fromMs: beginMs,
    toMs: endMs,
    candles: await askCandles(relay, spec, stretch),
    before: (await askCandles(relay, spec, before)).at(-1) ?? null,
    ranges: await askLedger(relay, stretch)
  })
}

type Stretch = {
  readonly instrument: string
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly limit: number
}

async function askCandles(
  relay: StreamRelay,
  { interval }: IntervalSpec,
  stretch: Stretch
): Promise<readonly Candle[]> {
  const result = await ask(relay, { name: 'candles', interval, ...stretch })
  return result.name === 'candles' ? result.candles : []
}

async function askLedger(relay: StreamRelay, stretch: Stretch): Promise<readonly LedgerRange[]> {
  const result = await ask(relay, { name: 'ledger', ...stretch })
  return result.name === 'ledger' ? result.ranges : []
}

async function ask(relay: StreamRelay, query: Query): Promise<QueryResult> {
  const answer = await relay.query(query)
  if (!('code' in answer)) return answer
  const status =
    answer.code === 'unknown-instrument' ? 404 : answer.code === 'bad-query' ? 400 : 503
  throw new RequestError(status, answer.code, answer.message, answer.parameter ?? null)
}

function intervalOf(text: string): IntervalSpec {
  const spec = parseInterval(text)
  if (spec !== null) return spec
  throw new RequestError(
    400,
    'bad-parameter',
    `interval must be 1s 5s 15s 1m 5m 15m 1h 4h 1d or a tick candle such as 100t (at most 10000t), not ${JSON.stringify(text)}`,
    'interval'
  )
}

function instrumentOf(values: ReadonlyMap<string, string>, relay: StreamRelay): string {
  return resolveInstrument(requiredText(values, 'instrument'), relay)
}

function rangeOf(values: ReadonlyMap<string, string>) {
  return { ...stretchOf(values), limit: limitOf(values, { usual: 500, most: maxQueryRows }) }
}

function stretchOf(values: ReadonlyMap<string, string>) {
  const fromMs = timeOf(values, 'from')
  const toMs = timeOf(values, 'to')
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    throw new RequestError(400, 'bad-parameter', 'from must lie before to', 'from')
  }
  return { fromMs, toMs }
}
