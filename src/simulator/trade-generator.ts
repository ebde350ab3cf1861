import { seededRandom, type Random } from '../core/market/random.ts'
import { Arrivals } from './arrivals.ts'
import type { Listing } from './listing.ts'
import type { SimTrade } from './market.ts'
import { PricePath } from './price-path.ts'
import { tradeTextIds, type TradeTextId } from './trade-text-id.ts'

/** One taker order often meets several makers: chance that yet another one follows. */
const sweepChance = 0.15
const sameSideChance = 0.62
const dustChance = 0.01
const noiseLifeMs = 40_000
const noConditions: readonly number[] = []
const saleConditions: readonly (readonly number[])[] = [[37], [14, 37, 41], [14, 41]]

/**
 * Makes the trades of one instrument, in order. Everything that goes onto the tape is drawn from the
 * listing's seed in virtual time, so two generators of one listing say the same.
 */
export class TradeGenerator {
  readonly listing: Listing
  /** When the next trade falls, epoch ms; Infinity for what never trades. */
  dueMs: number
  /** Nothing falls due before, epoch ms; see `postpone`. */
  heldUntilMs = 0
  /** Best bid and ask in price steps, as of the newest `requote`. */
  bidTicks = 0
  askTicks = 0
  #startUs: number
  readonly #startMs: number
  readonly #random: Random
  readonly #arrivals: Arrivals
  readonly #path: PricePath
  readonly #textId: TradeTextId
  readonly #pricePower: number
  readonly #sizePower: number
  #id: number
  #sequence: number
  #buying = true
  #sweepSteps = -1
  #noise = 0
  #noiseMs: number

  constructor(listing: Listing, startMs: number) {
    const { instrument, seed } = listing
    this.listing = listing
    this.#startMs = startMs
    this.#startUs = Math.round(startMs * 1000)
    this.#noiseMs = startMs
    this.#random = seededRandom(seed)
    this.#path = new PricePath(listing.pathSeed, listing.volatility)
    this.#textId = tradeTextIds(instrument.id)
    this.#pricePower = 10 ** instrument.priceDigits
    this.#sizePower = 10 ** instrument.sizeDigits
    this.#id = listing.firstTradeId
    this.#sequence = listing.firstTradeId * 25
    this.requote(startMs)
    const eventsPerSecond = listing.tradesPerSecond * (1 - sweepChance)
    this.#arrivals = new Arrivals(seed, this.#random, eventsPerSecond)
    this.dueMs = eventsPerSecond > 0 ? this.#nextEventMs() : Infinity
  }

  /** Makes the trade that is due and looks up when the next one will be. */
  take(): SimTrade {
    const eventMs = this.dueMs
    if (this.#sweepSteps < 0) this.#beginOrder(eventMs)
    const trade = this.#build(eventMs)
    if (this.#random() < sweepChance) {
      this.#sweepSteps += Math.floor(this.#random() * 3)
    } else {
      this.#sweepSteps = -1
      this.dueMs = this.#nextEventMs()
    }
    return trade
  }

  /** Makes a trade that was not due; those that are come as they would. */
  takeAt(eventMs: number): SimTrade {
    if (this.#sweepSteps < 0) this.#beginOrder(eventMs)
    const trade = this.#build(eventMs)
    this.#sweepSteps = -1
    return trade
  }

  /** Moves everything that is still to come, so that nothing falls due before `heldUntilMs`. */
  postpone(): void {
    const byMs = Math.max(0, this.heldUntilMs - this.dueMs)
    this.#startUs += Math.round(byMs * 1000)
    this.dueMs += byMs
  }

  /** The next trade gets this id. */
  restartIds(nextId: number): void {
    this.#id = nextId
  }

  /** The trade before the start, which venues show as the newest one. */
  takePast(): SimTrade {
    const waitMs = (-Math.log(1 - this.#random()) * 1000) / this.listing.tradesPerSecond
    this.#sweepSteps = 0
    const trade = this.#build(Math.round((this.#startMs - waitMs) * 1000) / 1000)
    this.#sweepSteps = -1
    return trade
  }

  /** Moves best bid and ask to where they stand at a time; says whether either changed. */
  requote(atMs: number): boolean {
    const { price, spread } = this.listing
    const path = this.#path.logPrice((atMs - this.#startMs) / 60_000)
    const middle = price * Math.exp(path + this.#noise) * this.#pricePower
    const half = Math.max(0.5, (middle * spread) / 2)
    const bid = Math.max(1, Math.floor(middle - half))
    const ask = Math.max(bid + 1, Math.ceil(middle + half))
    if (bid === this.bidTicks && ask === this.askTicks) return false
    this.bidTicks = bid
    this.askTicks = ask
    return true
  }

  #beginOrder(eventMs: number): void {
    const decay = Math.exp((this.#noiseMs - eventMs) / noiseLifeMs)
    const spreadOut = 0.6 * this.listing.volatility * Math.sqrt(1 - decay * decay)
    this.#noise = this.#noise * decay + spreadOut * this.#gauss()
    this.#noiseMs = eventMs
    this.requote(eventMs)
    if (this.#random() > sameSideChance) this.#buying = !this.#buying
    this.#sweepSteps = 0
  }

  #build(eventMs: number): SimTrade {
    const { instrument } = this.listing
    const ticks = this.#buying
      ? this.askTicks + this.#sweepSteps
      : Math.max(1, this.bidTicks - this.#sweepSteps)
    const price = ticks / this.#pricePower
    const size = this.#drawSize(price)
    const id = this.#id
    this.#id += 1
    this.#sequence += 1 + Math.floor(this.#random() * 60)
    return {
      instrument: instrument.id,
      id,
      textId: this.#textId(id),
      eventMs,
      price,
      priceText: price.toFixed(instrument.priceDigits),
      size,
      sizeText: size.toFixed(instrument.sizeDigits),
      takerSide: this.#buying ? 'buy' : 'sell',
      sequence: this.#sequence,
      conditions: instrument.venue === 'eodhd' ? this.#drawConditions(size) : noConditions
    }
  }

  #drawSize(price: number): number {
    const { instrument, meanNotional } = this.listing
    const usual = (meanNotional * Math.exp(1.3 * this.#gauss() - 0.845)) / price
    if (instrument.venue === 'eodhd') return this.#drawShares(usual)
    const isDust = instrument.sizeDigits >= 6 && this.#random() < dustChance
    const units = isDust ? 1 + Math.floor(this.#random() * 100) : usual * this.#sizePower
    return Math.max(1, Math.round(units)) / this.#sizePower
  }

  #drawShares(usual: number): number {
    const kind = this.#random()
    if (kind < 0.01) return Math.ceil(this.#random() * 10_000) / 10_000
    if (kind < 0.3) return Math.max(1, Math.round(usual / 100)) * 100
    return Math.max(1, Math.round(usual))
  }

  #drawConditions(size: number): readonly number[] {
    const draw = this.#random()
    if (size < 100) return saleConditions[draw < 0.8 ? 0 : 1] ?? noConditions
    return draw < 0.1 ? (saleConditions[2] ?? noConditions) : noConditions
  }

  #nextEventMs(): number {
    return (this.#startUs + Math.round(this.#arrivals.next() * 1000)) / 1000
  }

  #gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random())
  }
}
