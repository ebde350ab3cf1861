import type { Candle } from '../../core/market/candle.ts'

/** A crash takes less of the coverage that was not yet stored, ms: so far back a gap may lie over told candles. */
const keptMs = 60_000

/** Candles of one series that were told of late, by place: those that ended in the last minute of it. */
export class LatelyTold {
  readonly #candles = new Map<number, Candle>()
  #newestMs = -Infinity

  put(place: number, candle: Candle): void {
    this.#newestMs = Math.max(this.#newestMs, candle.closeMs)
    this.#candles.delete(place)
    this.#candles.set(place, candle)
    for (const [oldest, { closeMs }] of this.#candles) {
      if (closeMs >= this.#newestMs - keptMs) return
      this.#candles.delete(oldest)
    }
  }

  /** One that goes on from here by itself. */
  copy(): LatelyTold {
    const copied = new LatelyTold()
    for (const [place, candle] of this.#candles) copied.#candles.set(place, candle)
    copied.#newestMs = this.#newestMs
    return copied
  }

  [Symbol.iterator](): IterableIterator<[place: number, candle: Candle]> {
    return this.#candles.entries()
  }
}
