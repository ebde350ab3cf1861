import type { ReplayRange } from '../desk/replay-choices.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { Tape } from './replay-deck.ts'

/** What is played of time, and where it begins; null as in the contract's `load`. */
export type TapeSpan = Pick<Tape, 'fromMs' | 'toMs' | 'atMs'>

/** What was happening is seen coming. */
const leadMs = 60_000
const hourMs = 3_600_000

/** The stretch that a choice stands for, as of now. */
export function rangeSpan(range: ReplayRange, nowMs: number, zone: ZonedTime): TapeSpan {
  switch (range) {
    case 'hour':
      return { fromMs: nowMs - hourMs, toMs: null, atMs: null }
    case 'day':
      return { fromMs: zone.dayAround(nowMs).fromMs, toMs: null, atMs: null }
    case 'all':
      return { fromMs: null, toMs: null, atMs: null }
  }
}

/** The day of a candle, a minute before it. */
export function candleSpan(openMs: number, zone: ZonedTime): TapeSpan {
  const atMs = openMs - leadMs
  return { fromMs: zone.dayAround(atMs).fromMs, toMs: zone.dayAround(openMs).toMs, atMs }
}

/** A stretch and an hour around it, a minute before it began. */
export function stretchSpan(fromMs: number, toMs: number): TapeSpan {
  return { fromMs: fromMs - hourMs, toMs: toMs + hourMs, atMs: fromMs - leadMs }
}

/** The day of a moment, at that moment. */
export function momentSpan(atMs: number, zone: ZonedTime): TapeSpan {
  return { ...zone.dayAround(atMs), atMs }
}
