import type { IdRange } from '../id-tracker.ts'
import type { FilledRun } from './filled-ids.ts'
import type { OpenGap } from './gap-shelf.ts'
import { isIdGap } from './gap-shelf.ts'
import type { IdGap } from './gap-pieces.ts'

/** One gap in the place of several. */
export type MergedGap = {
  /** Ascending; at least two. */
  readonly held: readonly OpenGap[]
  readonly gap: IdGap
  /** Ids of it that came, ascending. */
  readonly filled: readonly FilledRun[]
}

/** Makes one gap of those that lie in a range of ids; null where they are fewer than two. */
export function mergedGap(open: readonly OpenGap[], ids: IdRange): MergedGap | null {
  const held = open.filter(
    ({ gap }) => isIdGap(gap) && gap.firstId <= ids.toId && gap.lastId >= ids.fromId
  )
  const first = held[0]?.gap
  const last = held.at(-1)?.gap
  if (first === undefined || last === undefined || held.length < 2) return null
  if (!isIdGap(first) || !isIdGap(last)) return null
  const filled = held.flatMap((one, at) => [...between(held[at - 1], one), ...one.filled.runs])
  const missedTrades = held.reduce((sum, { gap }) => sum + (gap.missedTrades ?? 0), 0)
  const { lastId, toMs } = last
  return { held, gap: { ...first, lastId, toMs, missedTrades }, filled }
}

/** The ids between two gaps came, or belong to gaps that are settled. */
function between(before: OpenGap | undefined, after: OpenGap): readonly FilledRun[] {
  if (before === undefined || !isIdGap(before.gap) || !isIdGap(after.gap)) return []
  const fromMs = before.gap.toMs
  const toMs = after.gap.fromMs ?? fromMs
  return [{ fromId: before.gap.lastId + 1, toId: after.gap.firstId - 1, fromMs, toMs }]
}
