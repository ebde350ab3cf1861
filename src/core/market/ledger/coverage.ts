import type { InstrumentId } from '../instrument.ts'

/**
 * A stretch over which an instrument was collected, venue time, epoch ms, [fromMs, toMs). Stretches of
 * one instrument do not overlap; one is named by its start and grows at its end. Gaps lie upon it.
 */
export type Coverage = {
  readonly instrument: InstrumentId
  readonly fromMs: number
  readonly toMs: number
  /** `unproven`: collected, from a venue that gives no way to know whether everything came. */
  readonly kind: 'complete' | 'unproven'
}

/** A stretch that is new or grew. */
export type GrownCoverage = Coverage & {
  /** The highest id known by its end, of a trade or of the venue's word; null where ids do not count on. */
  readonly newestId: number | null
}
