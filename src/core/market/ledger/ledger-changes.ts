import type { Coverage, GrownCoverage } from './coverage.ts'
import type { Gap, GapKey } from './gap.ts'

/** What the ledger of a run changed since the last take. To be stored with the trades it tells of, in one transaction. */
export type LedgerChanges = {
  /** New or longer stretches; one is named by (instrument, fromMs). */
  readonly coverage: readonly GrownCoverage[]
  /** Gaps that are gone because others took their place; removed before `gaps` are put. */
  readonly replaced: readonly GapKey[]
  /** New or changed gaps, whole. */
  readonly gaps: readonly Gap[]
}

/** What the store hands back of one instrument's ledger at start. */
export type LedgerSeed = {
  /** The newest stretch; null where none is stored. */
  readonly coverage: Coverage | null
  /** The highest id known by its end, that of a trade which was never stored too; null where none was. */
  readonly newestId: number | null
  /** Gaps not yet settled, oldest first. */
  readonly openGaps: readonly Gap[]
  /** The gap with the latest end, whatever became of it: what it names is not found missing anew. Null where there is none. */
  readonly newestGap: Gap | null
}
