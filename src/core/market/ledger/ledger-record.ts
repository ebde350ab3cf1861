import type { InstrumentId } from '../instrument.ts'
import type { Coverage, GrownCoverage } from './coverage.ts'
import { Frontier } from './frontier.ts'
import { GapShelf } from './gap-shelf.ts'
import type { LedgerDraft } from './ledger-draft.ts'
import type { LedgerRange } from './ledger-range.ts'
import type { LedgerState } from './ledger-state.ts'
import { stateOver, tileLedger, worseState } from './tile-ledger.ts'

/** Older stretches kept for showing. */
const stretchesKept = 32

/** Growth of coverage alone is told in steps of this much venue time: after a crash so much may count as not covered. */
const tellEveryMs = { byLinks: 1_000, byIds: 3_000 } as const

/**
 * The record of one instrument in memory: its newest coverage, its gaps, and what of them was not told
 * yet. It decides nothing; the ledgers do.
 */
export class LedgerRecord {
  readonly gaps: GapShelf
  readonly frontier: Frontier
  readonly #instrument: InstrumentId
  #kind: Coverage['kind'] = 'complete'
  #fromMs = NaN
  #toldMs = -Infinity
  #older: GrownCoverage[] = []
  /** Stretches that ended and are not told yet. */
  readonly #ended: GrownCoverage[] = []

  readonly #untold: LedgerRecord[]
  readonly #tellEveryMs: number
  #isUntold = false

  /**
   * @param lists.changed Where the instrument stands in when its figures change.
   * @param lists.untold Where the record stands in once there is something to take.
   * @param proof What shows again, after a crash, up to when all is stored: ids do without being told so often.
   */
  constructor(
    instrument: InstrumentId,
    lists: { readonly changed: Set<InstrumentId>; readonly untold: LedgerRecord[] },
    proof: 'byIds' | 'byLinks'
  ) {
    this.#instrument = instrument
    this.#untold = lists.untold
    this.#tellEveryMs = tellEveryMs[proof]
    this.frontier = new Frontier(() => this.#standIn())
    this.gaps = new GapShelf(() => {
      lists.changed.add(instrument)
      this.#standIn()
    })
  }

  /** End of the newest coverage, venue time; -Infinity before the first. */
  get sealedMs(): number {
    return this.frontier.sealedMs
  }

  get hasBegun(): boolean {
    return !Number.isNaN(this.#fromMs)
  }

  /** Takes a stored stretch up again. */
  resume({ kind, fromMs, toMs }: Coverage): void {
    this.#kind = kind
    this.#fromMs = fromMs
    this.frontier.sealedMs = toMs
    this.#setTold(toMs)
  }

  /** Begins a new stretch; the one before stays as it is. */
  begin(kind: Coverage['kind'], fromMs: number): void {
    const before = this.newest
    if (before !== null) this.#endStretch(before)
    this.#kind = kind
    this.#fromMs = fromMs
    this.frontier.sealedMs = fromMs
    this.#setTold(fromMs)
  }

  /** State of a candle over [fromMs, toMs], its last moment included. */
  stateOf(fromMs: number, toMs: number): LedgerState {
    if (!this.hasBegun) return 'unproven'
    if (this.frontier.sealedMs < toMs) return 'open'
    const isAfterGaps = fromMs > this.gaps.reachMs
    if (isAfterGaps && fromMs >= this.#fromMs) return this.#kind
    return isAfterGaps && this.#older.length === 0 ? 'unproven' : this.#mixedState(fromMs, toMs)
  }

  /** Tiles over [fromMs, toMs) as far as memory knows. */
  ranges(fromMs: number, toMs: number, collectedUntilMs: number): readonly LedgerRange[] {
    const newest = this.newest
    return tileLedger({
      coverage: newest === null ? this.#older : [...this.#older, newest],
      gaps: this.gaps.all(),
      closed: [],
      collectedUntilMs,
      fromMs,
      toMs
    })
  }

  /** Adds what changed since the last take, and the end of coverage as it is now. */
  take(into: LedgerDraft): void {
    this.#isUntold = false
    if (this.gaps.isChanged) this.gaps.take(into)
    if (this.#ended.length > 0) into.coverage.push(...this.#ended.splice(0))
    const { newest } = this
    if (newest !== null && newest.toMs > this.#toldMs) into.coverage.push(newest)
    this.#setTold(this.frontier.sealedMs)
  }

  /** Makes the next take tell the end of coverage exactly. */
  tellExactly(): void {
    if (this.frontier.sealedMs > this.#toldMs) this.#standIn()
  }

  /** The newest stretch; null before the first. One without length was never told and says nothing. */
  get newest(): GrownCoverage | null {
    const { sealedMs, highestId } = this.frontier
    if (!(sealedMs > this.#fromMs)) return null
    return {
      instrument: this.#instrument,
      fromMs: this.#fromMs,
      toMs: sealedMs,
      kind: this.#kind,
      newestId: Number.isNaN(highestId) ? null : highestId
    }
  }

  #endStretch(stretch: GrownCoverage): void {
    this.#older.push(stretch)
    if (this.#older.length > stretchesKept) this.#older = this.#older.slice(-stretchesKept)
    if (!(stretch.toMs > this.#toldMs)) return
    this.#ended.push(stretch)
    this.#standIn()
  }

  /** A stretch of which nothing was told yet is told as soon as it has a length. */
  #setTold(toMs: number): void {
    this.#toldMs = toMs
    this.frontier.tellAtMs = toMs === this.#fromMs ? toMs : toMs + this.#tellEveryMs
  }

  #standIn(): void {
    if (this.#isUntold) return
    this.#isUntold = true
    this.frontier.tellAtMs = Infinity
    this.#untold.push(this)
  }

  #mixedState(fromMs: number, toMs: number): LedgerState {
    const endMs = Math.max(toMs, fromMs + 1)
    const tiled = stateOver(this.ranges(fromMs, endMs, endMs), fromMs, endMs)
    const forgotten = this.gaps.forgottenState(fromMs, endMs)
    return forgotten === null ? tiled : worseState(tiled, forgotten)
  }
}
