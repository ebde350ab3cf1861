import type { Candle } from '../../core/market/candle.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parseInterval } from '../../core/market/interval.ts'
import { parseDecimal } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext } from '../venue.ts'

/** What `klines` serves and we know; rest-api.md, read 2026-11-22. */
const served: ReadonlySet<string> = new Set(['1s', '1m', '5m', '15m', '1h', '4h', '1d'])

/** Most candles on a page. */
const pageLimit = 1_000

type CandleRequest = {
  readonly instrument: Instrument
  readonly interval: string
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Fetches the venue's own candles that lie wholly in [fromMs, toMs), oldest first, those without a
 * trade left out.
 *
 * `toMs` is the caller's now or before, so every candle given is closed. Our own code, not ccxt's: its
 * rows leave out the trade count and the taker's volume that `klines` tells.
 */
export async function fetchBinanceCandles(
  context: RestContext,
  { instrument, interval, fromMs, toMs }: CandleRequest
): Promise<readonly Candle[] | null> {
  const spec = parseInterval(interval)
  if (spec?.kind !== 'time' || !served.has(interval)) return null
  const { lengthMs } = spec
  const candles: Candle[] = []
  const firstMs = Math.ceil(fromMs / lengthMs) * lengthMs
  for (let pageMs = firstMs; pageMs + lengthMs <= toMs; pageMs += pageLimit * lengthMs) {
    const lastOpenMs = Math.min(pageMs + (pageLimit - 1) * lengthMs, toMs - lengthMs)
    const query = `interval=${interval}&startTime=${pageMs}&endTime=${lastOpenMs}&limit=${pageLimit}`
    for (const row of await fetchRows(context, instrument, query)) {
      const candle = parseRow(row, { instrument, interval, lengthMs })
      const isAsked = candle.openMs >= pageMs && candle.openMs <= lastOpenMs
      const isNext = candle.openMs > (candles.at(-1)?.openMs ?? -Infinity)
      if (isAsked && isNext && candle.trades > 0) candles.push(candle)
    }
  }
  return candles
}

async function fetchRows(
  context: RestContext,
  instrument: Instrument,
  query: string
): Promise<readonly unknown[]> {
  const symbol = encodeURIComponent(instrument.venueSymbol)
  const url = `${context.restUrl}/api/v3/klines?symbol=${symbol}&${query}`
  const { body } = await context.rest.getJson(url, context.signal)
  if (!Array.isArray(body)) throw badAnswer(instrument)
  const rows: readonly unknown[] = body
  return rows
}

/** Row: open time, o, h, l, c, volume, close time, quote volume, trades, taker's buy volume, … */
function parseRow(
  row: unknown,
  of: { readonly instrument: Instrument; readonly interval: string; readonly lengthMs: number }
): Candle {
  const cells: readonly unknown[] = Array.isArray(row) ? row : []
  const [openMs, openText, highText, lowText, closeText, volumeText, , , trades, buyText] = cells
  const [open, high, low, close] = [openText, highText, lowText, closeText].map(parseDecimal)
  const volume = parseDecimal(volumeText)
  const buyVolume = parseDecimal(buyText)
  if (
    typeof openMs !== 'number' ||
    openMs % of.lengthMs !== 0 ||
    !isPrice(open) ||
    !isPrice(high) ||
    !isPrice(low) ||
    !isPrice(close) ||
    Math.max(open, close, low) > high ||
    Math.min(open, close) < low ||
    !isCount(trades) ||
    volume === null ||
    buyVolume === null ||
    !(buyVolume >= 0 && buyVolume <= volume)
  ) {
    throw badAnswer(of.instrument)
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
    buyVolume,
    trades,
    firstOrder: { major: 0, minor: 0 },
    lastOrder: { major: 0, minor: 0 },
    revision: 0,
    final: true,
    source: 'venue',
    state: 'refilled-candles'
  }
}

function isPrice(value: number | null | undefined): value is number {
  return typeof value === 'number' && value > 0
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function badAnswer(instrument: Instrument): VenueError {
  return new VenueError('venue-bad-answer', `candles of ${instrument.id} cannot be read`, {
    retry: 'after'
  })
}
