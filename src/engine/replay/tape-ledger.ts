import type { Candle } from '../../core/market/candle.ts'
import type { Coverage } from '../../core/market/ledger/coverage.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import { stateOver, stretchOf, tileLedger } from '../../core/market/ledger/tile-ledger.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import type { TapeLedgerContent } from './tape-source.ts'

/** A tick candle whose trades are of one moment takes up this much of it, ms. */
const momentMs = 0.001
/** Where ids do not count on, trades of the last moment before a newer one may still be under way. */
const marginMs = 1_000
/** A gap is stored within this time of the link that showed it. */
const batchMs = 2_000

/** A gap mark that is still to come. */
type GapMark = {
  readonly arrival: number
  readonly atMs: number
  readonly gap: Gap
  readonly isReplaced: boolean
}

/**
 * What the truth ledger of one instrument said, as the tape is played: gaps by their marks, coverage up
 * to the newest trade. Nothing that became known later is told.
 *
 * Gaps are marked at the end of the batch in which they opened; they count from what showed them, which
 * was stored with them.
 */
export class TapeLedger {
  readonly #isById: boolean
  readonly #coverage: readonly Coverage[]
  readonly #gaps = new Map<string, Gap>()
  readonly #marks: readonly GapMark[]
  #next = 0
  #highestId = -Infinity
  #sealedMs = -Infinity
  #gapsReachMs = -Infinity

  /** @param marks Those of its gaps, in order; null: the gaps as known now count from the beginning. */
  constructor(of: {
    readonly tradeIds: TradeIds
    readonly content: TapeLedgerContent
    readonly marks: readonly GapMark[] | null
  }) {
    this.#isById = of.tradeIds === 'contiguous'
    this.#coverage = of.content.coverage
    this.#marks = of.marks ?? []
    if (of.marks !== null) return
    for (const gap of of.content.gaps) this.#put(gap)
    this.#sealedMs = Infinity
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
    if (mark.isReplaced) this.#gaps.delete(nameOf(mark.gap))
    else this.#put(mark.gap)
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

  /** Lets gaps count that are marked with the next gap mark, and so were stored at one moment. */
  #lookAhead(isShown: (gap: Gap, mark: GapMark) => boolean): void {
    const arrival = this.#marks[this.#next]?.arrival
    for (let at = this.#next; at < this.#marks.length; at += 1) {
      const mark = this.#marks[at]
      if (mark?.arrival !== arrival) return
      if (mark === undefined || !isShown(mark.gap, mark)) continue
      if (!this.#gaps.has(nameOf(mark.gap))) this.#put({ ...mark.gap, state: 'open', source: null })
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

function nameOf({ firstId, fromMs }: Gap): string {
  return firstId === null ? `at ${fromMs}` : `id ${firstId}`
}
