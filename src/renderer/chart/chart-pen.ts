import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { compareCandles } from './candle-list.ts'
import {
  emptySlots,
  keyAfter,
  layOut,
  maxPoints,
  type ChartPoint,
  type TimeSpan
} from './chart-points.ts'

/** Room above `maxPoints` before the oldest points are dropped, so that dropping stays rare. */
const slack = 500
/** Live candles in one frame beyond which drawing everything is cheaper and simpler. */
const mostTailCandles = 200

/** The drawing surface, as far as a pen uses it. */
export interface DrawingSurface {
  draw(points: ChartPoint[]): void
  put(point: ChartPoint, place: 'end' | 'earlier'): void
}

/** Turns candles into points on a surface: everything once, then only what changed, once a frame. */
export class ChartPen {
  readonly #surface: DrawingSurface
  readonly #spec: IntervalSpec
  #points: ChartPoint[] = []
  readonly #tail = new Map<string, Candle>()
  #isReset = false
  #closed: readonly TimeSpan[] = []

  constructor(surface: DrawingSurface, spec: IntervalSpec) {
    this.#surface = surface
    this.#spec = spec
  }

  get points(): readonly ChartPoint[] {
    return this.#points
  }

  /** Takes when the market was closed; draws all again where that moves a slot. */
  setClosed(closed: readonly TimeSpan[]): void {
    const isSame =
      closed.length === this.#closed.length &&
      closed.every(({ fromMs, toMs }, index) => {
        const held = this.#closed[index]
        return held?.fromMs === fromMs && held.toMs === toMs
      })
    if (isSame) return
    this.#closed = closed
    if (this.#spec.kind === 'time') this.noteReset()
  }

  noteReset(): void {
    this.#isReset = true
    this.#tail.clear()
  }

  noteTail(candles: readonly Candle[]): void {
    if (this.#isReset) return
    for (const candle of candles) {
      this.#tail.set(`${candle.dayMs}/${candle.index}/${this.#slotOf(candle)}`, candle)
    }
    if (this.#tail.size > mostTailCandles) this.noteReset()
  }

  /** Draws what was noted. `candles` is the complete series as it is now. */
  flush(candles: readonly Candle[]): void {
    const tail = [...this.#tail.values()].sort(compareCandles)
    this.#tail.clear()
    const isWhole = this.#isReset || this.#points.length > maxPoints + slack
    if (!isWhole && tail.length === 0) return
    this.#isReset = false
    if (isWhole || !tail.every((candle) => this.#draw(candle))) this.#drawAll(candles)
  }

  /** Lets a time series grow empty slots up to now, so that silence is seen passing. */
  advance(nowMs: number): void {
    const last = this.#points.at(-1)
    if (this.#spec.kind !== 'time' || last === undefined || this.#isReset) return
    const slotMs = Math.floor(nowMs / this.#spec.lengthMs) * this.#spec.lengthMs
    const { lengthMs } = this.#spec
    for (const key of emptySlots(last.key, slotMs + lengthMs, lengthMs, this.#closed)) {
      this.#append({ key, candle: null })
    }
  }

  /** The place of a point among `points`; -1 when there is none with that key. */
  indexAt(key: number): number {
    return this.#indexOf(key)
  }

  findAt(key: number): Candle | null {
    return this.#points[this.#indexOf(key)]?.candle ?? null
  }

  /** The newest candle before a point, across empty slots. */
  findBefore(key: number): Candle | null {
    for (let index = this.#indexOf(key) - 1; index >= 0; index -= 1) {
      const candle = this.#points[index]?.candle ?? null
      if (candle !== null) return candle
    }
    return null
  }

  /** Draws one candle; false when only drawing everything can show it. */
  #draw(candle: Candle): boolean {
    const last = this.#points.at(-1)
    if (last === undefined) return false
    if (this.#spec.kind === 'tick') return this.#drawTick(candle, last)
    if (candle.openMs > last.key) {
      const slots = emptySlots(last.key, candle.openMs, this.#spec.lengthMs, this.#closed)
      for (const key of slots) this.#append({ key, candle: null })
      this.#append({ key: candle.openMs, candle })
      return true
    }
    return this.#replace(this.#indexOf(candle.openMs), candle)
  }

  #drawTick(candle: Candle, last: ChartPoint): boolean {
    if (last.candle === null) return false
    const order = compareCandles(candle, last.candle)
    if (order > 0) {
      this.#append({ key: keyAfter(candle.openMs, last.key), candle })
      return true
    }
    const index = order === 0 ? this.#points.length - 1 : this.#indexOfTick(candle)
    return this.#replace(index, candle)
  }

  #append(point: ChartPoint): void {
    this.#points.push(point)
    this.#surface.put(point, 'end')
  }

  #replace(index: number, candle: Candle): boolean {
    const held = this.#points[index]
    // A refill that rebuilt tick candles moves them in time: only drawing everything can show that.
    if (held === undefined || Math.floor(held.key) !== Math.floor(candle.openMs)) return false
    const point = { key: held.key, candle }
    this.#points[index] = point
    this.#surface.put(point, index === this.#points.length - 1 ? 'end' : 'earlier')
    return true
  }

  #drawAll(candles: readonly Candle[]): void {
    this.#points = layOut(candles, { spec: this.#spec, closed: this.#closed }).slice(
      -(maxPoints + slack)
    )
    this.#surface.draw([...this.#points])
  }

  #indexOf(key: number): number {
    let low = 0
    let high = this.#points.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const held = this.#points[middle]
      if (held === undefined || held.key === key) return middle
      if (held.key < key) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  #indexOfTick(candle: Candle): number {
    return this.#points.findLastIndex(
      (point) => point.candle !== null && compareCandles(point.candle, candle) === 0
    )
  }

  #slotOf(candle: Candle): number {
    return this.#spec.kind === 'time' ? candle.openMs : 0
  }
}
