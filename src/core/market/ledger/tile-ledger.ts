import type { Coverage } from './coverage.ts'
import type { Gap } from './gap.ts'
import type { LedgerRange } from './ledger-range.ts'
import type { LedgerState } from './ledger-state.ts'
import type { Stretch } from './open-stretches.ts'

/** What one instrument's ledger holds of a stretch of time. Lists in any order. */
export type LedgerContent = {
  readonly coverage: readonly Coverage[]
  readonly gaps: readonly Gap[]
  /** Stretches over which the market was closed, [fromMs, toMs); empty for round-the-clock markets. */
  readonly closed: readonly Stretch[]
  /**
   * Venue time up to which the instrument is being collected, usually now: what lies between the newest
   * coverage and it is not yet sealed. Null when it is no longer collected.
   */
  readonly collectedUntilMs: number | null
  /** The stretch asked for, [fromMs, toMs). */
  readonly fromMs: number
  readonly toMs: number
}

/** States of the ledger from the worst to the best: a mixture is called the first that occurs. */
const worstFirst: readonly LedgerState[] = [
  'open',
  'lost',
  'unproven',
  'refilled-candles',
  'refilled',
  'complete',
  'quiet',
  'closed'
]

/** Tells the worse of two states. */
export function worseState(a: LedgerState, b: LedgerState): LedgerState {
  return worstFirst.indexOf(a) <= worstFirst.indexOf(b) ? a : b
}

/**
 * The time a gap touches. A trade that ids call missing may be as late as the very millisecond of the
 * trade that showed it, so that millisecond is part of it. Where it is not known when a gap began, it
 * reaches back to `knownFromMs`.
 */
export function stretchOf(gap: Gap, knownFromMs: number): Stretch {
  const fromMs = gap.fromMs ?? Math.min(knownFromMs, gap.toMs)
  return { fromMs, toMs: gap.firstId === null ? gap.toMs : Math.floor(gap.toMs) + 1 }
}

/**
 * Lays tiles over a stretch of an instrument's time: oldest first, without overlap, neighbours differing
 * in state or gap. Where nothing is known, before the first coverage or between two without a gap, there
 * is no tile. `quiet` is not told here: it takes the trades, slot by slot.
 */
export function tileLedger(content: LedgerContent): readonly LedgerRange[] {
  const pieces = piecesOf(content)
  const ends = pieces.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).sort((a, b) => a - b)
  const tiles: LedgerRange[] = []
  let started = 0
  let active: Piece[] = []
  for (const [at, fromMs] of ends.entries()) {
    const toMs = ends[at + 1] ?? fromMs
    if (toMs <= fromMs) continue
    for (let piece = pieces[started]; piece !== undefined; piece = pieces[started]) {
      if (piece.fromMs > fromMs) break
      active.push(piece)
      started += 1
    }
    active = active.filter((piece) => piece.toMs > fromMs)
    const top = active.reduce<Piece | null>(above, null)
    if (top !== null) push(tiles, { fromMs, toMs, state: top.state, gap: top.gap })
  }
  return tiles
}

/** The worst state that occurs in [fromMs, toMs); `unproven` where a part of it has no tile. */
export function stateOver(
  ranges: readonly LedgerRange[],
  fromMs: number,
  toMs: number
): LedgerState {
  let state: LedgerState | null = null
  let coveredMs = fromMs
  for (const range of ranges) {
    if (range.toMs <= fromMs || range.fromMs >= toMs) continue
    if (range.fromMs > coveredMs) state = worseState(state ?? 'unproven', 'unproven')
    state = worseState(state ?? range.state, range.state)
    coveredMs = range.toMs
  }
  if (state === null) return 'unproven'
  return coveredMs < toMs ? worseState(state, 'unproven') : state
}

/** Something that is told of a stretch; the highest layer rules, and within a layer the worst state. */
type Piece = LedgerRange & { readonly layer: 'closed' | 'gap' | 'coverage' }

const layers: readonly Piece['layer'][] = ['closed', 'gap', 'coverage']

/** Everything known, cut to the stretch asked for, by start. */
function piecesOf(content: LedgerContent): readonly Piece[] {
  const { coverage, gaps, collectedUntilMs } = content
  const firstMs = Math.min(...coverage.map(({ fromMs }) => fromMs))
  const lastMs = Math.max(...coverage.map(({ toMs }) => toMs))
  const known = [
    ...gaps.map((gap) => piece('gap', stretchOf(gap, firstMs), gap.state, gap)),
    ...coverage.map((stretch) => piece('coverage', stretch, stretch.kind, null))
  ]
  const tail = { fromMs: lastMs, toMs: collectedUntilMs ?? -Infinity }
  if (coverage.length > 0 && tail.toMs > lastMs) known.push(piece('coverage', tail, 'open', null))
  const begunMs = Math.min(...known.map(({ fromMs }) => fromMs))
  const endedMs = Math.max(...known.map(({ toMs }) => toMs))
  const closed = content.closed.map(({ fromMs, toMs }) =>
    piece(
      'closed',
      { fromMs: Math.max(fromMs, begunMs), toMs: Math.min(toMs, endedMs) },
      'closed',
      null
    )
  )
  return [...closed, ...known]
    .map((found) => ({
      ...found,
      fromMs: Math.max(found.fromMs, content.fromMs),
      toMs: Math.min(found.toMs, content.toMs)
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .sort((a, b) => a.fromMs - b.fromMs)
}

function piece(
  layer: Piece['layer'],
  { fromMs, toMs }: Stretch,
  state: LedgerState,
  gap: Gap | null
): Piece {
  return { layer, fromMs, toMs, state, gap }
}

function above(top: Piece | null, next: Piece): Piece {
  if (top === null) return next
  if (top.layer !== next.layer) {
    return layers.indexOf(top.layer) < layers.indexOf(next.layer) ? top : next
  }
  return worseState(top.state, next.state) === top.state ? top : next
}

function push(tiles: LedgerRange[], tile: LedgerRange): void {
  const last = tiles.at(-1)
  if (last?.toMs === tile.fromMs && last.state === tile.state && last.gap === tile.gap) {
    tiles[tiles.length - 1] = { ...last, toMs: tile.toMs }
  } else tiles.push(tile)
}
