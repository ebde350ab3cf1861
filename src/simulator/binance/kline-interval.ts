const secondMs = 1000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 86_400_000
const weekMs = 7 * dayMs
/** Weeks start on Monday; the epoch was a Thursday. */
const firstMondayMs = 4 * dayMs

/** Lengths of those that always have the same one. */
const fixedMs = {
  '1s': secondMs,
  '1m': minuteMs,
  '3m': 3 * minuteMs,
  '5m': 5 * minuteMs,
  '15m': 15 * minuteMs,
  '30m': 30 * minuteMs,
  '1h': hourMs,
  '2h': 2 * hourMs,
  '4h': 4 * hourMs,
  '6h': 6 * hourMs,
  '8h': 8 * hourMs,
  '12h': 12 * hourMs,
  '1d': dayMs,
  '3d': 3 * dayMs
} as const

export type KlineIntervalName = keyof typeof fixedMs | '1w' | '1M'

export const klineIntervalNames: readonly KlineIntervalName[] = [
  ...(Object.keys(fixedMs) as (keyof typeof fixedMs)[]),
  '1w',
  '1M'
]

/** How candles are cut. */
export type KlineInterval = {
  readonly name: KlineIntervalName
  /** Of the day's begin: 8 h when cut by the clock of UTC+8. */
  readonly offsetMs: number
}

/** Null where the venue has no such interval. */
export function readIntervalName(text: string): KlineIntervalName | null {
  return klineIntervalNames.find((name) => name === text) ?? null
}

/** Reads `timeZone`, `8` or `-1:30`; null where it is none. */
export function readOffsetMs(text: string): number | null {
  const [, sign, hours, minutes = '0'] = /^([+-]?)(\d{1,2})(?::(\d{2}))?$/.exec(text) ?? []
  if (hours === undefined) return null
  const offsetMs = (Number(hours) * hourMs + Number(minutes) * minuteMs) * (sign === '-' ? -1 : 1)
  return offsetMs >= -12 * hourMs && offsetMs <= 14 * hourMs ? offsetMs : null
}

/** Length of the market's candles that these are made of. */
export function pieceMs({ name, offsetMs }: KlineInterval): number {
  const lengthMs = name === '1w' || name === '1M' ? dayMs : fixedMs[name]
  if (offsetMs === 0) return lengthMs
  return Math.min(lengthMs, offsetMs % hourMs === 0 ? hourMs : minuteMs)
}

/** Finds the open of the candle that holds a moment. */
export function openOf({ name, offsetMs }: KlineInterval, atMs: number): number {
  const localMs = atMs + offsetMs
  if (name === '1w') {
    return Math.floor((localMs - firstMondayMs) / weekMs) * weekMs + firstMondayMs - offsetMs
  }
  if (name === '1M') {
    const at = new Date(localMs)
    return Date.UTC(at.getUTCFullYear(), at.getUTCMonth()) - offsetMs
  }
  return Math.floor(localMs / fixedMs[name]) * fixedMs[name] - offsetMs
}

/** Finds the open so many candles later; negative goes back. */
export function shiftOpen(interval: KlineInterval, openMs: number, count: number): number {
  const { name, offsetMs } = interval
  if (name === '1w') return openMs + count * weekMs
  if (name === '1M') {
    const at = new Date(openMs + offsetMs)
    return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + count) - offsetMs
  }
  return openMs + count * fixedMs[name]
}
