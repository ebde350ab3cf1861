import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import type { StandOptions } from './stand.ts'

/**
 * 326 instruments on 22 connections; the simulated market's activity makes some 2,000 messages a second
 * of them.
 */
export const busyMarket = {
  collected: {
    coinbase: busiest('coinbase', 206),
    'bybit-linear': busiest('bybit-linear', 60),
    'bybit-spot': busiest('bybit-spot', 60)
  },
  rate: 1.25,
  faultRun: null,
  venueSettings: { per_connection: 15 }
} satisfies Partial<StandOptions>

function busiest(venue: SimVenueId, count: number): readonly string[] {
  const listed = listVenue(venue, 1, 1).filter(({ instrument }) => instrument.trading)
  return listed.slice(0, count).map(({ instrument: { base, quote } }) => `${base}-${quote}`)
}
