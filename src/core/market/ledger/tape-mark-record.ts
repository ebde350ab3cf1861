import type { InstrumentId } from '../instrument.ts'
import type { Gap } from './gap.ts'
import type { LinkMark } from './link-mark.ts'

/** Something on the tape that is no trade; see docs/data-semantics.md. */
export type TapeMarkRecord = {
  /** That of the first trade taken in after it. */
  readonly arrival: number
  /** Run clock, epoch ms. */
  readonly atMs: number
} & (
  | { readonly kind: 'link'; readonly link: LinkMark }
  | {
      readonly kind: 'refill'
      readonly instrument: InstrumentId
      readonly detail: Readonly<Record<string, unknown>>
    }
  /** A gap as it became known. `isReplaced`: others took its place. */
  | { readonly kind: 'gap'; readonly gap: Gap; readonly isReplaced: boolean }
)
