import { activityAt } from './arrivals.ts'
import { hashUnit } from './hash.ts'
import type { Listing } from './listing.ts'
import type { SimCandle } from './market.ts'
import { PricePath } from './price-path.ts'

const minuteMs = 60_000
/** How far back before the start the made-up history reaches. */
export const historyMs = 3 * 365 * 86_400_000
const highStream = 30
const lowStream = 31
const volumeStream = 32
const silenceStream = 33
/** Trades that come together, so that a minute is silent more often than a Poisson count would be. */
const tradesPerCluster = 3

/**
 * One-minute candles of the time before the start, made up from the seed: the same minute always gives
 * the same candle, each opens where the one before closed, and the last one closes at the price with
 * which the live market begins.
 */
export class MadeUpHistory {
  readonly #listing: Listing
  readonly #startMs: number
  readonly #path: PricePath
  readonly #power: number

  constructor(listing: Listing, startMs: number) {
    this.#listing = listing
    this.#startMs = startMs
    this.#path = new PricePath(listing.pathSeed, listing.volatility)
    this.#power = 10 ** listing.instrument.priceDigits
  }

  /**
   * The candle of one minute; the minute of the start ends there. null where nothing traded.
   *
   * @param openMs Multiple of 60,000, before the start.
   */
  minute(openMs: number): SimCandle | null {
    const { seed, tradesPerSecond } = this.#listing
    if (tradesPerSecond === 0 || openMs < this.#startMs - historyMs) return null
    const index = Math.floor((openMs - this.#startMs) / minuteMs)
    const lengthMs = Math.min(minuteMs, this.#startMs - openMs)
    const silence = Math.exp((-tradesPerSecond * lengthMs) / 1000 / tradesPerCluster)
    if (hashUnit(seed, silenceStream, index) < silence) return null
    const open = this.#priceAt(openMs)
    const close = this.#priceAt(openMs + lengthMs)
    const wick = this.#listing.volatility * 1.2
    const high = Math.max(open, close) * (1 + wick * hashUnit(seed, highStream, index))
    const low = Math.min(open, close) * (1 - wick * hashUnit(seed, lowStream, index))
    return {
      openMs,
      open,
      high: this.#round(high),
      low: this.#round(low),
      close,
      volume: this.#volume(index, lengthMs, open)
    }
  }

  #priceAt(atMs: number): number {
    const path = this.#path.logPrice((atMs - this.#startMs) / minuteMs)
    return this.#round(this.#listing.price * Math.exp(path))
  }

  #round(price: number): number {
    return Math.max(1, Math.round(price * this.#power)) / this.#power
  }

  #volume(index: number, lengthMs: number, price: number): number {
    const { seed, instrument, tradesPerSecond, meanNotional } = this.#listing
    const trades = (tradesPerSecond * lengthMs * activityAt(seed, index)) / 1000
    const usual = (Math.max(trades, tradesPerCluster / 2) * meanNotional) / price
    const power = 10 ** instrument.sizeDigits
    const drawn = usual * (0.85 + 0.3 * hashUnit(seed, volumeStream, index))
    return Math.max(1, Math.round(drawn * power)) / power
  }
}
