import type { Instrument } from '../../core/market/instrument.ts'
import type { VenueRequest } from '../venue.ts'

/** The streams each instrument needs: trades, best quote, 24 h statistics. */
const streams = ['trade', 'bookTicker', 'miniTicker'] as const

/** Streams of one instrument; counts against the 1,024 of a connection. */
export const streamsPerInstrument = streams.length

/**
 * Parameters of one message. Long lists are refused by proxies on the way (binance-spot.md,
 * "Quirks seen", read 2026-11-22: 100 to 200).
 */
const paramsPerMessage = 100

/** Builds SUBSCRIBE or UNSUBSCRIBE messages, each with its own request id. */
export function buildRequests(
  method: 'SUBSCRIBE' | 'UNSUBSCRIBE',
  instruments: readonly Instrument[],
  firstRequestId: number
): readonly VenueRequest[] {
  const perMessage = Math.floor(paramsPerMessage / streamsPerInstrument)
  const requests: VenueRequest[] = []
  for (let start = 0; start < instruments.length; start += perMessage) {
    const batch = instruments.slice(start, start + perMessage)
    const id = firstRequestId + requests.length
    requests.push({
      frame: JSON.stringify({ method, params: batch.flatMap(streamNames), id }),
      requestId: String(id),
      instruments: batch.map((instrument) => instrument.id)
    })
  }
  return requests
}

/** Stream names are lower case, payloads upper case. */
function streamNames(instrument: Instrument): string[] {
  const symbol = instrument.venueSymbol.toLowerCase()
  return streams.map((stream) => `${symbol}@${stream}`)
}
