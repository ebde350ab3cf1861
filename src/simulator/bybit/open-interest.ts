import type { SimInstrument, SimMarket } from '../market.ts'
import { trimmedText } from './decimal-text.ts'

const minuteMs = 60_000
const steps = new Map([
  ['5min', 5 * minuteMs],
  ['15min', 15 * minuteMs],
  ['30min', 30 * minuteMs],
  ['1h', 60 * minuteMs],
  ['4h', 240 * minuteMs],
  ['1d', 1440 * minuteMs]
])

/** A slow wave of one percent: the market behind knows today's open interest only. */
function wave(atMs: number): number {
  return 1 + 0.01 * Math.sin(atMs / (6 * 60 * minuteMs))
}

/** Lists open interest, newest first; null when the interval is unknown. The cursor is a time, exclusive. */
export function openInterest(
  market: SimMarket,
  instrument: SimInstrument,
  query: URLSearchParams
): object | null {
  const stepMs = steps.get(query.get('intervalTime') ?? '')
  if (stepMs === undefined) return null
  const limit = Math.min(Number(query.get('limit') ?? '50'), 200)
  const cursor = query.get('cursor') ?? ''
  const endMs = Number(query.get('endTime') ?? market.nowMs())
  const lastMs = cursor === '' ? endMs : Math.min(endMs, Number(cursor) - 1)
  const startMs = Number(query.get('startTime') ?? 0)
  const nowMs = market.nowMs()
  const current = Number(market.state(instrument.id).openInterestText)
  const list: object[] = []
  let atMs = Math.floor(Math.min(lastMs, nowMs) / stepMs) * stepMs
  for (; list.length < limit && atMs >= startMs && atMs > 0; atMs -= stepMs) {
    const interest = current * (wave(atMs) / wave(nowMs))
    list.push({
      openInterest: trimmedText(interest, instrument.sizeDigits),
      singleOpenInterest: trimmedText(interest / 2, instrument.sizeDigits),
      timestamp: String(atMs)
    })
  }
  const more = list.length === limit && atMs >= startMs
  return {
    symbol: instrument.venueSymbol,
    category: 'linear',
    list,
    nextPageCursor: more ? String(atMs + stepMs) : ''
  }
}
