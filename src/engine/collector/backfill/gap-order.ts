import type { InstrumentId } from '../../../core/market/instrument.ts'
import type { Gap } from '../../../core/market/ledger/gap.ts'

/** Trades that one request refills. */
const pageTrades = 1_000
/** A gap that waited so long goes among the small ones, so that they cannot keep it waiting for good. */
const patientMs = 60_000

/** A gap that may be worked on now. `waitedMs`: since it was first seen. */
export type WaitingGap = { readonly gap: Gap; readonly waitedMs: number }

/** Which instruments go first. */
export type GapRanks = {
  /** In a window that somebody may be looking at. */
  readonly visible: ReadonlySet<InstrumentId>
  readonly priority: ReadonlySet<InstrumentId>
}

/**
 * Puts gaps in the order in which they are worked on: what is in a window, then priority instruments,
 * then the others.
 *
 * Among equals those that one page refills go first: a hundred small holes are closed in the time of one
 * that takes a hundred pages. Then the oldest goes first: it is the next to fall out of the venue's history.
 */
export function orderGaps(waiting: readonly WaitingGap[], ranks: GapRanks): readonly WaitingGap[] {
  return [...waiting].sort(
    (a, b) =>
      rankOf(a.gap, ranks) - rankOf(b.gap, ranks) ||
      Number(isLong(a)) - Number(isLong(b)) ||
      a.gap.toMs - b.gap.toMs
  )
}

function rankOf({ instrument }: Gap, { visible, priority }: GapRanks): number {
  if (visible.has(instrument)) return 0
  return priority.has(instrument) ? 1 : 2
}

function isLong({ gap, waitedMs }: WaitingGap): boolean {
  return (gap.missedTrades ?? 0) > pageTrades && waitedMs < patientMs
}
