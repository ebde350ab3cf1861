import type { Candle } from '../../core/market/candle.ts'
import type { Coverage } from '../../core/market/ledger/coverage.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import type { Stretch } from '../../core/market/ledger/open-stretches.ts'
import { stateOver, stretchOf, tileLedger } from '../../core/market/ledger/tile-ledger.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import type { TapeLedgerContent } from './tape-source.ts'

/** A tick candle whose trades are of one moment takes up this much of it, ms. */
const momentMs = 0.001
/** Where ids do not count on, trades of the last moment before a newer one may still be under way. */
const marginMs = 1_000
/** A gap is stored within this time of the link that showed it. */
const batchMs = 2_000

/** How many gaps of an instrument are known, and how often that changed; as in the rows of the state stream. */
export type TapeLedgerFigures = {
  readonly openGaps: number
  readonly missingTrades: number
  readonly lostGaps: number
  readonly revision: number
}

/** A gap mark that is still to come. */
type GapMark = {
  readonly arrival: number
  readonly atMs: number
  readonly gap: Gap
  readonly isReplaced: boolean
}

type TapeLedgerOptions = {
  readonly tradeIds: TradeIds
  readonly content: TapeLedgerContent
  readonly marks: readonly GapMark[] | null
  readonly beginMs: number
}

/**
 * What the truth ledger of one instrument said, as the tape is played: gaps by their marks, coverage up
 * to the newest trade. Nothing that became known later is told.
 *
 * Gaps are marked at the end of the batch in which they opened; they count from what showed them, which
 * was stored with them.
 */
export class TapeLedger {
  readonly #of: TapeLedgerOptions
  readonly #isById: boolean
  readonly #coverage: readonly Coverage[]
  readonly #gaps = new Map<string, Gap>()
  readonly #marks: readonly GapMark[]
  readonly #beginMs: number
  #next = 0
  #highestId = -Infinity
  #sealedMs = -Infinity
  #gapsReachMs = -Infinity
  #losses = 0
  /** Changes of gaps so far. */
  #changes = 0
  /** Null: gaps are told as they become known, not all of them from the beginning. */
  readonly #knownNow: KnownGaps | null
  #figures: TapeLedgerFigures | null = null

  /**
   * @param of.marks Those of its gaps, in order; null: the gaps as known now count from the beginning.
   * @param of.beginMs Where the tape begins: what the ledger holds of the time before, and no mark tells, is known.
   */
  constructor(of: TapeLedgerOptions) {
    this.#of = of
    this.#isById = of.tradeIds === 'contiguous'
    this.#beginMs = of.beginMs
    this.#coverage = of.content.coverage
    this.#marks = of.marks ?? []
    this.#knownNow = of.marks === null ? new KnownGaps(of.content.gaps) : null
    const marked = new Set(this.#marks.map(({ gap }) => nameOf(gap)))
    const isKnown = (gap: Gap) =>
      of.marks === null || (gap.toMs < of.beginMs && !marked.has(nameOf(gap)))
    for (const gap of of.content.gaps.filter(isKnown)) this.#put(gap)
    if (of.marks === null) this.#sealedMs = Infinity
  }

  /** One that goes on from here by itself. */
  copy(): TapeLedger {
    const copied = new TapeLedger(this.#of)
    copied.#gaps.clear()
    for (const [name, gap] of this.#gaps) copied.#gaps.set(name, gap)
    copied.#next = this.#next
    copied.#highestId = this.#highestId
    copied.#sealedMs = this.#sealedMs
    copied.#gapsReachMs = this.#gapsReachMs
    copied.#changes = this.#changes
    copied.#losses = this.#losses
    return copied
  }

  /** Takes note of a trade that is about to be played. */
  trade(id: number | string, eventMs: number): void {
    if (!this.#isById) {
      this.#sealedMs = Math.max(this.#sealedMs, eventMs - marginMs)
      return
    }
    const number = Number(id)
    if (this.#next < this.#marks.length) this.#lookAhead(({ lastId }) => lastId === number - 1)
    if (number <= this.#highestId) return
    this.#highestId = number
    this.#sealedMs = Math.max(this.#sealedMs, eventMs)
  }

  /** Takes note that a link began to carry the instrument: the gap before it counts from now on. */
  linkUp(atMs: number): void {
    if (this.#isById) return
    this.#lookAhead((...[, mark]) => mark.atMs <= atMs + batchMs)
  }

  /** Takes the next mark of a gap. */
  mark(): void {
    const mark = this.#marks[this.#next]
    if (mark === undefined) return
    this.#next += 1
    this.#changes += 1
    if (mark.isReplaced) this.#gaps.delete(nameOf(mark.gap))
    else this.#put(mark.gap)
  }

  /** Trades that were stored and cannot be read: whatever was known at the time, they are not played. */
  lost(gap: Gap & { readonly firstId: null }): void {
    const isKnown = [...this.#gaps.values()].some(
      ({ cause, reason, toMs }) => cause === gap.cause && reason === gap.reason && toMs === gap.toMs
    )
    if (isKnown) return
    this.#losses += 1
    this.#changes += 1
    let { fromMs } = gap
    // What is named by its start takes no other gap's place.
    while (this.#gaps.has(nameOf({ ...gap, fromMs }))) fromMs += momentMs
    this.#put({ ...gap, fromMs })
  }

  /** The tape is over: what its ledger holds is known to its end. */
  end(): void {
    this.#sealedMs = Infinity
  }

  /** What is known of a candle's time; `open` while more may come. */
  stateOf(candle: Pick<Candle, 'openMs' | 'closeMs'>): LedgerState {
    const { openMs } = candle
    if (this.#sealedMs < candle.closeMs) return 'open'
    const endMs = Math.max(candle.closeMs, openMs + momentMs)
    if (this.#coverage.length === 0 && this.#gaps.size === 0) return 'unproven'
    if (openMs >= this.#gapsReachMs) {
      const stretch = this.#stretchAt(openMs)
      if (stretch !== null && stretch.toMs >= endMs) return stretch.kind
    }
    const content = { coverage: this.#known(), gaps: [...this.#gaps.values()], closed: [] }
    const range = { fromMs: openMs, toMs: endMs, collectedUntilMs: Infinity }
    return stateOver(tileLedger({ ...content, ...range }), openMs, endMs)
  }

  /** Gaps that had begun at a moment, as they were known then; one that reached past it ends there. By their end. */
  gaps(atMs: number): readonly Gap[] {
    const gaps = [...this.#gaps.values()].filter(({ fromMs, toMs }) => (fromMs ?? toMs) < atMs)
    return gaps.map((gap) => cutAt(gap, atMs)).sort((a, b) => a.toMs - b.toMs)
  }

  /** How many gaps were known at a moment, the one that the tape is played to. */
  figures(atMs: number): TapeLedgerFigures {
    const revision =
      this.#knownNow === null ? this.#changes : this.#knownNow.changesUntil(atMs) + this.#losses
    if (this.#figures?.revision === revision) return this.#figures
    const gaps = this.gaps(atMs)
    const open = gaps.filter(({ state }) => state === 'open')
    this.#figures = {
      openGaps: open.length,
      missingTrades: open.reduce((sum, { missedTrades }) => sum + (missedTrades ?? 0), 0),
      lostGaps: gaps.filter(({ state }) => state === 'lost' || state === 'refilled-candles').length,
      revision
    }
    return this.#figures
  }

  /**
   * Tiles over a range as they were known at a moment, the one that the tape is played to; what lies after it has none.
   *
   * @param closed When the market was closed.
   */
  ranges(
    { fromMs, toMs }: Stretch,
    atMs: number,
    closed: readonly Stretch[]
  ): readonly LedgerRange[] {
    const known = this.#sealedMs >= this.#beginMs ? this.#known() : this.#knownBefore()
    const coverage = known.filter((stretch) => stretch.fromMs < atMs)
    const content = { coverage, gaps: this.gaps(atMs), closed, collectedUntilMs: atMs }
    return tileLedger({ ...content, fromMs, toMs: Math.min(toMs, atMs) })
  }

  /** What was known at a moment, the one that the tape is played to, of the times of candles that ended before it. */
  statesAt(candles: readonly Candle[], atMs: number): readonly LedgerState[] {
    const fromMs = Math.min(...candles.map(({ openMs }) => openMs))
    const tiles = this.ranges({ fromMs, toMs: atMs }, atMs, [])
    return candles.map(({ openMs, closeMs }) =>
      stateOver(tiles, openMs, Math.max(closeMs, openMs + momentMs))
    )
  }

  /** Lets gaps count that are marked with the next gap mark, and so were stored at one moment. */
  #lookAhead(isShown: (gap: Gap, mark: GapMark) => boolean): void {
    const arrival = this.#marks[this.#next]?.arrival
    for (let at = this.#next; at < this.#marks.length; at += 1) {
      const mark = this.#marks[at]
      if (mark?.arrival !== arrival) return
      if (mark === undefined || !isShown(mark.gap, mark)) continue
      if (this.#gaps.has(nameOf(mark.gap))) continue
      this.#changes += 1
      this.#put({ ...mark.gap, state: 'open', source: null })
    }
  }

  #put(gap: Gap): void {
    this.#gaps.set(nameOf(gap), gap)
    this.#gapsReachMs = Math.max(this.#gapsReachMs, stretchOf(gap, gap.toMs).toMs)
  }

  /** Stretches that had begun. The newest reaches as far as trades do: how far it was stored lags behind. */
  #known(): readonly Coverage[] {
    if (this.#sealedMs === Infinity) return this.#coverage
    const begun = this.#coverage.filter(({ fromMs }) => fromMs <= this.#sealedMs)
    return begun.map((stretch, at) =>
      at === begun.length - 1 ? { ...stretch, toMs: this.#sealedMs } : stretch
    )
  }

  /** What was collected before the tape began, while nothing of it was played. */
  #knownBefore(): readonly Coverage[] {
    const before = this.#coverage.filter(({ fromMs }) => fromMs < this.#beginMs)
    return before.map((stretch) => ({ ...stretch, toMs: Math.min(stretch.toMs, this.#beginMs) }))
  }

  /** The stretch that holds a moment before the newest trade. */
  #stretchAt(atMs: number): Coverage | null {
    let [low, high] = [0, this.#coverage.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      if ((this.#coverage[middle]?.fromMs ?? Infinity) <= atMs) low = middle + 1
      else high = middle - 1
    }
    const stretch = this.#coverage[high]
    if (stretch === undefined) return null
    const isEnded = (this.#coverage[low]?.fromMs ?? Infinity) <= this.#sealedMs
    const isStored = isEnded || this.#sealedMs === Infinity
    const known = isStored ? stretch : { ...stretch, toMs: this.#sealedMs }
    return atMs < known.toMs ? known : null
  }
}

/** Gaps of which all is known: when they began and ended. */
class KnownGaps {
  readonly #momentsMs: Float64Array

  constructor(gaps: readonly Gap[]) {
    const momentsMs = gaps.flatMap(({ fromMs, toMs }) => [fromMs ?? toMs, toMs])
    this.#momentsMs = Float64Array.from(momentsMs).sort()
  }

  /** Beginnings and ends before a moment. */
  changesUntil(atMs: number): number {
    let [low, high] = [0, this.#momentsMs.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#momentsMs[middle] ?? Infinity) < atMs) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** What is not over at a moment does not say how it ended. */
function cutAt(gap: Gap, atMs: number): Gap {
  if (gap.toMs <= atMs) return gap
  const isEmpty = gap.missedTrades === null
  return { ...gap, toMs: atMs, lastId: gap.firstId, missedTrades: isEmpty ? null : 0 }
}

function nameOf({ firstId, fromMs }: Gap): string {
  return firstId === null ? `at ${fromMs}` : `id ${firstId}`
}
