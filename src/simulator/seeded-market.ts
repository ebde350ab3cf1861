import { invariant } from '../core/invariant.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { DueQueue } from './due-queue.ts'
import { hashUnit } from './hash.ts'
import { InstrumentHistory } from './instrument-history.ts'
import { buildState } from './instrument-state.ts'
import { listVenue, type Listing } from './listing.ts'
import { MadeUpHistory } from './made-up-history.ts'
import type {
  SimCandle,
  SimInstrument,
  SimMarket,
  SimMarketControl,
  SimMarketListener,
  SimState,
  SimTrade,
  SimVenueId
} from './market.ts'
import { MarketListeners } from './market-listeners.ts'
import { TradeGenerator } from './trade-generator.ts'

const sliceMs = 10
/** A quote that no trade moves is looked at again about once a second. */
const requoteSlices = 100
/** After a long pause the market catches up in steps, so that nothing else waits. */
const tradesPerSlice = 20_000
const keptMs = 1_800_000
const liquidationChance = 0.003
const liquidationStream = 50

export type SeededMarketOptions = {
  readonly venues: readonly SimVenueId[]
  readonly seed: number
  /** Multiplies how often everything trades. */
  readonly rate: number
  /** The clock, epoch ms. Live events carry its time. */
  readonly clock: () => number
  /** Epoch ms at which the tape begins; it moves times and candle borders, nothing else. */
  readonly startMs: number
}

type Traded = {
  readonly listing: Listing
  readonly generator: TradeGenerator
  readonly history: InstrumentHistory
}

/**
 * A market made of a seed. Trades are drawn in virtual time; a pump lets out what the clock has
 * reached. The same seed and rate give the same trades, at the same distances from the start.
 */
export class SeededMarket implements SimMarket, SimMarketControl {
  readonly #options: SeededMarketOptions
  readonly #byId = new Map<InstrumentId, Traded>()
  readonly #bySymbol = new Map<string, Traded>()
  readonly #all: readonly Traded[]
  readonly #queue: DueQueue<TradeGenerator>
  readonly #listeners = new MarketListeners()
  #requoted = 0
  #timer: NodeJS.Timeout | null = null

  constructor(options: SeededMarketOptions) {
    this.#options = options
    for (const venue of options.venues) {
      for (const listing of listVenue(venue, options.seed, options.rate)) this.#list(listing)
    }
    this.#all = [...this.#byId.values()]
    this.#queue = new DueQueue(this.#all.map(({ generator }) => generator))
  }

  /** Lets trades out as the clock goes, until `close`. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.advance()
    }, sliceMs)
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /** Lets out what the clock has reached, in order of time; says whether that was all of it. */
  advance(): boolean {
    const nowMs = this.#options.clock()
    for (let made = 0; made < tradesPerSlice; made += 1) {
      const generator = this.#queue.first
      if (generator === undefined || generator.dueMs > nowMs) {
        this.#requoteSome(nowMs)
        return true
      }
      if (generator.dueMs < generator.heldUntilMs) {
        generator.postpone()
        this.#queue.sink()
        continue
      }
      const { bidTicks, askTicks } = generator
      const trade = generator.take()
      this.#queue.sink()
      this.#publish(trade)
      const quoteMoved = generator.bidTicks !== bidTicks || generator.askTicks !== askTicks
      if (quoteMoved) this.#listeners.quote(trade.instrument)
    }
    return false
  }

  /** One microsecond apart from now on. */
  burst(instrument: InstrumentId, trades: number): void {
    const { generator, history } = this.#get(instrument)
    const nowMs = Math.max(this.#options.clock(), history.lastTrade?.eventMs ?? 0)
    history.makeRoom(trades)
    for (let made = 1; made <= trades; made += 1) {
      this.#publish(generator.takeAt(Math.round(nowMs * 1000 + made) / 1000))
    }
    generator.heldUntilMs = Math.max(generator.heldUntilMs, nowMs + (trades + 1) / 1000)
  }

  hold(instrument: InstrumentId, forMs: number): void {
    const { generator } = this.#get(instrument)
    generator.heldUntilMs = Math.max(generator.heldUntilMs, this.#options.clock() + forMs)
  }

  restartIds(instrument: InstrumentId, nextId: number): void {
    this.#get(instrument).generator.restartIds(nextId)
  }

  nowMs(): number {
    return this.#options.clock()
  }

  instruments(venue: SimVenueId): readonly SimInstrument[] {
    return this.#all
      .map(({ listing }) => listing.instrument)
      .filter((instrument) => instrument.venue === venue)
  }

  find(venue: SimVenueId, venueSymbol: string): SimInstrument | null {
    return this.#bySymbol.get(`${venue} ${venueSymbol}`)?.listing.instrument ?? null
  }

  state(instrument: InstrumentId): SimState {
    const { listing, generator, history } = this.#get(instrument)
    const { seed, price, meanNotional, tradesPerSecond } = listing
    const { bidTicks, askTicks } = generator
    return buildState({
      top: {
        instrument: listing.instrument,
        seed,
        bidTicks,
        askTicks,
        usualSize: (4 * meanNotional) / price
      },
      history,
      nowMs: this.#options.clock(),
      usualDayVolume: (tradesPerSecond * 86_400 * meanNotional) / price
    })
  }

  tradesById(instrument: InstrumentId, fromId: number, toId: number): readonly SimTrade[] {
    return this.#get(instrument).history.byId(fromId, toId)
  }

  newestTrades(instrument: InstrumentId, limit: number): readonly SimTrade[] {
    return this.#get(instrument).history.newest(limit)
  }

  candles(
    instrument: InstrumentId,
    lengthMs: number,
    fromMs: number,
    toMs: number
  ): readonly SimCandle[] {
    const nowMs = this.#options.clock()
    return this.#get(instrument).history.candles({ lengthMs, fromMs, toMs, nowMs })
  }

  listen(listener: SimMarketListener): () => void {
    return this.#listeners.add(listener)
  }

  #list(listing: Listing): void {
    const { startMs } = this.#options
    const { instrument, tradesPerSecond } = listing
    const generator = new TradeGenerator(listing, startMs)
    const keptTrades = Math.ceil(
      Math.min(50_000, Math.max(1_000, (tradesPerSecond * keptMs) / 1000))
    )
    const madeUp = new MadeUpHistory(listing, startMs)
    const history = new InstrumentHistory({ instrument, keptTrades, madeUp, startMs })
    if (tradesPerSecond > 0) history.add(generator.takePast())
    const traded = { listing, generator, history }
    this.#byId.set(instrument.id, traded)
    this.#bySymbol.set(`${instrument.venue} ${instrument.venueSymbol}`, traded)
  }

  #publish(trade: SimTrade): void {
    const { listing, history } = this.#get(trade.instrument)
    history.add(trade)
    this.#listeners.trade(trade)
    if (listing.instrument.venue !== 'bybit-linear') return
    if (hashUnit(listing.seed, liquidationStream, trade.id) > liquidationChance) return
    const { instrument, eventMs, priceText, sizeText, takerSide } = trade
    const position = takerSide === 'sell' ? 'long' : 'short'
    this.#listeners.liquidation({ instrument, eventMs, position, priceText, sizeText })
  }

  #requoteSome(nowMs: number): void {
    const count = Math.ceil(this.#all.length / requoteSlices)
    for (let looked = 0; looked < count; looked += 1) {
      this.#requoted = (this.#requoted + 1) % this.#all.length
      const traded = this.#all[this.#requoted]
      if (traded?.generator.requote(nowMs) === true) {
        this.#listeners.quote(traded.listing.instrument.id)
      }
    }
  }

  #get(instrument: InstrumentId): Traded {
    const traded = this.#byId.get(instrument)
    invariant(traded !== undefined, `no instrument ${instrument} in the simulated market`)
    return traded
  }
}
