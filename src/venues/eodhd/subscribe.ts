import type { Instrument } from '../../core/market/instrument.ts'
import type { VenueRequest } from '../venue.ts'

/** Symbols of one connection, and so of one message; eodhd.md, "Limits", read 2026-11-22. */
export const symbolsPerConnection = 50

/** Builds messages with their symbols in one text, comma-separated without blanks; arrays are refused. */
export function buildRequests(
  action: 'subscribe' | 'unsubscribe',
  instruments: readonly Instrument[]
): readonly VenueRequest[] {
  const requests: VenueRequest[] = []
  for (let start = 0; start < instruments.length; start += symbolsPerConnection) {
    const batch = instruments.slice(start, start + symbolsPerConnection)
    const symbols = batch.map(({ venueSymbol }) => venueSymbol).join(',')
    requests.push({
      frame: JSON.stringify({ action, symbols }),
      requestId: null,
      instruments: batch.map(({ id }) => id)
    })
  }
  return requests
}
