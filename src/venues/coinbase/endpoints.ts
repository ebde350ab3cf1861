import type { CloseRule, VenueEndpoints, VenueLimits } from '../venue.ts'

/** Public feed and REST host; docs.cdp.coinbase.com/exchange/websocket-feed/overview, read 2026-11-22. */
export const coinbaseEndpoints: VenueEndpoints = {
  wsUrl: 'wss://ws-feed.exchange.coinbase.com',
  restUrl: 'https://api.exchange.coinbase.com'
}

/**
 * The page allows 8 connections a second (burst 20) and 100 client messages a second, each per IP, and
 * 10 REST requests a second (burst 15); …/websocket-feed/rate-limits and …/rest-rate-limits, read
 * 2026-11-22. 2 at once and 6 a second are at most 8 in any second: the burst is left to whoever shares our
 * address. No number of products per connection is documented: 15 is our shard, 100 our own cap.
 */
export const coinbaseLimits: VenueLimits = {
  connects: { burst: 2, perSecond: 6, per5Minutes: null, releasePerSecond: 4 },
  messagesPerSecond: 4,
  rest: { burst: 12, perSecond: 8 },
  instrumentsPerConnection: { usual: 15, most: 100 },
  maxFrameBytes: 4 * 1024 * 1024
}

/**
 * Who sends too much is cut off with `ErrSlowRead`, who reads too slowly with `ErrSlowConsume`;
 * …/websocket-feed/errors, read 2026-11-22. It names no close codes.
 */
export const coinbaseCloseRules: readonly CloseRule[] = [
  { code: [1000, 4999], says: /ErrSlowRead/, class: 'policy', leastDelayMs: 60_000 },
  { code: [1000, 4999], says: /ErrSlowConsume/, class: 'server', spreadMs: 5_000 }
]
