import type { SimInstrument, SimMarket } from '../market.ts'
import { trimmedText } from './decimal-text.ts'
import { openOf, readKlineInterval, shiftOpen, type KlineInterval } from './kline-interval.ts'
import { klineRows, type KlineSpan } from './kline-rows.ts'

const defaultLimit = 200
const maxLimit = 1000

type Asked = { readonly interval: KlineInterval; readonly query: URLSearchParams }

/** With a start alone the page begins there; with an end it holds the newest candles before it. */
function spanOf({ interval, query }: Asked, nowMs: number): KlineSpan | null {
  const limit = Math.min(Number(query.get('limit') ?? defaultLimit), maxLimit)
  const start = query.get('start')
  const end = query.get('end')
  const runningMs = openOf(interval, nowMs)
  if (!(limit >= 1)) return null
  if (start !== null && end === null) {
    const openMs = openOf(interval, Number(start))
    const fromMs = openMs < Number(start) ? shiftOpen(interval, openMs, 1) : openMs
    return { interval, fromMs, lastMs: Math.min(shiftOpen(interval, fromMs, limit - 1), runningMs) }
  }
  const lastMs = Math.min(openOf(interval, Number(end ?? nowMs)), runningMs)
  const fromMs = shiftOpen(interval, lastMs, 1 - limit)
  if (start === null) return { interval, fromMs, lastMs }
  const startMs = Number(start)
  const firstMs = openOf(interval, startMs)
  const boundMs = firstMs < startMs ? shiftOpen(interval, firstMs, 1) : firstMs
  return { interval, fromMs: Math.max(fromMs, boundMs), lastMs }
}

/** Answers candles, newest first, the running one included; null when the interval or range is no such thing. */
export function klineAnswer(
  market: SimMarket,
  instrument: SimInstrument,
  query: URLSearchParams
): string[][] | null {
  const interval = readKlineInterval(query.get('interval') ?? '')
  if (interval === null) return null
  const span = spanOf({ interval, query }, market.nowMs())
  if (span === null || !Number.isFinite(span.fromMs) || !Number.isFinite(span.lastMs)) return null
  const { priceDigits, sizeDigits } = instrument
  return klineRows(market, instrument, span)
    .reverse()
    .map((row) => [
      String(row.openMs),
      trimmedText(row.open, priceDigits),
      trimmedText(row.high, priceDigits),
      trimmedText(row.low, priceDigits),
      trimmedText(row.close, priceDigits),
      trimmedText(row.volume, sizeDigits),
      trimmedText(row.turnover, 8)
    ])
}
