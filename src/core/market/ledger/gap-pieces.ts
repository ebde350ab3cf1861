import type { FilledRun } from './filled-ids.ts'
import type { Gap } from './gap.ts'
import type { Settlement } from './settlement.ts'

/** An open gap that ids tell of. */
export type IdGap = Gap & { readonly firstId: number; readonly lastId: number }

/** An open gap of which only times are known. */
export type TimeGap = Gap & { readonly firstId: null; readonly fromMs: number }

type Verdict = Pick<Settlement, 'rest' | 'reason'>

/**
 * What an open gap becomes when backfill is done with it: pieces that tile its ids, ascending. Those that
 * came are `refilled`; the others are as the settlement says, from the trade before them to the trade
 * after.
 *
 * @param filled Ids of it that are stored, ascending.
 */
export function settleByIds(
  gap: IdGap,
  filled: readonly FilledRun[],
  settlement: Verdict
): readonly Gap[] {
  const pieces: Gap[] = []
  let nextId = gap.firstId
  let fromMs = gap.fromMs
  const cut = (lastId: number, endMs: number, isFilled: boolean) => {
    const toMs = Math.min(Math.max(endMs, fromMs ?? endMs), gap.toMs)
    pieces.push(pieceOf(gap, { firstId: nextId, lastId, fromMs, toMs }, isFilled, settlement))
    nextId = lastId + 1
    fromMs = toMs
  }
  for (const run of filled) {
    if (run.fromId > nextId) cut(run.fromId - 1, run.fromMs, false)
    cut(run.toId, run.toId === gap.lastId ? gap.toMs : run.toMs, true)
  }
  if (nextId <= gap.lastId) cut(gap.lastId, gap.toMs, false)
  return pieces
}

/** The same where ids do not tell: trades were had from `reachedFromMs` on, null for the whole gap. */
export function settleByTime(gap: TimeGap, settlement: Settlement): readonly Gap[] {
  const reachedFromMs = settlement.reachedFromMs ?? gap.fromMs
  if (reachedFromMs <= gap.fromMs) return [{ ...gap, ...refilled }]
  const rest = restOf(settlement)
  if (reachedFromMs >= gap.toMs) return [{ ...gap, ...rest }]
  return [
    { ...gap, ...rest, toMs: reachedFromMs },
    { ...gap, ...refilled, fromMs: reachedFromMs }
  ]
}

const refilled = { state: 'refilled', source: 'trades' } as const

function restOf({ rest, reason }: Verdict): Pick<Gap, 'state' | 'reason' | 'source'> {
  return { state: rest, reason, source: rest === 'refilled-candles' ? 'candles' : null }
}

function pieceOf(
  gap: IdGap,
  place: Pick<IdGap, 'firstId' | 'lastId' | 'fromMs' | 'toMs'>,
  isFilled: boolean,
  settlement: Verdict
): Gap {
  const missedTrades = place.lastId - place.firstId + 1
  return { ...gap, ...place, missedTrades, ...(isFilled ? refilled : restOf(settlement)) }
}
