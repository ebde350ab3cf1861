import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'

/** Most points one series draws, empty slots included. */
export const maxPoints = 5_000
/** Longest stretch of empty slots drawn in full; a longer one is drawn as a break of `breakSlots`. */
export const maxEmptySlots = 600
export const breakSlots = 12

/** One place on the time axis: `key` rises strictly; without a candle the slot is empty. */
export type ChartPoint = { readonly key: number; readonly candle: Candle | null }

/** Smallest distance between keys; half a microsecond of the axis, far below what it shows. */
const keyStep = 1 / 1_024

/** The key of a candle that follows a point: its open time, or just after the point where times repeat. */
export function keyAfter(openMs: number, previousKey: number | null): number {
  return previousKey === null ? openMs : Math.max(openMs, previousKey + keyStep)
}

/**
 * Open times of the empty slots between two points of a time series, oldest first.
 *
 * Of a stretch too long to draw only the last slots are given.
 */
export function emptySlots(afterMs: number, beforeMs: number, lengthMs: number): readonly number[] {
  const missing = Math.round((beforeMs - afterMs) / lengthMs) - 1
  if (missing <= 0) return []
  const shown = missing > maxEmptySlots ? breakSlots : missing
  return [...Array(shown).keys()].map((index) => beforeMs - (shown - index) * lengthMs)
}

/** Lays candles out on the axis: time candles with empty slots between them, tick candles side by side. */
export function layOut(candles: readonly Candle[], spec: IntervalSpec): ChartPoint[] {
  const points: ChartPoint[] = []
  let previousKey: number | null = null
  for (const candle of candles) {
    if (spec.kind === 'time' && previousKey !== null) {
      for (const key of emptySlots(previousKey, candle.openMs, spec.lengthMs)) {
        points.push({ key, candle: null })
      }
    }
    const key: number = spec.kind === 'time' ? candle.openMs : keyAfter(candle.openMs, previousKey)
    points.push({ key, candle })
    previousKey = key
  }
  return points
}

/** How many candles, counted from one end, fit into `maxPoints` points. */
export function candlesThatFit(
  candles: readonly Candle[],
  spec: IntervalSpec,
  end: 'newest' | 'oldest'
): number {
  if (spec.kind === 'tick') return Math.min(candles.length, maxPoints)
  let points = 0
  let previous: Candle | undefined
  for (let count = 0; count < candles.length; count += 1) {
    const candle = candles[end === 'newest' ? candles.length - 1 - count : count]
    if (candle === undefined) return count
    points += 1
    if (previous !== undefined) {
      const [from, to] = end === 'newest' ? [candle, previous] : [previous, candle]
      points += emptySlots(from.openMs, to.openMs, spec.lengthMs).length
    }
    if (points > maxPoints && count > 0) return count
    previous = candle
  }
  return candles.length
}
