import type { Trade } from '../market/event.ts'

/**
 * Where accepted trades go on their way to the store.
 *
 * Contract with the writer: everything handed in since the last batch and the result of
 * `takeChangedCandles()` taken at that moment are one transaction, so that a stored candle never
 * knows more or fewer trades than the store. Trades are upserts that keep the first: an uncertain
 * one may be a repeat.
 */
export interface RowSink {
  /**
   * There is no room for one more trade: what is handed in now is lost. Asked before a trade is taken
   * note of, so that the ledger says that it is missing. Left out where there always is room.
   */
  readonly isFull?: boolean
  /**
   * @param arrival Rises by 1 with each row of the run, across instruments; continues after a restart.
   */
  trade(trade: Trade, arrival: number): void
  /**
   * A trade whose venue time was implausible: kept under its receive time (`eventMs` holds it), and
   * flagged, so that it makes no candle, now or in a rebuild.
   */
  flaggedTrade(trade: Trade, arrival: number): void
}
