import type { RateRule } from '../http/rate-gate.ts'

/** The venue's clockwork and limits; tests shorten them. Sources: protocols/coinbase-exchange.md, read 2026-11-24. */
export type CoinbaseTuning = {
  /** How much later than the first data an acknowledgement comes. */
  readonly ackDelayMs: number
  readonly subscribeDeadlineMs: number
  readonly heartbeatMs: number
  readonly tickerBatchMs: number
  readonly bookMs: number
  readonly statusMs: number
  readonly maxBufferedBytes: number
  readonly connects: RateRule
  readonly messages: RateRule
  readonly requests: RateRule
}

/**
 * As documented, but for what the documents leave open and we chose: the acknowledgement's delay, the
 * interval of `status`, the bound of a slow reader's buffer, and the ban (30 REST breaches within
 * 10 s shut an address out for 30 s).
 */
export const coinbaseTuning: CoinbaseTuning = {
  ackDelayMs: 15,
  subscribeDeadlineMs: 5000,
  heartbeatMs: 1000,
  tickerBatchMs: 5000,
  bookMs: 50,
  statusMs: 5000,
  maxBufferedBytes: 64 * 1024 * 1024,
  connects: { perSecond: 8, burst: 20, ban: null },
  messages: { perSecond: 100, burst: 100, ban: null },
  requests: {
    perSecond: 10,
    burst: 15,
    ban: { breaches: 30, withinMs: 10_000, forMs: 30_000 }
  }
}
