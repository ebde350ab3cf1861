import type { Candle } from '../market/candle.ts'
import type { LedgerSeed } from '../market/ledger/ledger-changes.ts'
import type { StoredDay } from '../market/rebuild.ts'

/**
 * What the store hands back for one instrument at start, so that counting goes on as if it had
 * never stopped. Null in its place: nothing is stored of this instrument.
 */
export type InstrumentSeed = {
  /**
   * The newest day that holds trades (00:00 UTC, or the session's open), without flagged trades.
   * Its tail tells which ids are known and fills the window of the tick candles.
   */
  readonly day: StoredDay
  /**
   * For each configured interval the newest stored candles, in any order: the newest, every one that
   * is not final, and whatever lies between. More do no harm, holes do. An interval of which nothing
   * is stored is rebuilt from the newest trade's candle on.
   */
  readonly candles: readonly Candle[]
  /** Ids of flagged trades among the latest stored, so that they stay known; may be empty. */
  readonly flaggedIds: readonly (number | string)[]
  /** Closes of the stored 1m candles of the last hour, oldest first, for the small chart; may be empty. */
  readonly minuteCloses: readonly { readonly openMs: number; readonly close: number }[]
  /** Where the truth ledger stood. */
  readonly ledger: LedgerSeed
}
