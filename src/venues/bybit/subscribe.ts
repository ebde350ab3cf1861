import type { Instrument } from '../../core/market/instrument.ts'
import type { VenueRequest } from '../venue.ts'
import { listTopics } from './topic.ts'
import type { BybitCategory } from './wire.ts'

/** Topics in one request: spot takes 10; futures have no documented number (`wss-authentication.mdx`, read 2026-11-22). */
const mostTopics: Readonly<Record<BybitCategory, number>> = { spot: 10, linear: Infinity }

/** The venue's 21,000 characters of topics, less a margin for how it counts quotes and commas. */
const mostCharacters = 20_000

/**
 * Builds the requests that subscribe or unsubscribe, an instrument's topics always in one request: one
 * bad topic refuses its whole request.
 */
export function buildBybitRequests(
  category: BybitCategory,
  op: 'subscribe' | 'unsubscribe',
  instruments: readonly Instrument[],
  firstRequestId: number
): readonly VenueRequest[] {
  return splitInstruments(category, instruments).map((chosen, index) => {
    const requestId = `r${firstRequestId + index}`
    const args = chosen.flatMap(({ venueSymbol }) => listTopics(category, venueSymbol))
    return {
      frame: JSON.stringify({ req_id: requestId, op, args }),
      requestId,
      instruments: chosen.map(({ id }) => id)
    }
  })
}

/** The ping that keeps a connection open; its answer names the same `req_id`. */
export function buildBybitPing(ordinal: number): string {
  return JSON.stringify({ req_id: `p${ordinal}`, op: 'ping' })
}

function splitInstruments(
  category: BybitCategory,
  instruments: readonly Instrument[]
): readonly (readonly Instrument[])[] {
  const parts: Instrument[][] = []
  let topics = Infinity
  let characters = 0
  for (const instrument of instruments) {
    const own = listTopics(category, instrument.venueSymbol)
    const ownCharacters = JSON.stringify(own).length
    topics += own.length
    characters += ownCharacters
    if (topics > mostTopics[category] || characters > mostCharacters || parts.length === 0) {
      parts.push([])
      topics = own.length
      characters = ownCharacters
    }
    parts.at(-1)?.push(instrument)
  }
  return parts
}
