import type { InstrumentId } from '../../src/core/market/instrument.ts'
import type { SimTrade } from '../../src/simulator/market.ts'
import { SeededMarket, type SeededMarketOptions } from '../../src/simulator/seeded-market.ts'

/** 2026-09-02T07:44:17.250Z, in the middle of a minute. */
export const seededStartMs = 1_788_335_057_250

/** A seeded market on a clock by hand, and what it traded. */
export type RunningMarket = {
  readonly market: SeededMarket
  readonly trades: SimTrade[]
  /** Moves the clock on in steps and lets trades out. */
  readonly run: (forMs: number, stepMs?: number) => void
  readonly of: (instrument: InstrumentId) => SimTrade[]
}

export function aSeededMarket(overrides: Partial<SeededMarketOptions> = {}): RunningMarket {
  const startMs = overrides.startMs ?? seededStartMs
  let nowMs = startMs
  const market = new SeededMarket({
    venues: ['coinbase'],
    seed: 7,
    rate: 1,
    clock: () => nowMs,
    startMs,
    ...overrides
  })
  const trades: SimTrade[] = []
  market.listen({ trade: (trade) => trades.push(trade) })
  return {
    market,
    trades,
    run: (forMs, stepMs = 10) => {
      const endMs = nowMs + forMs
      while (nowMs < endMs) {
        nowMs = Math.min(endMs, nowMs + stepMs)
        while (!market.advance());
      }
    },
    of: (instrument) => trades.filter((trade) => trade.instrument === instrument)
  }
}
