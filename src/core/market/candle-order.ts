import type { Candle } from './candle.ts'

/** Orders candles by end, then by instrument, interval and index: whatever they were told in, the same. */
export function compareCandles(a: Candle, b: Candle): number {
  return (
    a.closeMs - b.closeMs ||
    compareText(a.instrument, b.instrument) ||
    compareText(a.interval, b.interval) ||
    a.index - b.index
  )
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
