import type { SimCandle } from './market.ts'

/** Merges candles of one instrument, in ascending order, into longer ones. */
export class CandleFold {
  readonly candles: SimCandle[] = []
  readonly #lengthMs: number
  #openMs = NaN
  #open = 0
  #high = 0
  #low = 0
  #close = 0
  #volume = 0

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  add(candle: SimCandle): void {
    const openMs = Math.floor(candle.openMs / this.#lengthMs) * this.#lengthMs
    if (openMs !== this.#openMs) {
      this.#finish()
      this.#openMs = openMs
      this.#open = candle.open
      this.#high = candle.high
      this.#low = candle.low
      this.#volume = 0
    }
    if (candle.high > this.#high) this.#high = candle.high
    if (candle.low < this.#low) this.#low = candle.low
    this.#close = candle.close
    this.#volume += candle.volume
  }

  /** Ends the last candle; nothing may be added after. */
  finish(): readonly SimCandle[] {
    this.#finish()
    return this.candles
  }

  #finish(): void {
    if (Number.isNaN(this.#openMs)) return
    this.candles.push({
      openMs: this.#openMs,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
      volume: this.#volume
    })
  }
}
