import type { Gap } from './gap.ts'
import type { LedgerState } from './ledger-state.ts'

/** One tile of an instrument's time line, [fromMs, toMs), venue time, epoch ms. Tiles do not overlap. */
export type LedgerRange = {
  readonly fromMs: number
  readonly toMs: number
  readonly state: LedgerState
  /** The gap that gives the state; null where none does. */
  readonly gap: Gap | null
}
