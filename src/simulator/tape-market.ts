import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { invariant } from '../core/invariant.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { openTradeTape, type TapeTrade } from '../recordings/trade-tape.ts'
import { InstrumentHistory } from './instrument-history.ts'
import { buildState } from './instrument-state.ts'
import { seedOf } from './hash.ts'
import type {
  SimCandle,
  SimInstrument,
  SimMarket,
  SimMarketListener,
  SimState,
  SimTrade,
  SimVenueId
} from './market.ts'
import { MarketListeners } from './market-listeners.ts'
import type { TapeListing } from './tape-listing.ts'
import { tradeTextIds } from './trade-text-id.ts'

const keptTrades = 100_000
/** Trades between two looks at who is congested. */
const tradesPerSlice = 256
const sliceMs = 10
const congestionMs = 2

/** How fast a tape plays: times its own speed, or as fast as its readers take it. */
export type TapeSpeed = number | 'max'

type Taped = {
  readonly instrument: SimInstrument
  readonly history: InstrumentHistory
  readonly textId: (id: number) => string
  lastId: number
  lastPrice: number
  lastSide: 'buy' | 'sell'
  sequence: number
}

/**
 * A market whose trades come from a CSV tape, in file order. Its clock is the tape's: it stands at the
 * first trade until `play`, and at the last one after the end.
 */
export class TapeMarket implements SimMarket {
  readonly #path: string
  readonly #speed: TapeSpeed
  readonly #listing: TapeListing
  readonly #taped: ReadonlyMap<InstrumentId, Taped>
  readonly #listeners = new MarketListeners()
  readonly #stopping = new AbortController()
  #nowMs: number
  #playing: Promise<void> | null = null
  #isFinished = false

  constructor(of: {
    readonly path: string
    readonly listing: TapeListing
    readonly speed: TapeSpeed
  }) {
    this.#path = of.path
    this.#speed = of.speed
    this.#listing = of.listing
    this.#nowMs = of.listing.firstMs
    this.#taped = new Map(
      of.listing.instruments.map((instrument) => [
        instrument.id,
        {
          instrument,
          history: new InstrumentHistory({
            instrument,
            keptTrades,
            madeUp: null,
            startMs: -Infinity
          }),
          textId: tradeTextIds(instrument.id),
          lastId: 0,
          lastPrice: 0,
          lastSide: 'buy',
          sequence: 0
        }
      ])
    )
  }

  /** True once every trade was told to the listeners and none of them is congested. */
  get isFinished(): boolean {
    return this.#isFinished
  }

  /**
   * Plays the tape; a second call gives the same promise. Resolves at the end, or when closed.
   *
   * @throws RecordingError when the file turns out unreadable.
   */
  play(): Promise<void> {
    this.#playing ??= this.#play()
    return this.#playing
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    // Whoever plays is told of a failure; closing is not.
    await this.#playing?.catch(() => undefined)
  }

  nowMs(): number {
    return this.#nowMs
  }

  instruments(venue: SimVenueId): readonly SimInstrument[] {
    return this.#listing.instruments.filter((instrument) => instrument.venue === venue)
  }

  find(venue: SimVenueId, venueSymbol: string): SimInstrument | null {
    const found = this.instruments(venue).find((one) => one.venueSymbol === venueSymbol)
    return found ?? null
  }

  state(id: InstrumentId): SimState {
    const { instrument, history, lastPrice } = this.#get(id)
    const ticks = Math.round(lastPrice * 10 ** instrument.priceDigits)
    const seed = seedOf(0, id)
    const usualSize = history.lastTrade?.size ?? 1
    return buildState({
      top: { instrument, seed, bidTicks: ticks - 1, askTicks: ticks + 1, usualSize },
      history,
      nowMs: this.#nowMs,
      usualDayVolume: 0
    })
  }

  tradesById(id: InstrumentId, fromId: number, toId: number): readonly SimTrade[] {
    return this.#get(id).history.byId(fromId, toId)
  }

  newestTrades(id: InstrumentId, limit: number): readonly SimTrade[] {
    return this.#get(id).history.newest(limit)
  }

  candles(id: InstrumentId, lengthMs: number, fromMs: number, toMs: number): readonly SimCandle[] {
    return this.#get(id).history.candles({ lengthMs, fromMs, toMs, nowMs: this.#nowMs })
  }

  listen(listener: SimMarketListener): () => void {
    return this.#listeners.add(listener)
  }

  async #play(): Promise<void> {
    const { signal } = this.#stopping
    const startedMs = performance.now()
    let inSlice = 0
    for await (const row of openTradeTape(this.#path)) {
      if (signal.aborted) return
      inSlice += 1
      if (this.#speed !== 'max') await this.#waitFor(row.eventMs, startedMs, this.#speed)
      else if (inSlice % tradesPerSlice === 0) await this.#yieldTo(signal)
      this.#publish(row)
    }
    await this.#yieldTo(signal)
    this.#isFinished = true
  }

  async #waitFor(eventMs: number, startedMs: number, speed: number): Promise<void> {
    const { signal } = this.#stopping
    for (;;) {
      const playedMs = (performance.now() - startedMs) * speed
      const clockMs = this.#listing.firstMs + playedMs
      if (eventMs <= clockMs || signal.aborted) return
      this.#nowMs = Math.max(this.#nowMs, clockMs)
      const waitMs = Math.max(sliceMs, Math.min(1000, (eventMs - clockMs) / speed))
      await wait(waitMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Gives sockets their turn; returns when nobody holds too much. */
  async #yieldTo(signal: AbortSignal): Promise<void> {
    await nextTurn()
    while (!signal.aborted && this.#listeners.isCongested()) await wait(congestionMs)
  }

  #publish(row: TapeTrade): void {
    const taped = this.#get(row.instrument)
    if (row.eventMs > this.#nowMs) this.#nowMs = row.eventMs
    const trade = buildTrade(taped, row)
    taped.lastId = trade.id
    taped.lastPrice = trade.price
    taped.lastSide = trade.takerSide
    taped.sequence = trade.sequence
    taped.history.add(trade)
    this.#listeners.trade(trade)
    this.#listeners.quote(trade.instrument)
  }

  #get(id: InstrumentId): Taped {
    const taped = this.#taped.get(id)
    invariant(taped !== undefined, `no instrument ${id} on the tape`)
    return taped
  }
}

/** Where the tape names no side, the taker bought if the price rose; where it numbers nothing, +1. */
function buildTrade(taped: Taped, row: TapeTrade): SimTrade {
  const { instrument, lastId, lastPrice, lastSide, sequence, textId } = taped
  const numbered = row.id === null ? NaN : Number(row.id)
  const id = Number.isSafeInteger(numbered) ? numbered : lastId + 1
  const guessedSide = row.price > lastPrice ? 'buy' : row.price < lastPrice ? 'sell' : lastSide
  return {
    instrument: instrument.id,
    id,
    textId: row.id ?? textId(id),
    eventMs: row.eventMs,
    price: row.price,
    priceText: row.price.toFixed(instrument.priceDigits),
    size: row.size,
    sizeText: row.size.toFixed(instrument.sizeDigits),
    takerSide: row.side ?? guessedSide,
    sequence: sequence + 1,
    conditions: row.conditions.map(Number).filter((code) => Number.isSafeInteger(code))
  }
}
