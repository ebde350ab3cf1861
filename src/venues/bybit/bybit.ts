import type { Venue } from '../venue.ts'
import { fetchBybitCandles } from './candles.ts'
import { assumeBybitInstrument, discoverBybit } from './discover.ts'
import { bybitEndpoints, bybitLimits } from './endpoints.ts'
import { createBybitParser } from './parse.ts'
import { fetchBybitRecentTrades, fetchBybitTimeMs } from './rest.ts'
import { buildBybitPing, buildBybitRequests } from './subscribe.ts'
import type { BybitCategory } from './wire.ts'

/** Bybit v5, spot: trades, best bid and ask, 24 h figures. */
export const bybitSpot: Venue = buildVenue('spot', 'Bybit Spot')

/** Bybit v5, perpetuals and futures settled in USDT or USDC: trades, quotes, 24 h figures, liquidations. */
export const bybitLinear: Venue = buildVenue('linear', 'Bybit Linear')

function buildVenue(category: BybitCategory, name: string): Venue {
  return {
    id: `bybit-${category}`,
    name,
    endpoints: bybitEndpoints[category],
    limits: bybitLimits,
    tradeIds: 'unique',
    handshake: 'open',
    acknowledges: 'request',
    keepAlive: { everyMs: 20_000, frame: buildBybitPing },
    heartbeatMs: 20_000,
    lifetimeMs: null,
    tellsLastTrade: false,
    graceMs: 2_000,
    needsKey: false,
    compress: false,
    connectUrl: (wsUrl) => wsUrl,
    subscribe: (instruments, firstRequestId) =>
      buildBybitRequests(category, 'subscribe', instruments, firstRequestId),
    unsubscribe: (instruments, firstRequestId) =>
      buildBybitRequests(category, 'unsubscribe', instruments, firstRequestId),
    createParser: (instruments) => createBybitParser(category, instruments),
    discover: (context) => discoverBybit(category, context),
    assumeInstrument: (symbol) => assumeBybitInstrument(category, symbol),
    fetchTimeMs: fetchBybitTimeMs,
    fetchCandles: (context, request) => fetchBybitCandles(category, context, request),
    fetchTradesById: () => Promise.resolve(null),
    fetchRecentTrades: (context, instrument, limit) =>
      fetchBybitRecentTrades(category, context, { instrument, limit })
  }
}
