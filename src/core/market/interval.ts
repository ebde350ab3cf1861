/** How long a candle is: a time (`1s` … `1d`) or a count of trades (`100t`). */
export type Interval = string

/** An interval, taken apart. */
export type IntervalSpec =
  | { readonly kind: 'time'; readonly interval: Interval; readonly lengthMs: number }
  | { readonly kind: 'tick'; readonly interval: Interval; readonly tradesPerCandle: number }

/** The time intervals that Tapedeck knows, shortest first. */
export const timeIntervals = ['1s', '5s', '15s', '1m', '5m', '15m', '1h', '4h', '1d'] as const

export type TimeInterval = (typeof timeIntervals)[number]

const lengthsMs: ReadonlyMap<string, number> = new Map([
  ['1s', 1_000],
  ['5s', 5_000],
  ['15s', 15_000],
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['4h', 14_400_000],
  ['1d', 86_400_000]
])

/** Most trades of a tick candle: as many of each instrument are read when a run begins. */
const mostTradesPerCandle = 10_000

/** Finds what an interval's text means, null when it means nothing. Tick candles hold 1 to 10,000 trades. */
export function parseInterval(text: string): IntervalSpec | null {
  const lengthMs = lengthsMs.get(text)
  if (lengthMs !== undefined) return { kind: 'time', interval: text, lengthMs }
  const tick = /^([1-9]\d{0,4})t$/.exec(text)
  const tradesPerCandle = Number(tick?.[1])
  if (tick === null || tradesPerCandle > mostTradesPerCandle) return null
  return { kind: 'tick', interval: text, tradesPerCandle }
}
