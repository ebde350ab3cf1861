import type { VenueEndpoints, VenueLimits } from '../venue.ts'
import type { BybitCategory } from './wire.ts'

/** Mainnet, one socket path per category; `websocket/wss-authentication.mdx`, read 2026-11-22. */
export const bybitEndpoints: Readonly<Record<BybitCategory, VenueEndpoints>> = {
  spot: {
    wsUrl: 'wss://stream.bybit.com/v5/public/spot',
    restUrl: 'https://api.bybit.com'
  },
  linear: {
    wsUrl: 'wss://stream.bybit.com/v5/public/linear',
    restUrl: 'https://api.bybit.com'
  }
}

/**
 * The pages allow 500 connections in 5 minutes, 600 REST requests in 5 seconds (above: 403 and a pause of
 * 10 minutes) and 21,000 characters of topics on a connection, which 150 instruments stay well below;
 * `websocket/wss-authentication.mdx` and `rate-limit/rate-limit.mdx`, read 2026-11-22. Connections count by
 * domain and requests by address, for all categories together. Of 500 in 5 minutes 4 a second for 17 s are a
 * seventh.
 */
export const bybitLimits: VenueLimits = {
  shared: 'bybit',
  connects: { burst: 20, perSecond: 4, per5Minutes: 400, releasePerSecond: 4 },
  messagesPerSecond: 10,
  rest: { burst: 100, perSecond: 60 },
  bans: [{ status: 403, says: /too (frequent|many)/i, pauseMs: 600_000 }],
  instrumentsPerConnection: { usual: 50, most: 150 },
  maxFrameBytes: 4 * 1024 * 1024
}
