import type { Gap, GapKey } from '../../core/market/ledger/gap.ts'
import type { TapeMark } from './tape-mark.ts'

/** Numbers per stretch: instrument, fromMs, toMs, 1 for `unproven`, the newest id or NaN. */
export const coverageStride = 5

/** Ledger changes and marks as they cross the thread border; `ordinal` counts registrations. */
export type LedgerBlock = {
  /** Stretches, coverageStride numbers each. */
  readonly coverage: Float64Array
  /** Removed before `gaps` are put. */
  readonly replaced: readonly { readonly ordinal: number; readonly key: GapKey }[]
  readonly gaps: readonly { readonly ordinal: number; readonly gap: Gap }[]
  /** In the order noted; `ordinal` null where a mark tells of no single instrument. */
  readonly marks: readonly {
    readonly ordinal: number | null
    /** Arrival of the first trade taken in after it. */
    readonly arrival: number
    readonly mark: TapeMark
  }[]
}

/** Nothing changed. */
export const noLedgerBlock: LedgerBlock = {
  coverage: new Float64Array(0),
  replaced: [],
  gaps: [],
  marks: []
}

export function isEmptyBlock({ coverage, replaced, gaps, marks }: LedgerBlock): boolean {
  return coverage.length + replaced.length + gaps.length + marks.length === 0
}
