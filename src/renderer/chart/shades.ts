import type { GapState } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import type { ChartPoint } from './chart-points.ts'
import { compareGravity } from './ledger-tiles.ts'

export type ShadeKind = GapState | 'closed'

/**
 * A shaded stretch of the chart, in places of points. Where it lies between two points, because the
 * axis leaves its time out, `to` is one less than `from`.
 */
export type Shade = {
  readonly from: number
  readonly to: number
  readonly kind: ShadeKind
  readonly range: LedgerRange
}

/** How a tile is shaded; null where nothing is to be said: complete, quiet, or only not sealed yet. */
function shadeKind({ state, gap }: LedgerRange): ShadeKind | null {
  switch (state) {
    case 'complete':
    case 'quiet':
      return null
    case 'open':
      return gap === null ? null : 'open'
    case 'closed':
    case 'refilled':
    case 'refilled-candles':
    case 'lost':
    case 'unproven':
      return state
  }
}

/**
 * Lays tiles over the points of a chart, each point once, with the gravest that touches it: a bar with
 * twenty gaps looks like a bar with one.
 */
export function layShades(
  points: readonly ChartPoint[],
  ranges: readonly LedgerRange[],
  spec: IntervalSpec
): readonly Shade[] {
  const shades: Shade[] = []
  for (const range of ranges) {
    const kind = shadeKind(range)
    if (kind === null) continue
    const from = points.length - countFrom(points, (point) => endOf(point, spec) > range.fromMs)
    const to = points.length - countFrom(points, (point) => point.key >= range.toMs) - 1
    const isLeftOut = to < from
    // Time before the first point is not on the chart, and closed hours that are left out need no mark.
    if (to < 0 || (from === points.length && range.gap === null)) continue
    if (isLeftOut && range.gap === null) continue
    shades.push({ from, to: isLeftOut ? from - 1 : to, kind, range })
  }
  return withoutOverlaps(shades.sort(compareShades), points.length)
}

/** From the mildest to the gravest; a gap before a whole stretch that is no better. */
function compareShades({ range: left }: Shade, { range: right }: Shade): number {
  return compareGravity(left, right) || Number(left.gap !== null) - Number(right.gap !== null)
}

/** Cuts from each shade what a later one lies over; one between two points lies over nothing. */
function withoutOverlaps(shades: readonly Shade[], length: number): readonly Shade[] {
  const taken = new Uint8Array(length)
  const kept: Shade[] = []
  for (const shade of shades.toReversed()) {
    if (shade.to < shade.from) {
      kept.push(shade)
      continue
    }
    let from = shade.from
    for (let index = shade.from; index <= shade.to + 1; index += 1) {
      if (index <= shade.to && taken[index] !== 1) {
        taken[index] = 1
        continue
      }
      if (index > from) kept.push({ ...shade, from, to: index - 1 })
      from = index + 1
    }
  }
  return kept.toReversed()
}

/** The gravest shade over a point, one beside it where its time is left out; null when there is none. */
export function findShade(shades: readonly Shade[], index: number): Shade | null {
  const over = shades.findLast(({ from, to }) => from <= index && index <= to)
  return (
    over ?? shades.findLast(({ from, to }) => to < from && (index === from || index === to)) ?? null
  )
}

/** Places of points before which the axis leaves time out. */
export function axisBreaks(points: readonly ChartPoint[], spec: IntervalSpec): readonly number[] {
  if (spec.kind !== 'time') return []
  const breaks: number[] = []
  for (let index = 1; index < points.length; index += 1) {
    const before = points[index - 1]
    const here = points[index]
    if (before === undefined || here === undefined) break
    if (here.key - before.key > spec.lengthMs * 1.5) breaks.push(index)
  }
  return breaks
}

/** First instant after a point. A tick candle reaches to its last trade and includes it. */
function endOf({ key, candle }: ChartPoint, spec: IntervalSpec): number {
  if (spec.kind === 'time') return key + spec.lengthMs
  return Math.max(key, candle?.closeMs ?? key) + 1 / 1_024
}

/** How many points, counted from the newest back, fulfil a condition that all later points fulfil too. */
function countFrom(points: readonly ChartPoint[], isPast: (point: ChartPoint) => boolean): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const point = points[middle]
    if (point !== undefined && isPast(point)) high = middle
    else low = middle + 1
  }
  return points.length - low
}
