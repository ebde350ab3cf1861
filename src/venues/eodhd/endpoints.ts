import { VenueError } from '../../core/venue-error.ts'
import type { VenueEndpoints, VenueLimits } from '../venue.ts'
import { symbolsPerConnection } from './subscribe.ts'

/** US trades and REST. `ws.eodhd.com` was seen with a foreign certificate; eodhd.md, read 2026-11-22. */
export const eodhdEndpoints: VenueEndpoints = {
  wsUrl: 'wss://ws.eodhistoricaldata.com/ws/us',
  restUrl: 'https://eodhd.com/api'
}

/**
 * The documents give 50 symbols a connection, 1,000 REST requests a minute and 429 for reconnecting too
 * fast without a figure; eodhd.md, read 2026-11-22. Users measured the 50 as shared by all connections
 * of a key.
 */
export const eodhdLimits: VenueLimits = {
  connects: { burst: 2, perSecond: 0.2, per5Minutes: 30 },
  messagesPerSecond: 5,
  rest: { burst: 10, perSecond: 10 },
  instrumentsPerConnection: { usual: symbolsPerConnection, most: symbolsPerConnection },
  maxFrameBytes: 64 * 1024
}

/** Adds the key to the feed's address, where the venue wants it. @throws VenueError without a key */
export function buildConnectUrl(wsUrl: string, apiKey: string | null): string {
  return `${wsUrl}?api_token=${encodeURIComponent(requireKey(apiKey))}`
}

/** @throws VenueError where no key is set. */
export function requireKey(apiKey: string | null): string {
  if (apiKey !== null && apiKey !== '') return apiKey
  throw new VenueError('venue-key-missing', 'EODHD needs an api_key in its settings', {
    retry: 'never'
  })
}
