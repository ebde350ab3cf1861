const minuteMs = 60_000
const dayMs = 86_400_000
const weekMs = 7 * dayMs
/** Weeks start on Monday; the epoch was a Thursday. */
const firstMondayMs = 4 * dayMs

export const klineIntervals = [
  '1',
  '3',
  '5',
  '15',
  '30',
  '60',
  '120',
  '240',
  '360',
  '720',
  'D',
  'W',
  'M'
] as const
export type KlineInterval = (typeof klineIntervals)[number]

export function readKlineInterval(text: string): KlineInterval | null {
  return klineIntervals.find((interval) => interval === text) ?? null
}

/** Length of the candles that an interval is made of: days, for weeks and months. */
export function pieceMs(interval: KlineInterval): number {
  switch (interval) {
    case 'D':
    case 'W':
    case 'M':
      return dayMs
    default:
      return Number(interval) * minuteMs
  }
}

/** Finds the open of the candle that holds a moment, in UTC. */
export function openOf(interval: KlineInterval, atMs: number): number {
  if (interval === 'W') return Math.floor((atMs - firstMondayMs) / weekMs) * weekMs + firstMondayMs
  if (interval === 'M') {
    const at = new Date(atMs)
    return Date.UTC(at.getUTCFullYear(), at.getUTCMonth())
  }
  const lengthMs = pieceMs(interval)
  return Math.floor(atMs / lengthMs) * lengthMs
}

/** Finds the open so many candles later; negative goes back. */
export function shiftOpen(interval: KlineInterval, openMs: number, count: number): number {
  if (interval === 'W') return openMs + count * weekMs
  if (interval === 'M') {
    const at = new Date(openMs)
    return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + count)
  }
  return openMs + count * pieceMs(interval)
}
