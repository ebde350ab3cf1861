/** At most so many within a sliding time. */
export type WindowRule = { readonly most: number; readonly withinMs: number }

/** What repeated breaches lead to. */
export type BanRule = {
  /** Breaches within `withinMs` that shut an address out. */
  readonly strikes: number
  readonly withinMs: number
  /** Length of the first ban; each further one is twice as long, up to `mostMs`. */
  readonly firstMs: number
  readonly mostMs: number
}

/** Milliseconds between two frames of a book stream. */
export const bookCadences = [100, 1000] as const
export type BookCadence = (typeof bookCadences)[number]

/** The venue's clockwork and limits; tests shorten them. Sources: protocols/binance-spot.md, read 2026-11-22. */
export type BinanceTuning = {
  readonly pingMs: number
  /** A ping's pong must come within this; looked at with every ping. */
  readonly pongDeadlineMs: number
  /** A connection older than this is closed. */
  readonly lifetimeMs: number
  readonly secondKlineMs: number
  readonly klineMs: number
  readonly tickerMs: number
  readonly bookMs: Readonly<Record<BookCadence, number>>
  /** Client messages of one connection, pings and pongs included. */
  readonly messages: WindowRule
  readonly streamsPerConnection: number
  /** Connection attempts of one address. */
  readonly connects: WindowRule
  /** REST weight of one address. */
  readonly weightPerMinute: number
  readonly ban: BanRule
  readonly maxBufferedBytes: number
}

/**
 * As documented, but for what the documents leave open and we chose: the number of breaches that makes a
 * ban, and the bound of a slow reader's buffer.
 */
export const binanceTuning: BinanceTuning = {
  pingMs: 20_000,
  pongDeadlineMs: 60_000,
  lifetimeMs: 86_400_000,
  secondKlineMs: 1000,
  klineMs: 2000,
  tickerMs: 1000,
  bookMs: { 100: 100, 1000: 1000 },
  messages: { most: 5, withinMs: 1000 },
  streamsPerConnection: 1024,
  connects: { most: 300, withinMs: 300_000 },
  weightPerMinute: 6000,
  ban: { strikes: 10, withinMs: 60_000, firstMs: 120_000, mostMs: 259_200_000 },
  maxBufferedBytes: 64 * 1024 * 1024
}
