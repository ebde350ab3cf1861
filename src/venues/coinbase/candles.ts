import type { Candle } from '../../core/market/candle.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext } from '../venue.ts'

/** Seconds of the venue's `granularity` that we know; GET /products/{id}/candles, read 2026-11-22. */
const granularities: Readonly<Record<string, number>> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3_600,
  '1d': 86_400
}

/** A larger range is refused. */
const pageLimit = 300

type CandleRequest = {
  readonly instrument: Instrument
  readonly interval: string
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Fetches the venue's own candles that lie wholly in [fromMs, toMs), oldest first.
 *
 * `toMs` is the caller's now or before: a candle still open then is left out, so every candle given is
 * closed and `refilled-candles`. Trade count and buy volume are not told by the venue: 0.
 */
export async function fetchCoinbaseCandles(
  context: RestContext,
  { instrument, interval, fromMs, toMs }: CandleRequest
): Promise<readonly Candle[] | null> {
  const granularity = granularities[interval]
  if (granularity === undefined) return null
  const lengthMs = granularity * 1_000
  const candles = new Map<number, Candle>()
  const firstMs = Math.ceil(fromMs / lengthMs) * lengthMs
  const endMs = Math.floor(toMs / lengthMs) * lengthMs
  for (let pageMs = firstMs; pageMs < endMs; pageMs += pageLimit * lengthMs) {
    const lastOpenMs = Math.min(pageMs + pageLimit * lengthMs, endMs) - lengthMs
    const rows = await fetchRows(context, instrument, { granularity, pageMs, lastOpenMs })
    for (const row of rows) {
      const candle = parseRow(row, { instrument, interval, lengthMs })
      if (candle === 'empty') continue
      if (candle.openMs >= pageMs && candle.openMs <= lastOpenMs) candles.set(candle.openMs, candle)
    }
  }
  return [...candles.values()].sort((a, b) => a.openMs - b.openMs)
}

/** `start` and `end` are the first and last opening times wanted. */
async function fetchRows(
  { rest, restUrl, signal }: RestContext,
  instrument: Instrument,
  page: { readonly granularity: number; readonly pageMs: number; readonly lastOpenMs: number }
): Promise<readonly unknown[]> {
  const query = new URLSearchParams({
    granularity: String(page.granularity),
    start: new Date(page.pageMs).toISOString(),
    end: new Date(page.lastOpenMs).toISOString()
  })
  const url = `${restUrl}/products/${instrument.venueSymbol}/candles?${query.toString()}`
  const { body } = await rest.getJson(url, signal)
  if (!Array.isArray(body)) throw badAnswer(instrument)
  const rows: readonly unknown[] = body
  return rows
}

/** Row: `[open s, low, high, open, close, volume]`. */
function parseRow(
  row: unknown,
  of: { readonly instrument: Instrument; readonly interval: string; readonly lengthMs: number }
): Candle | 'empty' {
  if (!Array.isArray(row)) throw badAnswer(of.instrument)
  const [openSeconds, low, high, open, close, volume] = row.map((value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) ? value : NaN
  )
  if (volume === 0) return 'empty'
  if (
    openSeconds === undefined ||
    open === undefined ||
    high === undefined ||
    low === undefined ||
    close === undefined ||
    volume === undefined ||
    (openSeconds * 1_000) % of.lengthMs !== 0 ||
    !(low > 0 && low <= open && low <= close && high >= open && high >= close && volume > 0)
  ) {
    throw badAnswer(of.instrument)
  }
  const openMs = openSeconds * 1_000
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

function badAnswer(instrument: Instrument): VenueError {
  return new VenueError('venue-bad-answer', `candles of ${instrument.id} cannot be read`, {
    retry: 'after'
  })
}
