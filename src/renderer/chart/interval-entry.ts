import { parseInterval, timeIntervals, type Interval } from '../../core/market/interval.ts'

/** Intervals to offer: every time interval, then the tick candles that are collected. */
export function offeredIntervals(collected: readonly Interval[]): readonly Interval[] {
  const tickCandles = collected.filter((interval) => parseInterval(interval)?.kind === 'tick')
  return [...timeIntervals, ...new Set(tickCandles)]
}

/** What typed text means as an interval: bare digits are minutes, `60` is `1h`, `1440` is `1d`. */
export function readIntervalEntry(
  text: string,
  offered: readonly Interval[]
): { readonly interval: Interval } | { readonly problem: string } {
  const typed = text.trim().toLowerCase()
  const candidates = /^\d+$/.test(typed) ? spellings(Number(typed)) : [typed]
  const interval = candidates.find((candidate) => offered.includes(candidate))
  if (interval !== undefined) return { interval }
  return { problem: `${typed === '' ? 'Nothing typed' : typed}: not one of ${offered.join(' ')}` }
}

function spellings(minutes: number): readonly string[] {
  return [`${minutes}m`, `${minutes / 60}h`, `${minutes / 1_440}d`]
}
