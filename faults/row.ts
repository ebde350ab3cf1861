import type { Verdict } from '../src/simulator/verify/verify.ts'
import type { CandleCheck } from './candle-check.ts'
import type { FaultRun } from './engine-config.ts'

/** Figures that a row has for itself; null where there was nothing to measure. */
export type RowFigures = Readonly<Record<string, number | null>>

/** What a run of a row left behind, held against the truth. */
export type Judged = {
  readonly verdict: Verdict
  readonly candles: CandleCheck
  readonly figures: RowFigures
}

/** One run of a row, before it is reported. */
export type RowRun = Judged & {
  /** What is wrong, in words; empty: the row holds. */
  readonly problems: readonly string[]
  /** What was found wrong once the detector's work was undone; empty: the check is blind. */
  readonly controlProblems: readonly string[]
}

/** A row of the fault matrix. */
export type FaultRow = {
  readonly id: string
  /** Families by which it is chosen. */
  readonly families: readonly string[]
  readonly title: string
  /**
   * Runs of it that are enough, however many seeds there are; null: one for each. One is, where a run itself
   * takes 20 samples or more, and where it mostly waits out fixed times, so that seeds hardly change it: with
   * three runs of those the whole matrix would take 50 minutes, and it may take 40.
   */
  readonly mostSeeds: number | null
  /** Why it cannot run yet; null: it can. */
  readonly notYet: string | null
  /** Whether it takes the whole machine; the others run some at a time. */
  readonly runsAlone?: boolean
  /** Whether it takes so long that it runs only where it is asked for. */
  readonly isLong?: boolean
  /** Whether it must end red in an engine that looks for no gaps. */
  readonly needsGaps: boolean
  /** The engine of that control; one that looks for no gaps unless said. */
  readonly blind?: FaultRun
  /** @param faultRun null: an engine as users have it. */
  readonly run: (seed: number, faultRun: FaultRun | null) => Promise<RowRun>
}
