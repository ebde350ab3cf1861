import type { Instrument } from '../../core/market/instrument.ts'
import type { VenueRequest } from '../venue.ts'

const channelNames = ['matches', 'ticker', 'heartbeat']

/** No cap is documented but «Message too big»; this keeps a message under 2 KB. */
const productsPerMessage = 100

/**
 * Builds the messages that subscribe or unsubscribe; Coinbase knows no request ids.
 *
 * Never one without products: it would drop whole channels (…/websocket-feed/overview, read 2026-11-22).
 */
export function buildCoinbaseRequests(
  type: 'subscribe' | 'unsubscribe',
  instruments: readonly Instrument[]
): readonly VenueRequest[] {
  const requests: VenueRequest[] = []
  for (let from = 0; from < instruments.length; from += productsPerMessage) {
    const chosen = instruments.slice(from, from + productsPerMessage)
    requests.push({
      frame: JSON.stringify({
        type,
        product_ids: chosen.map(({ venueSymbol }) => venueSymbol),
        channels: channelNames
      }),
      requestId: null,
      instruments: chosen.map(({ id }) => id)
    })
  }
  return requests
}
