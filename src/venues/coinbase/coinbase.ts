import type { Venue } from '../venue.ts'
import { fetchCoinbaseCandles } from './candles.ts'
import { assumeCoinbaseInstrument, discoverCoinbase } from './discover.ts'
import { coinbaseCloseRules, coinbaseEndpoints, coinbaseLimits } from './endpoints.ts'
import { createCoinbaseParser } from './parse.ts'
import { fetchCoinbaseRecentTrades, fetchCoinbaseTimeMs, fetchCoinbaseTrades } from './rest.ts'
import { buildCoinbaseRequests } from './subscribe.ts'

/** Coinbase Exchange, public market data: trades, quotes, 24 h figures and heartbeats. */
export const coinbase: Venue = {
  id: 'coinbase',
  name: 'Coinbase',
  endpoints: coinbaseEndpoints,
  limits: coinbaseLimits,
  closeRules: coinbaseCloseRules,
  tradeIds: 'contiguous',
  handshake: 'open',
  acknowledges: 'list',
  keepAlive: null,
  heartbeatMs: 1_000,
  lifetimeMs: null,
  tellsLastTrade: true,
  graceMs: 2_000,
  needsKey: false,
  compress: false,
  connectUrl: (wsUrl) => wsUrl,
  subscribe: (instruments) => buildCoinbaseRequests('subscribe', instruments),
  unsubscribe: (instruments) => buildCoinbaseRequests('unsubscribe', instruments),
  createParser: (instruments) => createCoinbaseParser(instruments),
  discover: discoverCoinbase,
  assumeInstrument: assumeCoinbaseInstrument,
  fetchTimeMs: fetchCoinbaseTimeMs,
  fetchCandles: fetchCoinbaseCandles,
  fetchTradesById: fetchCoinbaseTrades,
  fetchRecentTrades: fetchCoinbaseRecentTrades
}
