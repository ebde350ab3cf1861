import type { CloseRule, VenueEndpoints, VenueLimits } from '../venue.ts'
import { streamsPerInstrument } from './subscribe.ts'

/** Bare streams by SUBSCRIBE; binance-spot-api-docs, web-socket-streams.md and rest-api.md, read 2026-11-22. */
export const binanceSpotEndpoints: VenueEndpoints = {
  wsUrl: 'wss://stream.binance.com:9443/ws',
  restUrl: 'https://api.binance.com'
}

const streamsPerConnection = 1_024

/**
 * The page allows 300 connection attempts in 5 minutes per IP, 5 client messages a second (pongs count)
 * and 1,024 streams on a connection, and 6,000 weight a minute; our REST calls weigh up to 80, mostly 25.
 * web-socket-streams.md and rest-api.md, read 2026-11-22. It names no rate by the second. Who goes on after a
 * 429 is shut out by 418 for 2 minutes to 3 days; ours is the wait where it does not say for how long.
 */
export const binanceSpotLimits: VenueLimits = {
  connects: { burst: 10, perSecond: 4, per5Minutes: 240, releasePerSecond: 4 },
  messagesPerSecond: 3,
  rest: { burst: 10, perSecond: 3 },
  bans: [{ status: 418, pauseMs: 600_000 }],
  instrumentsPerConnection: {
    usual: 100,
    most: Math.floor(streamsPerConnection / streamsPerInstrument)
  },
  maxFrameBytes: 1024 * 1024
}

/**
 * Its 1008 also says that our pong came late, which breaks no rule: ccxt/php-binance-api#453, read 2026-11-22.
 * The page itself names no close codes.
 */
export const binanceSpotCloseRules: readonly CloseRule[] = [
  { code: 1008, says: /pong timeout/i, class: 'timeout' }
]
