import type { RateRule } from '../http/rate-gate.ts'

/** The venue's clockwork and limits; tests shorten them. Sources: protocols/bybit-v5.md, read 2026-11-24. */
export type BybitTuning = {
  /** How much later than the first data an acknowledgement comes. */
  readonly ackDelayMs: number
  readonly linearTickerMs: number
  readonly spotTickerMs: number
  readonly klineMs: number
  /** Cadence of `orderbook.{depth}`. */
  readonly bookMs: Readonly<Record<BookDepth, number>>
  /** An unchanged best level is sent again after this. */
  readonly bookRepeatMs: number
  readonly liquidationMs: number
  /** Silence of both sides after which a connection is cut, looked for every `idleScanMs`. */
  readonly idleMs: number
  readonly idleScanMs: number
  readonly maxBufferedBytes: number
  readonly maxConnections: number
  readonly connects: RateRule
  readonly requests: RateRule
}

export const bookDepths = [1, 50, 200] as const
export type BookDepth = (typeof bookDepths)[number]

/** Most args of one request on spot. */
export const maxSpotArgs = 10
/** Most characters of all args that one connection may hold. */
export const maxArgsLength = 21_000

/** As documented, but for the acknowledgement's delay and the bound of a slow reader's buffer: ours. */
export const bybitTuning: BybitTuning = {
  ackDelayMs: 15,
  linearTickerMs: 100,
  spotTickerMs: 50,
  klineMs: 1000,
  bookMs: { 1: 10, 50: 20, 200: 100 },
  bookRepeatMs: 3000,
  liquidationMs: 500,
  idleMs: 600_000,
  idleScanMs: 30_000,
  maxBufferedBytes: 64 * 1024 * 1024,
  maxConnections: 1000,
  connects: { perSecond: 500 / 300, burst: 500, ban: null },
  requests: {
    perSecond: 120,
    burst: 600,
    ban: { breaches: 1, withinMs: 5000, forMs: 600_000 }
  }
}
