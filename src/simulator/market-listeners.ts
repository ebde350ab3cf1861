import type { InstrumentId } from '../core/market/instrument.ts'
import type { SimLiquidation, SimMarketListener, SimTrade } from './market.ts'

/** Those who follow a market, told in the order in which they came. */
export class MarketListeners {
  #listeners: readonly SimMarketListener[] = []

  add(listener: SimMarketListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  trade(trade: SimTrade): void {
    for (const listener of this.#listeners) listener.trade?.(trade)
  }

  quote(instrument: InstrumentId): void {
    for (const listener of this.#listeners) listener.quote?.(instrument)
  }

  liquidation(liquidation: SimLiquidation): void {
    for (const listener of this.#listeners) listener.liquidation?.(liquidation)
  }

  /** Whether anybody has more on its way than it should. */
  isCongested(): boolean {
    return this.#listeners.some((listener) => listener.congested?.() === true)
  }
}
