import type { InstrumentId } from '../../core/market/instrument.ts'
import { seededRandom } from '../../core/market/random.ts'
import type {
  SimCandle,
  SimInstrument,
  SimMarket,
  SimMarketListener,
  SimState,
  SimTrade,
  SimVenueId
} from '../market.ts'
import { MarketListeners } from '../market-listeners.ts'
import type { FaultBoard } from './fault-board.ts'
import { tellHistory } from './told-history.ts'
import { listAsTold, serveAsTold } from './told-listing.ts'

/** After the first of a shuffled window, however few came. */
const longestWindowMs = 1_000
/** Bound of the trades held back; beyond it they go out at once. */
const maxHeldBack = 100_000

type Window = { readonly trades: SimTrade[]; readonly timer: NodeJS.Timeout }

/**
 * The market as one venue tells it: what happened, less what faults do to its trade frames and to the
 * trades that its REST serves. Nothing here touches what really happened.
 */
export class FaultedMarket implements SimMarket {
  readonly #market: SimMarket
  readonly #venue: SimVenueId
  readonly #board: FaultBoard
  readonly #listeners = new MarketListeners()
  readonly #stopListening: () => void
  readonly #late = new Set<NodeJS.Timeout>()
  readonly #windows = new Map<InstrumentId, Window>()

  constructor(of: {
    readonly market: SimMarket
    readonly venue: SimVenueId
    readonly board: FaultBoard
  }) {
    this.#market = of.market
    this.#venue = of.venue
    this.#board = of.board
    this.#stopListening = of.market.listen({
      trade: (trade) => this.#take(trade),
      quote: (instrument) => this.#listeners.quote(instrument),
      liquidation: (liquidation) => this.#listeners.liquidation(liquidation),
      congested: () => this.#listeners.isCongested()
    })
  }

  /** Tells trades again, as if they happened anew. */
  repeat(trades: readonly SimTrade[]): void {
    for (const trade of trades) this.#listeners.trade(trade)
  }

  close(): void {
    this.#stopListening()
    for (const timer of this.#late) clearTimeout(timer)
    for (const { timer } of this.#windows.values()) clearTimeout(timer)
    this.#late.clear()
    this.#windows.clear()
  }

  listen(listener: SimMarketListener): () => void {
    return this.#listeners.add(listener)
  }

  tradesById(instrument: InstrumentId, fromId: number, toId: number): readonly SimTrade[] {
    return this.#tell(instrument, this.#market.tradesById(instrument, fromId, toId))
  }

  newestTrades(instrument: InstrumentId, limit: number): readonly SimTrade[] {
    return this.#tell(instrument, this.#market.newestTrades(instrument, limit))
  }

  nowMs(): number {
    return this.#market.nowMs()
  }

  instruments(venue: SimVenueId): readonly SimInstrument[] {
    const all = this.#market.instruments(venue)
    return this.#board.isIdle ? all : listAsTold(all, this.#board)
  }

  find(venue: SimVenueId, venueSymbol: string): SimInstrument | null {
    const found = this.#market.find(venue, venueSymbol)
    return found === null || this.#board.isIdle ? found : serveAsTold(found, this.#board)
  }

  state(instrument: InstrumentId): SimState {
    return this.#market.state(instrument)
  }

  candles(
    instrument: InstrumentId,
    lengthMs: number,
    fromMs: number,
    toMs: number
  ): readonly SimCandle[] {
    return this.#market.candles(instrument, lengthMs, fromMs, toMs)
  }

  #tell(instrument: InstrumentId, trades: readonly SimTrade[]): readonly SimTrade[] {
    if (this.#board.isIdle) return trades
    return tellHistory(trades, {
      board: this.#board,
      market: this.#market,
      venue: this.#venue,
      instrument
    })
  }

  #take(trade: SimTrade): void {
    const { instrument } = trade
    if (this.#board.isIdle || !instrument.startsWith(`${this.#venue}:`)) {
      this.#listeners.trade(trade)
      return
    }
    const drop = this.#board.find('drop', this.#venue, instrument)
    if (drop?.fault.strikes(drop.effect.share) === true) return
    const delay = this.#board.find('delay', this.#venue, instrument)
    if (delay?.fault.strikes(delay.effect.share) === true) {
      this.#sendLater(trade, delay.effect.byMs)
      return
    }
    const reorder = this.#board.find('reorder', this.#venue, instrument)
    if (reorder === null) this.#listeners.trade(trade)
    else {
      reorder.fault.strike()
      this.#hold(trade, reorder.effect.window, reorder.fault.seed)
    }
  }

  #sendLater(trade: SimTrade, byMs: number): void {
    if (this.#late.size >= maxHeldBack) {
      this.#listeners.trade(trade)
      return
    }
    const timer = setTimeout(() => {
      this.#late.delete(timer)
      this.#listeners.trade(trade)
    }, byMs)
    this.#late.add(timer)
  }

  #hold(trade: SimTrade, size: number, seed: number): void {
    const { instrument } = trade
    const held = this.#windows.get(instrument) ?? {
      trades: [],
      timer: setTimeout(() => this.#release(instrument, seed), longestWindowMs)
    }
    this.#windows.set(instrument, held)
    held.trades.push(trade)
    if (held.trades.length >= size) this.#release(instrument, seed)
  }

  #release(instrument: InstrumentId, seed: number): void {
    const held = this.#windows.get(instrument)
    if (held === undefined) return
    clearTimeout(held.timer)
    this.#windows.delete(instrument)
    this.repeat(shuffled(held.trades, seed + (held.trades[0]?.id ?? 0)))
  }
}

/** Fisher and Yates, from a seed: the same trades always come in the same order. */
function shuffled(trades: readonly SimTrade[], seed: number): readonly SimTrade[] {
  const random = seededRandom(seed)
  const order = [...trades]
  for (let end = order.length - 1; end > 0; end -= 1) {
    const at = Math.floor(random() * (end + 1))
    const [one, other] = [order[end], order[at]]
    if (one === undefined || other === undefined) continue
    order[end] = other
    order[at] = one
  }
  return order
}
