import type { GrownCoverage } from './coverage.ts'
import type { Gap, GapKey } from './gap.ts'

/** What the ledgers of a run changed since the last take, while it is being collected. */
export type LedgerDraft = {
  readonly coverage: GrownCoverage[]
  readonly replaced: GapKey[]
  readonly gaps: Gap[]
}

/** A draft that holds nothing. */
export function emptyDraft(): LedgerDraft {
  return { coverage: [], replaced: [], gaps: [] }
}
