import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'

/** Symbols that a simulated venue lists and trades, in our spelling, busiest first. */
export function listedSymbols(venue: SimVenueId): readonly string[] {
  return listVenue(venue, 1, 1)
    .filter(({ instrument }) => instrument.trading)
    .map(({ instrument }) => instrument.id.slice(venue.length + 1))
}
