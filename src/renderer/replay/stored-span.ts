import type { Candle } from '../../core/market/candle.ts'
import type { Query, QueryResult } from '../../contracts/state-stream.ts'
import { maxQueryRows } from '../../contracts/state-stream.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { LoopSpan } from './replay-deck.ts'

const dayMs = 86_400_000
/** What is as young as this counts as still coming in. */
const nowWithinMs = 120_000

/**
 * Asks the live stream, from when to when trades of an instrument are stored; null where there are none.
 * Begins to the second where seconds are collected, else to the minute.
 *
 * @param nowMs Nothing is stored after it, though the minute of now is not over.
 */
export async function findStoredSpan(
  query: (query: Query) => Promise<QueryResult>,
  instrument: string,
  nowMs: number
): Promise<LoopSpan | null> {
  const ask = async (interval: string, fromMs: number | null, toMs: number | null) => {
    const limit = maxQueryRows
    const result = await query({ name: 'candles', instrument, interval, fromMs, toMs, limit })
    const candles: readonly Candle[] = result.name === 'candles' ? result.candles : []
    // The venue's own candles, which tell of no trades, can be looked at but not played.
    return candles.filter(({ trades }) => trades > 0)
  }
  const days = await ask('1d', null, null)
  const [first] = days
  const last = days.at(-1)
  if (first === undefined || last === undefined) return null
  const minutesOf = (day: Candle) => ask('1m', day.openMs, day.openMs + dayMs)
  const [begin, end = begin] = await Promise.all(
    first === last ? [minutesOf(first)] : [minutesOf(first), minutesOf(last)]
  )
  const toMs = end.at(-1)?.closeMs ?? last.closeMs
  const minute = begin[0]
  const [second] = minute === undefined ? [] : await ask('1s', minute.openMs, minute.closeMs)
  const fromMs = second?.openMs ?? minute?.openMs ?? first.openMs
  return { fromMs, toMs: Math.min(toMs, nowMs) }
}

/** `Nothing stored for SOL-USD on 14 Oct. Stored: 1 Nov 09:12 – now.` */
export function nothingStoredText(
  {
    symbol,
    asked,
    stored
  }: {
    readonly symbol: string
    /** What was asked for; null on either side as far as the store reaches. */
    readonly asked: { readonly fromMs: number | null; readonly toMs: number | null }
    readonly stored: LoopSpan | null
  },
  nowMs: number,
  zone: ZonedTime
): string {
  if (stored === null) return `Nothing stored for ${symbol} yet.`
  const text = (atMs: number) => `${zone.dayText(atMs)} ${zone.minuteText(atMs)}`
  const end = nowMs - stored.toMs < nowWithinMs ? 'now' : text(stored.toMs)
  return `Nothing stored for ${symbol}${askedText(asked, zone)}. Stored: ${text(stored.fromMs)} – ${end}.`
}

function askedText(
  { fromMs, toMs }: { readonly fromMs: number | null; readonly toMs: number | null },
  zone: ZonedTime
): string {
  if (fromMs === null) return ''
  const from = zone.dayText(fromMs)
  const isOneDay = toMs !== null && zone.dayText(toMs - 1) === from
  return isOneDay ? ` on ${from}` : ` from ${from} ${zone.minuteText(fromMs)}`
}
