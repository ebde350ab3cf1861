import type { BatchOutcome } from './writer-messages.ts'

/** What the writer has done since it was opened. */
export class WriteTally {
  committedTrades = 0
  committedCandles = 0
  duplicateTrades = 0
  conflictingTrades = 0
  droppedTrades = 0
  databaseBytes = 0

  count(outcome: BatchOutcome | null, databaseBytes: number): void {
    this.databaseBytes = databaseBytes
    if (outcome === null) return
    this.committedTrades += outcome.trades
    this.committedCandles += outcome.candles
    this.duplicateTrades += outcome.duplicates
    this.conflictingTrades += outcome.conflicts
  }
}
