import type { FilledRun } from './filled-ids.ts'
import type { Gap } from './gap.ts'
import { isIdGap } from './gap-shelf.ts'
import type { DatedRange, KnownTrade } from './id-epochs.ts'
import { IdEpochs } from './id-epochs.ts'
import type { LedgerSeed } from './ledger-changes.ts'

/** What is stored of an instrument that numbers its trades. */
export type IdSeed = {
  /** The newest stored trades, ascending by id; may be empty. */
  readonly tail: readonly KnownTrade[]
  /** Ids that are known besides, in any order. */
  readonly flaggedIds: readonly number[]
  readonly ledger: LedgerSeed
}

/** The ids as far as they are stored. @param seed Null when nothing is. */
export function epochsOf(seed: IdSeed | null): IdEpochs {
  if (seed === null) return new IdEpochs(null)
  const { tail, flaggedIds, ledger } = seed
  const newest = ledger.newestGap === null ? [] : rangeOf(ledger.newestGap)
  const epochs = new IdEpochs({
    tail,
    flaggedIds,
    missing: ledger.openGaps.flatMap(rangeOf),
    newest: newest[0] ?? null
  })
  // Nothing traded since the venue told it: what came since is missed from there on.
  if (epochs.highest === null && ledger.newestId !== null) epochs.announce(ledger.newestId)
  return epochs
}

/** Ids of a stored gap that are stored all the same: it was being refilled when the run ended. */
export function filledOf(gap: Gap, tail: readonly KnownTrade[]): readonly FilledRun[] {
  if (!isIdGap(gap)) return []
  return tail
    .filter(({ id }) => id >= gap.firstId && id <= gap.lastId)
    .map(({ id, eventMs }) => ({ fromId: id, toId: id, fromMs: eventMs, toMs: eventMs }))
}

function rangeOf(gap: Gap): readonly DatedRange[] {
  return isIdGap(gap) ? [{ fromId: gap.firstId, toId: gap.lastId, toMs: gap.toMs }] : []
}
