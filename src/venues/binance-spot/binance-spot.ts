import type { Venue } from '../venue.ts'
import { fetchBinanceCandles } from './candles.ts'
import { assumeBinanceInstrument, discoverBinanceSpot } from './discover.ts'
import { binanceSpotCloseRules, binanceSpotEndpoints, binanceSpotLimits } from './endpoints.ts'
import { createParser } from './parse.ts'
import { fetchBinanceRecentTrades, fetchBinanceTimeMs, fetchBinanceTrades } from './rest.ts'
import { buildRequests } from './subscribe.ts'

/** Binance spot, public market data: trades, best quotes and 24 h figures. */
export const binanceSpot: Venue = {
  id: 'binance-spot',
  name: 'Binance',
  endpoints: binanceSpotEndpoints,
  limits: binanceSpotLimits,
  closeRules: binanceSpotCloseRules,
  tradeIds: 'contiguous',
  handshake: 'open',
  acknowledges: 'request',
  // The server pings by WebSocket frame every 20 s and nothing else is a sign of life of its own.
  keepAlive: null,
  heartbeatMs: null,
  // A day (binance-spot.md, "Lifetime, heartbeat, limits", read 2026-11-22).
  lifetimeMs: 86_400_000,
  tellsLastTrade: false,
  graceMs: 2_000,
  needsKey: false,
  compress: false,
  connectUrl: (wsUrl) => wsUrl,
  subscribe: (instruments, firstRequestId) =>
    buildRequests('SUBSCRIBE', instruments, firstRequestId),
  unsubscribe: (instruments, firstRequestId) =>
    buildRequests('UNSUBSCRIBE', instruments, firstRequestId),
  createParser,
  discover: discoverBinanceSpot,
  assumeInstrument: assumeBinanceInstrument,
  fetchTimeMs: fetchBinanceTimeMs,
  fetchCandles: fetchBinanceCandles,
  fetchTradesById: fetchBinanceTrades,
  fetchRecentTrades: fetchBinanceRecentTrades
}
