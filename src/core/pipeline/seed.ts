import type { Candle } from '../market/candle.ts'
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
   * For each configured interval the newest stored candle that was built from trades, in any order;
   * intervals without one are left out and get rebuilt.
   */
  readonly candles: readonly Candle[]
  /** Ids of flagged trades among the latest stored, so that they stay known; may be empty. */
  readonly flaggedIds: readonly (number | string)[]
  /** Closes of the stored 1m candles of the last hour, oldest first, for the small chart; may be empty. */
  readonly minuteCloses: readonly { readonly openMs: number; readonly close: number }[]
}
