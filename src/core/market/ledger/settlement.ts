import type { GapKey } from './gap.ts'

/**
 * What backfill made of a gap, after the trades it got were applied.
 *
 * Where ids tell, those still missing decide what `rest` is said of, and all others are `refilled`;
 * where they do not, the time before `reachedFromMs` does.
 */
export type Settlement = {
  readonly key: GapKey
  /** What becomes of the part that no trades could be had for. */
  readonly rest: 'refilled-candles' | 'lost'
  /** Why, in words. */
  readonly reason: string
  /** Venue time from which trades were had without a hole; null: over the whole gap. Only where ids do not tell. */
  readonly reachedFromMs: number | null
}
