import type { InstrumentId } from '../../src/core/market/instrument.ts'
import type {
  SimCandle,
  SimInstrument,
  SimLevel,
  SimLiquidation,
  SimMarket,
  SimMarketListener,
  SimState,
  SimTrade,
  SimVenueId
} from '../../src/simulator/market.ts'

/** 2026-09-02T07:44:00Z. */
export const stubStartMs = 1_788_335_040_000

/** Builds an instrument as its venue would list it. */
export function aSimInstrument(
  venue: SimVenueId,
  base: string,
  overrides: Partial<SimInstrument> = {}
): SimInstrument {
  const quote = venue === 'coinbase' ? 'USD' : 'USDT'
  return {
    id: `${venue}:${base}-${quote}`,
    venue,
    venueSymbol: venue === 'coinbase' ? `${base}-${quote}` : `${base}${quote}`,
    base,
    quote,
    priceDigits: 2,
    sizeDigits: 8,
    trading: true,
    ...overrides
  }
}

/** Builds a trade; text fields follow the numbers. */
export function aSimTrade(overrides: Partial<SimTrade> = {}): SimTrade {
  const id = overrides.id ?? 1
  const price = overrides.price ?? 100
  const size = overrides.size ?? 0.5
  return {
    instrument: 'coinbase:BTC-USD',
    id,
    textId: `a0000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    eventMs: stubStartMs + id,
    price,
    priceText: price.toFixed(2),
    size,
    sizeText: size.toFixed(8),
    takerSide: 'buy',
    sequence: 1000 + id * 7,
    conditions: [],
    ...overrides
  }
}

const emptyState: SimState = {
  lastTrade: null,
  sequence: 1000,
  bid: ['99.99', '1.00000000'],
  ask: ['100.01', '2.00000000'],
  bids: [['99.99', '1.00000000']],
  asks: [['100.01', '2.00000000']],
  open24hText: '98.00',
  high24hText: '103.00',
  low24hText: '97.00',
  volume24hText: '1234.50000000',
  volume30dText: '40000.00000000',
  openInterestText: '5000.5'
}

/** A market by hand: it trades when a test says so, on a clock that a test moves. */
export class StubMarket implements SimMarket {
  clockMs = stubStartMs
  readonly #instruments: readonly SimInstrument[]
  readonly #trades = new Map<InstrumentId, SimTrade[]>()
  readonly #states = new Map<InstrumentId, SimState>()
  readonly #candles = new Map<string, readonly SimCandle[]>()
  readonly #listeners = new Set<SimMarketListener>()

  constructor(instruments: readonly SimInstrument[]) {
    this.#instruments = instruments
  }

  get listenerCount(): number {
    return this.#listeners.size
  }

  nowMs(): number {
    return this.clockMs
  }

  instruments(venue: SimVenueId): readonly SimInstrument[] {
    return this.#instruments.filter((instrument) => instrument.venue === venue)
  }

  find(venue: SimVenueId, venueSymbol: string): SimInstrument | null {
    return this.instruments(venue).find((one) => one.venueSymbol === venueSymbol) ?? null
  }

  state(instrument: InstrumentId): SimState {
    return this.#states.get(instrument) ?? emptyState
  }

  tradesById(instrument: InstrumentId, fromId: number, toId: number): readonly SimTrade[] {
    return this.#kept(instrument).filter((trade) => trade.id >= fromId && trade.id <= toId)
  }

  newestTrades(instrument: InstrumentId, limit: number): readonly SimTrade[] {
    return this.#kept(instrument).slice(-limit)
  }

  candles(
    instrument: InstrumentId,
    lengthMs: number,
    fromMs: number,
    toMs: number
  ): readonly SimCandle[] {
    const candles = this.#candles.get(`${instrument}/${lengthMs}`) ?? []
    return candles.filter((candle) => candle.openMs >= fromMs && candle.openMs < toMs)
  }

  listen(listener: SimMarketListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Trades, and tells everybody. */
  emit(trade: SimTrade): void {
    this.#kept(trade.instrument).push(trade)
    this.#states.set(trade.instrument, {
      ...this.state(trade.instrument),
      lastTrade: trade,
      sequence: trade.sequence
    })
    for (const listener of this.#listeners) listener.trade?.(trade)
  }

  /** Sets the book, best first, and tells everybody. */
  setBook(instrument: InstrumentId, bids: readonly SimLevel[], asks: readonly SimLevel[]): void {
    const state = this.state(instrument)
    this.#states.set(instrument, {
      ...state,
      sequence: state.sequence + 3,
      bid: bids[0] ?? state.bid,
      ask: asks[0] ?? state.ask,
      bids,
      asks
    })
    for (const listener of this.#listeners) listener.quote?.(instrument)
  }

  /** @param candles Ascending. */
  setCandles(instrument: InstrumentId, lengthMs: number, candles: readonly SimCandle[]): void {
    this.#candles.set(`${instrument}/${lengthMs}`, candles)
  }

  liquidate(liquidation: SimLiquidation): void {
    for (const listener of this.#listeners) listener.liquidation?.(liquidation)
  }

  #kept(instrument: InstrumentId): SimTrade[] {
    const kept = this.#trades.get(instrument) ?? []
    this.#trades.set(instrument, kept)
    return kept
  }
}
