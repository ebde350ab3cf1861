import type { SimInstrument, SimMarket } from '../market.ts'

/** The two product categories that the simulator speaks. */
export type BybitCategory = 'spot' | 'linear'

export type BybitVenueId = 'bybit-spot' | 'bybit-linear'

/** BTCUSDT exists in both categories: only together they name an instrument. */
export function venueOf(category: BybitCategory): BybitVenueId {
  return category === 'spot' ? 'bybit-spot' : 'bybit-linear'
}

/** Finds an instrument by the venue's symbol. */
export function findInstrument(
  market: SimMarket,
  category: BybitCategory,
  symbol: string
): SimInstrument | null {
  return market.find(venueOf(category), symbol)
}
