import type { Candle } from '../../core/market/candle.ts'

/** Where a candle landed in the list. */
export type Placement = 'appended' | 'replacedLast' | 'replacedEarlier' | 'inserted'

/** Orders candles of one series: by open time, tick candles by day and index. Zero means the same candle. */
export function compareCandles(left: Candle, right: Candle): number {
  if (left.dayMs !== 0 || right.dayMs !== 0) {
    return left.dayMs - right.dayMs || left.index - right.index
  }
  return left.openMs - right.openMs
}

/** True when `next` tells more about the same candle than `held`: a later revision, or more trades. */
export function knowsMore(next: Candle, held: Candle): boolean {
  if (next.revision !== held.revision) return next.revision > held.revision
  return next.trades > held.trades
}

/** Candles of one series, ascending and unique. */
export class CandleList {
  #candles: Candle[] = []

  get all(): readonly Candle[] {
    return this.#candles
  }

  get first(): Candle | undefined {
    return this.#candles[0]
  }

  get last(): Candle | undefined {
    return this.#candles.at(-1)
  }

  clear(): void {
    this.#candles = []
  }

  find(candle: Candle): Candle | undefined {
    const index = this.#indexFor(candle)
    const held = this.#candles[index]
    return held !== undefined && compareCandles(held, candle) === 0 ? held : undefined
  }

  /** Puts a candle in its place, over an older state of itself. */
  put(candle: Candle): Placement {
    const index = this.#indexFor(candle)
    const held = this.#candles[index]
    if (held === undefined) {
      this.#candles.push(candle)
      return 'appended'
    }
    if (compareCandles(held, candle) === 0) {
      this.#candles[index] = candle
      return index === this.#candles.length - 1 ? 'replacedLast' : 'replacedEarlier'
    }
    this.#candles.splice(index, 0, candle)
    return 'inserted'
  }

  /** Drops what reaches beyond a moment. True when there was something. */
  dropAfter(atMs: number): boolean {
    const index = this.#candles.findIndex(({ closeMs }) => closeMs > atMs)
    if (index < 0) return false
    this.#candles = this.#candles.slice(0, index)
    return true
  }

  /** Drops all but the newest or the oldest `count`. */
  keep(end: 'newest' | 'oldest', count: number): void {
    if (this.#candles.length <= count) return
    this.#candles = end === 'newest' ? this.#candles.slice(-count) : this.#candles.slice(0, count)
  }

  /** Index of the first candle not before the given one; most often the last. */
  #indexFor(candle: Candle): number {
    let low = 0
    let high = this.#candles.length
    const last = this.#candles.at(-1)
    if (last !== undefined && compareCandles(last, candle) < 0) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      const held = this.#candles[middle]
      if (held !== undefined && compareCandles(held, candle) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
