import type { Candle } from '../../core/market/candle.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext } from '../venue.ts'
import { getJson, refusalOf } from './rest.ts'
import { isObject, type EodhdCandle, type Unchecked } from './wire.ts'

const dayMs = 86_400_000

/** Intervals served, with the longest span of one request; eodhd.md, "REST", read 2026-11-22. */
const served: ReadonlyMap<string, { readonly lengthMs: number; readonly spanMs: number }> = new Map(
  [
    ['1m', { lengthMs: 60_000, spanMs: 120 * dayMs }],
    ['5m', { lengthMs: 300_000, spanMs: 600 * dayMs }],
    ['1h', { lengthMs: 3_600_000, spanMs: 7_200 * dayMs }]
  ]
)

type CandleRequest = {
  readonly instrument: Instrument
  readonly interval: string
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Fetches the venue's own candles that lie wholly in [fromMs, toMs), oldest first.
 *
 * They are final 2 to 3 hours after the close; before, minutes may still be missing. Trade count and
 * buy volume are not told: 0.
 */
export async function fetchEodhdCandles(
  context: RestContext,
  { instrument, interval, fromMs, toMs }: CandleRequest
): Promise<readonly Candle[] | null> {
  const rule = served.get(interval)
  if (rule === undefined) return null
  const { lengthMs, spanMs } = rule
  const candles: Candle[] = []
  const firstMs = Math.ceil(fromMs / lengthMs) * lengthMs
  for (let pageMs = firstMs; pageMs + lengthMs <= toMs; pageMs += spanMs) {
    const lastOpenMs = Math.min(pageMs + spanMs, toMs) - lengthMs
    const range = `&from=${pageMs / 1000}&to=${Math.floor(lastOpenMs / 1000)}`
    const query = `&interval=${interval}${range}`
    for (const row of await fetchRows(context, instrument, query)) {
      const candle = parseRow(row, { instrument, interval, lengthMs })
      if (candle === 'empty') continue
      const isAsked = candle.openMs >= pageMs && candle.openMs <= lastOpenMs
      const isNext = candle.openMs > (candles.at(-1)?.openMs ?? -Infinity)
      if (isAsked && isNext) candles.push(candle)
    }
  }
  return candles
}

async function fetchRows(
  context: RestContext,
  instrument: Instrument,
  query: string
): Promise<readonly unknown[]> {
  const path = `intraday/${encodeURIComponent(instrument.venueSymbol)}.US`
  const { body } = await getJson(context, path, query)
  if (!Array.isArray(body)) throw refusalOf(path, body, context)
  const rows: readonly unknown[] = body
  return rows
}

function parseRow(
  row: unknown,
  of: { readonly instrument: Instrument; readonly interval: string; readonly lengthMs: number }
): Candle | 'empty' {
  const fields: Unchecked<EodhdCandle> = isObject(row) ? row : {}
  const { timestamp, open, high, low, close, volume } = fields
  if (open === null || volume === null || volume === 0) return 'empty'
  const openMs = typeof timestamp === 'number' ? timestamp * 1000 : NaN
  if (
    openMs % of.lengthMs !== 0 ||
    !isPositive(open) ||
    !isPositive(high) ||
    !isPositive(low) ||
    !isPositive(close) ||
    !isPositive(volume) ||
    Math.max(open, close, low) > high ||
    Math.min(open, close) < low
  ) {
    throw new VenueError('venue-bad-answer', `candles of ${of.instrument.id} cannot be read`, {
      retry: 'after'
    })
  }
  return {
    instrument: of.instrument.id,
    interval: of.interval,
    openMs,
    closeMs: openMs + of.lengthMs,
    dayMs: 0,
    index: 0,
    open,
    high,
    low,
    close,
    volume,
    buyVolume: 0,
    trades: 0,
    firstOrder: { major: 0, minor: 0 },
    lastOrder: { major: 0, minor: 0 },
    revision: 0,
    final: true,
    source: 'venue',
    state: 'refilled-candles'
  }
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value < Infinity
}
