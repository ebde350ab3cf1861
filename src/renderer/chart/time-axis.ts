import type {
  ChartOptionsImpl,
  IHorzScaleBehavior,
  InternalHorzScaleItem,
  InternalHorzScaleItemKey,
  Mutable,
  TickMark,
  TickMarkWeightValue,
  TimeMark,
  TimeScalePoint
} from 'lightweight-charts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { ZonedTime } from '../format/zoned-time.ts'
import { axisText, axisWeights, instantText, markWeight } from './axis-text.ts'

const dayMs = 86_400_000
const utc = new ZonedTime('UTC')

/**
 * A horizontal scale whose items are keys in epoch ms, told apart below the millisecond, so that tick
 * candles fit. Marks fall on the round times of a zone's wall clock; timestamps are never shifted.
 */
export class TimeAxis implements IHorzScaleBehavior<number> {
  readonly #zone: ZonedTime
  #spec: IntervalSpec
  #options: ChartOptionsImpl<number> | null = null

  constructor(zone: ZonedTime, spec: IntervalSpec) {
    this.#zone = zone
    this.#spec = spec
  }

  /** Takes the interval of the data that is set next. */
  setSpec(spec: IntervalSpec): void {
    this.#spec = spec
  }

  options(): ChartOptionsImpl<number> {
    if (this.#options === null) throw new Error('the chart asked for options before it set them')
    return this.#options
  }

  setOptions(options: ChartOptionsImpl<number>): void {
    this.#options = options
  }

  preprocessData(): void {
    // Keys need no preparation.
  }

  updateFormatter(): void {
    // Labels follow the zone, not the chart's localization.
  }

  convertHorzItemToInternal(item: number): InternalHorzScaleItem {
    return internalItem(item)
  }

  createConverterToInternalObj(): (item: number) => InternalHorzScaleItem {
    return internalItem
  }

  key(item: InternalHorzScaleItem | number): InternalHorzScaleItemKey {
    return Number(item) as InternalHorzScaleItemKey
  }

  /** Labels are kept by this key; those of days differ from those of times at the same instant. */
  cacheKey(item: InternalHorzScaleItem): number {
    return this.#isDaily() ? -Number(item) : Number(item)
  }

  formatHorzItem(item: InternalHorzScaleItem): string {
    return instantText(Number(item), this.#unit(), this.#zoneOfLabels())
  }

  formatTickmark(mark: TickMark): string {
    return axisText(Number(mark.time), mark.weight, this.#zoneOfLabels())
  }

  maxTickMarkWeight(marks: TimeMark[]): TickMarkWeightValue {
    const heaviest = Math.max(...marks.map((mark) => mark.weight))
    const isHour = heaviest > axisWeights.hour && heaviest < axisWeights.day
    // All full hours look alike: a bold 12:00 between plain 11:00 and 13:00 says nothing.
    return markWeightValue(isHour ? axisWeights.hour : heaviest)
  }

  fillWeightsForPoints(points: readonly Mutable<TimeScalePoint>[], startIndex: number): void {
    const zone = this.#zoneOfLabels()
    for (let index = startIndex; index < points.length; index += 1) {
      const point = points[index]
      if (point === undefined) return
      const previous = points[index - 1]
      const weight =
        previous === undefined
          ? axisWeights.none
          : markWeight(Number(point.time), Number(previous.time), zone)
      point.timeWeight = markWeightValue(weight)
    }
  }

  /** Days are the venue's, which count from 00:00 UTC, whatever the zone of the viewer. */
  #isDaily(): boolean {
    return this.#spec.kind === 'time' && this.#spec.lengthMs >= dayMs
  }

  #zoneOfLabels(): ZonedTime {
    return this.#isDaily() ? utc : this.#zone
  }

  #unit(): 'day' | 'minute' | 'second' {
    if (this.#isDaily()) return 'day'
    return this.#spec.kind === 'time' && this.#spec.lengthMs >= 60_000 ? 'minute' : 'second'
  }
}

function internalItem(item: number): InternalHorzScaleItem {
  return item as unknown as InternalHorzScaleItem
}

function markWeightValue(weight: number): TickMarkWeightValue {
  return weight as TickMarkWeightValue
}
