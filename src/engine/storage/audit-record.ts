import type { Candle } from '../../core/market/candle.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'

/** Which candles of an instrument are held against its trades. */
export type AuditRequest = {
  readonly instrument: InstrumentId
  /** Start of a UTC day that is over. */
  readonly dayMs: number
  readonly intervals: readonly Interval[]
  /** Run clock. */
  readonly nowMs: number
}

/** A stored candle that is not what its trades make. */
export type CandleDifference =
  | { readonly finding: 'differs'; readonly stored: Candle; readonly built: Candle }
  /** Trades make it, and there are later ones of the day, but it is not stored. */
  | { readonly finding: 'missing'; readonly stored: null; readonly built: Candle }
  /** No trade makes it. */
  | { readonly finding: 'extra'; readonly stored: Candle; readonly built: null }

/** What became of one instrument. */
export type InstrumentAudit = {
  /** Candles that were compared. */
  readonly compared: number
  readonly differences: number
  /** The first of them. */
  readonly listed: readonly CandleDifference[]
}

/** What an audit found, as it is kept. */
export type AuditRecord = {
  readonly dayMs: number
  /** Of the run clock, when it ended. */
  readonly atMs: number
  /** What SQLite said of the pages: `ok`, or what is wrong. */
  readonly pages: string
  readonly compared: number
  readonly differences: number
  readonly listed: readonly CandleDifference[]
  /** Candles that differ or are missing are stored as the trades make them. */
  readonly isRepair: boolean
}

/** What the last audit found and did not mend. */
export type LastAudit = {
  /** Of the run clock, when it ended. */
  readonly atMs: number
  readonly dayMs: number
  readonly pages: string
  /** Differences that were not mended. */
  readonly left: number
}

/** What is known before an audit. */
export type AuditStart = {
  /** All that are stored, in order. */
  readonly instruments: readonly InstrumentId[]
  /** Null: there was none. */
  readonly last: LastAudit | null
}
