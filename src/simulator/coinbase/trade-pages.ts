import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimMarket, SimTrade } from '../market.ts'

export type TradePageQuery = {
  readonly limit: number
  /** Only ids below. */
  readonly after: number | null
  /** Only ids above; bounds the newest page, it does not walk. */
  readonly before: number | null
}

/** Finds one page of trades, newest first. */
export function tradePage(
  market: SimMarket,
  instrument: InstrumentId,
  { limit, after, before }: TradePageQuery
): SimTrade[] {
  const lowest = before === null ? 0 : before + 1
  const page =
    after === null
      ? market.newestTrades(instrument, limit).filter((trade) => trade.id >= lowest)
      : market.tradesById(instrument, Math.max(lowest, after - limit), after - 1)
  return [...page].reverse()
}
