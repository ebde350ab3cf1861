/** What a run has done since it began; all of them only rise. */
export type PipelineCounters = {
  /** Trades handed to the rows, uncertain ones included, flagged ones not. */
  readonly stored: number
  readonly duplicates: number
  /** Trades flagged for their time: kept, without a candle. */
  readonly implausible: number
  /** Trades too old to tell whether they are repeats: stored, and their candles rebuilt. */
  readonly uncertain: number
  /** Events that are not trades. */
  readonly views: number
  readonly unknownInstrument: number
  readonly gaps: number
  /** Trades that gaps found missing at the time, whether or not they came later. */
  readonly missingTrades: number
  /** Trades from history that no open gap asked for: not kept. */
  readonly refused: number
  /** Trades that came and could not be kept; the ledger holds what they leave as missing. */
  readonly dropped: number
  /** How often two holes grew into one for want of room; later trades of theirs are uncertain. */
  readonly holesMerged: number
}

/** Counters at the start. */
export function zeroCounters(): { -readonly [Counter in keyof PipelineCounters]: number } {
  return {
    stored: 0,
    duplicates: 0,
    implausible: 0,
    uncertain: 0,
    views: 0,
    unknownInstrument: 0,
    gaps: 0,
    missingTrades: 0,
    refused: 0,
    dropped: 0,
    holesMerged: 0
  }
}
