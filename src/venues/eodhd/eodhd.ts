import type { Venue } from '../venue.ts'
import { fetchEodhdCandles } from './candles.ts'
import { buildConnectUrl, eodhdEndpoints, eodhdLimits } from './endpoints.ts'
import { createParser } from './parse.ts'
import { assumeEodhdInstrument, discoverEodhd, fetchEodhdTimeMs } from './rest.ts'
import { buildRequests } from './subscribe.ts'

/** EODHD, US trades: no ids, no side, no acknowledgements, and only with a key. */
export const eodhd: Venue = {
  id: 'eodhd',
  name: 'EODHD',
  endpoints: eodhdEndpoints,
  limits: eodhdLimits,
  tradeIds: 'none',
  handshake: 'authorized',
  acknowledges: 'none',
  keepAlive: null,
  heartbeatMs: null,
  lifetimeMs: null,
  tellsLastTrade: false,
  // About 12 % of trades arrive after a newer one, up to seconds late; a user closes minutes after 45 s
  // (eodhd.md, "Ordering, gaps, completeness", read 2026-11-22).
  graceMs: 45_000,
  needsKey: true,
  compress: false,
  connectUrl: buildConnectUrl,
  subscribe: (instruments) => buildRequests('subscribe', instruments),
  unsubscribe: (instruments) => buildRequests('unsubscribe', instruments),
  createParser,
  discover: discoverEodhd,
  assumeInstrument: assumeEodhdInstrument,
  fetchTimeMs: fetchEodhdTimeMs,
  fetchCandles: fetchEodhdCandles,
  fetchTradesById: () => Promise.resolve(null),
  fetchRecentTrades: () => Promise.resolve(null)
}
