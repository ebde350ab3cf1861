import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'

/** Most points one series draws, empty slots included. */
export const maxPoints = 5_000
/** Longest stretch of empty slots drawn in full; a longer one is drawn as a break of `breakSlots`. */
export const maxEmptySlots = 1_500
export const breakSlots = 12

/** One place on the time axis: `key` rises strictly; without a candle the slot is empty. */
export type ChartPoint = { readonly key: number; readonly candle: Candle | null }

/** A stretch of time, epoch ms, half-open. */
export type TimeSpan = { readonly fromMs: number; readonly toMs: number }

/** What decides where an axis has places: the interval, and when the market was closed, oldest first. */
export type AxisRule = { readonly spec: IntervalSpec; readonly closed: readonly TimeSpan[] }

/** Smallest distance between keys; half a microsecond of the axis, far below what it shows. */
const keyStep = 1 / 1_024

/** The key of a candle that follows a point: its open time, or just after the point where times repeat. */
export function keyAfter(openMs: number, previousKey: number | null): number {
  return previousKey === null ? openMs : Math.max(openMs, previousKey + keyStep)
}

/**
 * Open times of the empty slots between two points of a time series, oldest first: one for each
 * interval in which something was expected, none for those that lie wholly in closed hours.
 *
 * Of a stretch too long to draw only the last slots are given.
 */
export function emptySlots(
  afterMs: number,
  beforeMs: number,
  lengthMs: number,
  closed: readonly TimeSpan[] = []
): readonly number[] {
  const pieces = expectedPieces(afterMs + lengthMs, beforeMs, lengthMs, closed)
  const missing = pieces.reduce((sum, { count }) => sum + count, 0)
  let left = missing > maxEmptySlots ? breakSlots : missing
  const slots: number[] = []
  for (const { fromMs, count } of pieces.reverse()) {
    for (let place = count - 1; place >= 0 && left > 0; place -= 1) {
      slots.push(fromMs + place * lengthMs)
      left -= 1
    }
  }
  return slots.reverse()
}

type Piece = { readonly fromMs: number; readonly count: number }

/** Counts slots instead of listing them: a closed week of seconds costs as much as a closed hour. */
function expectedPieces(
  fromMs: number,
  toMs: number,
  lengthMs: number,
  closed: readonly TimeSpan[]
): Piece[] {
  if (toMs - fromMs < lengthMs / 2) return []
  const pieces: Piece[] = []
  let startMs = fromMs
  const add = (endMs: number) => {
    const count = Math.round((endMs - startMs) / lengthMs)
    if (count > 0) pieces.push({ fromMs: startMs, count })
  }
  for (const span of closed) {
    if (span.toMs <= startMs) continue
    if (span.fromMs >= toMs) break
    const firstMs = Math.max(startMs, Math.ceil(span.fromMs / lengthMs) * lengthMs)
    const endMs = Math.min(toMs, Math.floor(span.toMs / lengthMs) * lengthMs)
    if (endMs <= firstMs) continue
    add(firstMs)
    startMs = endMs
  }
  add(toMs)
  return pieces
}

/** Lays candles out on the axis: time candles with empty slots between them, tick candles side by side. */
export function layOut(candles: readonly Candle[], { spec, closed }: AxisRule): ChartPoint[] {
  const points: ChartPoint[] = []
  let previousKey: number | null = null
  for (const candle of candles) {
    if (spec.kind === 'time' && previousKey !== null) {
      for (const key of emptySlots(previousKey, candle.openMs, spec.lengthMs, closed)) {
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
  { spec, closed }: AxisRule,
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
      points += emptySlots(from.openMs, to.openMs, spec.lengthMs, closed).length
    }
    if (points > maxPoints && count > 0) return count
    previous = candle
  }
  return candles.length
}
