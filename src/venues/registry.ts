import { binanceSpot } from './binance-spot/binance-spot.ts'
import { bybitLinear, bybitSpot } from './bybit/bybit.ts'
import { coinbase } from './coinbase/coinbase.ts'
import { eodhd } from './eodhd/eodhd.ts'
import type { VenueId } from '../core/market/instrument.ts'
import type { Venue } from './venue.ts'

/** Every venue Tapedeck knows. A new venue is one line here and one folder beside this file. */
export const venues: readonly Venue[] = [coinbase, bybitSpot, bybitLinear, binanceSpot, eodhd]

/** Finds a venue by the id that settings and instruments name it with. */
export function findVenue(id: VenueId): Venue | null {
  return venues.find((venue) => venue.id === id) ?? null
}
