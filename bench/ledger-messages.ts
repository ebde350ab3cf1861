import type { FrameMix } from './captured-frames.ts'

/** What a process that times pipelines is asked for: rounds with the ledger, or with none at all. */
export type LedgerQuestion = { readonly mix: FrameMix; readonly hasLedger: boolean }

/** Processor time of the quickest warm round, ns per frame: what is over it was somebody else's. */
export type LedgerTimes = {
  /** From the bytes of a frame to candles. */
  readonly fromFrames: number
  /** From events that were parsed before. */
  readonly fromEvents: number
}
