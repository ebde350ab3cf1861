import { parseInterval, timeIntervals, type Interval } from '../../core/market/interval.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { LoopSpan } from './replay-deck.ts'

/** Most bars of volume on the timeline. */
export const mostBars = 600
/** Room that a label of the axis asks for. */
const labelPx = 88
const dayMs = 86_400_000

const longestStepMs = 364 * dayMs

/** Steps between labels that divide a day, and days. */
const labelStepsMs = [
  1_000,
  5_000,
  15_000,
  30_000,
  60_000,
  300_000,
  900_000,
  1_800_000,
  3_600_000,
  10_800_000,
  21_600_000,
  43_200_000,
  dayMs,
  2 * dayMs,
  7 * dayMs,
  28 * dayMs,
  84 * dayMs,
  longestStepMs
] as const

export type TimelineLabel = { readonly atMs: number; readonly text: string }

/** The shortest interval that draws a range in `mostBars` bars; the longest where none does. */
export function timelineInterval({ fromMs, toMs }: LoopSpan): {
  readonly interval: Interval
  readonly lengthMs: number
} {
  let chosen = { interval: '1d', lengthMs: dayMs }
  for (const interval of [...timeIntervals].reverse()) {
    const spec = parseInterval(interval)
    if (spec?.kind !== 'time' || (toMs - fromMs) / spec.lengthMs > mostBars) break
    chosen = { interval, lengthMs: spec.lengthMs }
  }
  return chosen
}

/** Where moments of a range lie on a strip of some width, CSS pixels. */
export class TimelineScale {
  readonly range: LoopSpan
  readonly width: number

  constructor(range: LoopSpan, width: number) {
    this.range = range
    this.width = width
  }

  xOf(atMs: number): number {
    const { fromMs, toMs } = this.range
    return toMs > fromMs ? ((atMs - fromMs) / (toMs - fromMs)) * this.width : 0
  }

  /** The moment at a place; one beside the strip counts as its nearer end. */
  msAt(x: number): number {
    const { fromMs, toMs } = this.range
    const share = this.width > 0 ? Math.min(1, Math.max(0, x / this.width)) : 0
    return fromMs + share * (toMs - fromMs)
  }

  /** Round times of the zone's clock, as many as there is room for. */
  labels(zone: ZonedTime): readonly TimelineLabel[] {
    const { fromMs, toMs } = this.range
    const most = Math.max(1, Math.floor(this.width / labelPx))
    const stepMs = labelStepsMs.find((step) => (toMs - fromMs) / step <= most) ?? longestStepMs
    const labels: TimelineLabel[] = []
    const localFromMs = fromMs + zone.offsetMs(fromMs)
    for (let localMs = Math.ceil(localFromMs / stepMs) * stepMs; ; localMs += stepMs) {
      // The offset at the place itself may be another one, on a night when the clocks are turned.
      const atMs = localMs - zone.offsetMs(localMs - zone.offsetMs(localMs))
      if (atMs >= toMs) return labels
      if (atMs >= fromMs) labels.push({ atMs, text: labelText(atMs, stepMs, zone) })
    }
  }
}

function labelText(atMs: number, stepMs: number, zone: ZonedTime): string {
  const { hour, minute, second } = zone.fields(atMs)
  if (hour === 0 && minute === 0 && second === 0) return zone.dayText(atMs)
  return stepMs < 60_000 ? zone.secondText(atMs) : zone.minuteText(atMs)
}
