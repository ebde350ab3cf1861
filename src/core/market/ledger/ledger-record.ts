import type { InstrumentId } from '../instrument.ts'
import type { Coverage } from './coverage.ts'
import { GapShelf } from './gap-shelf.ts'
import type { LedgerDraft } from './ledger-draft.ts'
import type { LedgerRange } from './ledger-range.ts'
import type { LedgerState } from './ledger-state.ts'
import { stateOver, tileLedger, worseState } from './tile-ledger.ts'

/** Older stretches kept for showing. */
const stretchesKept = 32

/** Growth of coverage alone is told in steps of this much venue time: after a crash so much may count as not covered. */
const tellEveryMs = 1_000

/**
 * The record of one instrument in memory: its newest coverage, its gaps, and what of them was not told
 * yet. It decides nothing; the ledgers do.
 */
export class LedgerRecord {
  readonly gaps: GapShelf
  readonly #instrument: InstrumentId
  #kind: Coverage['kind'] = 'complete'
  #fromMs = NaN
  #toMs = -Infinity
  #toldMs = -Infinity
  #older: Coverage[] = []
  /** Stretches that ended and are not told yet. */
  #ended: Coverage[] = []

  readonly #untold: LedgerRecord[]
  #isUntold = false

  /**
   * @param lists.changed Where the instrument stands in when its figures change.
   * @param lists.untold Where the record stands in once there is something to take.
   */
  constructor(
    instrument: InstrumentId,
    lists: { readonly changed: Set<InstrumentId>; readonly untold: LedgerRecord[] }
  ) {
    this.#instrument = instrument
    this.#untold = lists.untold
    this.gaps = new GapShelf(() => {
      lists.changed.add(instrument)
      this.#standIn()
    })
  }

  /** End of the newest coverage, venue time; -Infinity before the first. */
  get sealedMs(): number {
    return this.#toMs
  }

  get hasBegun(): boolean {
    return !Number.isNaN(this.#fromMs)
  }

  /** Takes a stored stretch up again. */
  resume({ kind, fromMs, toMs }: Coverage): void {
    this.#kind = kind
    this.#fromMs = fromMs
    this.#toMs = toMs
    this.#toldMs = toMs
  }

  /** Begins a new stretch; the one before stays as it is. */
  begin(kind: Coverage['kind'], fromMs: number): void {
    const before = this.newest
    if (before !== null) this.#endStretch(before)
    this.#kind = kind
    this.#fromMs = fromMs
    this.#toMs = fromMs
    this.#toldMs = fromMs
  }

  /** Lets the newest stretch grow to a time; it never shrinks. */
  seal(toMs: number): void {
    if (!(toMs > this.#toMs)) return
    this.#toMs = toMs
    if (toMs - this.#toldMs >= tellEveryMs || this.#toldMs === this.#fromMs) this.#standIn()
  }

  /** State of a candle over [fromMs, toMs], its last moment included. */
  stateOf(fromMs: number, toMs: number): LedgerState {
    if (!this.hasBegun) return 'unproven'
    if (this.#toMs < toMs) return 'open'
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

  /** Adds what changed since the last take, growth by less than a second apart. */
  take(into: LedgerDraft): void {
    this.#isUntold = false
    const isQuiet = !this.gaps.isChanged && this.#ended.length === 0
    const isNew = this.#toldMs === this.#fromMs
    if (isQuiet && !isNew && !(this.#toMs - this.#toldMs >= tellEveryMs)) return
    this.gaps.take(into)
    into.coverage.push(...this.#ended)
    this.#ended = []
    const { newest } = this
    if (newest === null || newest.toMs <= this.#toldMs) return
    into.coverage.push(newest)
    this.#toldMs = newest.toMs
  }

  /** Makes the next take tell the end of coverage exactly. */
  tellExactly(): void {
    if (!(this.#toMs > this.#toldMs)) return
    this.#toldMs = -Infinity
    this.#standIn()
  }

  /** The newest stretch; null before the first. One without length was never told and says nothing. */
  get newest(): Coverage | null {
    if (!(this.#toMs > this.#fromMs)) return null
    return {
      instrument: this.#instrument,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      kind: this.#kind
    }
  }

  #endStretch(stretch: Coverage): void {
    this.#older.push(stretch)
    if (this.#older.length > stretchesKept) this.#older = this.#older.slice(-stretchesKept)
    if (!(stretch.toMs > this.#toldMs)) return
    this.#ended.push(stretch)
    this.#standIn()
  }

  #standIn(): void {
    if (this.#isUntold) return
    this.#isUntold = true
    this.#untold.push(this)
  }

  #mixedState(fromMs: number, toMs: number): LedgerState {
    const endMs = Math.max(toMs, fromMs + 1)
    const tiled = stateOver(this.ranges(fromMs, endMs, endMs), fromMs, endMs)
    const forgotten = this.gaps.forgottenState(fromMs, endMs)
    return forgotten === null ? tiled : worseState(tiled, forgotten)
  }
}
