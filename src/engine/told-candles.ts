import type { Candle } from '../core/market/candle.ts'

/** Series remembered; the least recently told goes first, and its candle is told once more. */
const maxSeries = 256

/** Remembers the newest candle told of each series, so that what did not change is not told again. */
export class ToldCandles {
  readonly #told = new Map<string, Candle>()

  /** Tells whether a candle differs from the last of its series that was asked about. */
  isNews(candle: Candle): boolean {
    const key = `${candle.instrument}|${candle.interval}`
    const told = this.#told.get(key)
    if (told !== undefined && isSame(told, candle)) return false
    this.#told.delete(key)
    this.#told.set(key, candle)
    const oldest = this.#told.keys().next().value
    if (this.#told.size > maxSeries && oldest !== undefined) this.#told.delete(oldest)
    return true
  }
}

function isSame(told: Candle, candle: Candle): boolean {
  return (
    told.openMs === candle.openMs &&
    told.trades === candle.trades &&
    told.revision === candle.revision &&
    told.final === candle.final &&
    told.state === candle.state &&
    told.open === candle.open &&
    told.high === candle.high &&
    told.low === candle.low &&
    told.volume === candle.volume
  )
}
