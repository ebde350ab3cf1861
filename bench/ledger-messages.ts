import type { FrameMix } from './captured-frames.ts'

/** What a process that times pipelines is asked for: rounds with the ledger, or with none at all. */
export type LedgerQuestion = { readonly mix: FrameMix; readonly hasLedger: boolean }

/** Processor time of each round, ns per frame, warm. */
export type LedgerTimes = { readonly times: readonly number[] }
