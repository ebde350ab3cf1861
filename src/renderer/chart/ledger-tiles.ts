import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import type { TimeSpan } from './chart-points.ts'

/** How grave a state is; of several that touch a bar the gravest is said. */
const gravity: Readonly<Record<LedgerState, number>> = {
  closed: 0,
  complete: 1,
  quiet: 1,
  refilled: 2,
  'refilled-candles': 3,
  unproven: 4,
  lost: 5,
  open: 6
}

/** Orders tiles from the mildest to the gravest; what only waits to be sealed is milder than any gap. */
export function compareGravity(left: LedgerRange, right: LedgerRange): number {
  return gravityOf(left) - gravityOf(right)
}

/** Finds the gravest tile that touches [fromMs, toMs); null where the ledger says nothing. */
export function worstTile(
  ranges: readonly LedgerRange[],
  fromMs: number,
  toMs: number
): LedgerRange | null {
  let worst: LedgerRange | null = null
  for (let index = firstEndingAfter(ranges, fromMs); index < ranges.length; index += 1) {
    const range = ranges[index]
    if (range === undefined || range.fromMs >= toMs) break
    if (worst === null || compareGravity(range, worst) > 0) worst = range
  }
  return worst
}

/** Stretches in which the market was closed, oldest first. */
export function closedSpans(ranges: readonly LedgerRange[]): readonly TimeSpan[] {
  return ranges.filter(({ state }) => state === 'closed')
}

/**
 * Whether a gap was settled since, within the time that was known before. What a refill put into older
 * candles is not told one by one, nor that they are final: they are to be read again.
 */
export function hasNewlySettled(
  before: readonly LedgerRange[],
  after: readonly LedgerRange[]
): boolean {
  const startMs = before[0]?.fromMs ?? Number.POSITIVE_INFINITY
  const known = new Set(before.flatMap(({ gap }) => settledNames(gap)))
  return after.some(
    ({ gap, toMs }) => toMs > startMs && settledNames(gap).some((name) => !known.has(name))
  )
}

/** What a venue cannot prove now it cannot prove in a moment either: the newest such tile has no end. */
export function withGrowingEnd(ranges: readonly LedgerRange[]): readonly LedgerRange[] {
  const newest = ranges.findLastIndex(({ state, gap }) => state !== 'open' || gap !== null)
  const tile = ranges[newest]
  if (tile === undefined || tile.state !== 'unproven' || tile.gap !== null) return ranges
  return [...ranges.slice(0, newest), { ...tile, toMs: Number.POSITIVE_INFINITY }]
}

function settledNames(gap: Gap | null): readonly string[] {
  if (gap === null || gap.state === 'open') return []
  return [`${gap.firstId ?? '–'}/${gap.fromMs ?? '–'}/${gap.state}`]
}

function gravityOf({ state, gap }: LedgerRange): number {
  return state === 'open' && gap === null ? 1.5 : gravity[state]
}

function firstEndingAfter(ranges: readonly LedgerRange[], atMs: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.toMs ?? Number.POSITIVE_INFINITY) > atMs) high = middle
    else low = middle + 1
  }
  return low
}
