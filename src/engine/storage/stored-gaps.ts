import type Database from 'better-sqlite3'

/** A stretch that is or was missing, between two known moments; times are epoch ms. */
export type GapRecord = {
  readonly instrument: string
  /** Venue time of the last trade before; null where that is not known. */
  readonly fromMs: number | null
  /** Venue time of the first sign of life after. */
  readonly toMs: number
  readonly state: 'open' | 'refilled' | 'refilled-candles' | 'lost'
  /** `missing-ids`: trade numbers were left out. Null where unknown. */
  readonly cause: string | null
  /** How many trades were found missing; null where ids do not tell. */
  readonly missedTrades: number | null
  /** Where a refill came from; null where there was none. */
  readonly source: string | null
}

/** Gaps that touch [fromMs, toMs), the newest `limit` of them; null: all instruments, unbounded. */
export type GapsQuery = {
  readonly instrument: string | null
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly limit: number
}

/** Reads gaps, by their end, oldest first. */
export class StoredGaps {
  readonly #newest: Database.Statement<unknown[], GapRecord>

  constructor(database: Database.Database) {
    this.#newest = database.prepare<unknown[], GapRecord>(
      `SELECT instrument, from_ms AS fromMs, to_ms AS toMs, state, cause,
         missed_trades AS missedTrades, source
       FROM v_gap
       WHERE (@instrument IS NULL OR instrument = @instrument)
         AND (@fromMs IS NULL OR to_ms >= @fromMs)
         AND (@toMs IS NULL OR ifnull(from_ms, to_ms) < @toMs)
       ORDER BY to_ms DESC, instrument DESC LIMIT @limit`
    )
  }

  newest(query: GapsQuery): readonly GapRecord[] {
    return this.#newest.all(query).reverse()
  }
}
