import type { InstrumentId } from '../../core/market/instrument.ts'
import type { GrownCoverage } from '../../core/market/ledger/coverage.ts'
import type { LedgerChanges } from '../../core/market/ledger/ledger-changes.ts'
import type { LedgerBlock } from './ledger-block.ts'
import { coverageStride } from './ledger-block.ts'
import type { TapeMark } from './tape-mark.ts'

/** Stretches that grew and nothing else may wait this long for company. */
const mostWaitMs = 10_000

/** Marks that wait while nothing can be stored; later ones are left off the tape, and counted. */
export const mostMarks = 50_000

/**
 * Ledger changes and marks on their way into the next batch. Growth of stretches waits for company,
 * the last word of each; all else calls for a batch. Bound: the stretches of the instruments collected,
 * and 50,000 marks.
 */
export class LedgerBacklog {
  readonly #ordinalOf: (instrument: InstrumentId) => number
  readonly #coverage = new Map<string, GrownCoverage>()
  #replaced: LedgerBlock['replaced'][number][] = []
  #gaps: LedgerBlock['gaps'][number][] = []
  #marks: LedgerBlock['marks'][number][] = []
  #sinceMs = 0
  #droppedMarks = 0

  /** @param ordinalOf Number of an instrument among those registered. */
  constructor(ordinalOf: (instrument: InstrumentId) => number) {
    this.#ordinalOf = ordinalOf
  }

  get isEmpty(): boolean {
    return this.#coverage.size === 0 && !this.#isUrgent
  }

  /** Marks that wait. */
  get marks(): number {
    return this.#marks.length
  }

  /** Marks that there was no room for. */
  get droppedMarks(): number {
    return this.#droppedMarks
  }

  get #isUrgent(): boolean {
    return this.#replaced.length + this.#gaps.length + this.#marks.length > 0
  }

  /** @param nowMs Monotonic clock. */
  add({ coverage, replaced, gaps }: LedgerChanges, nowMs: number): void {
    if (this.#coverage.size === 0) this.#sinceMs = nowMs
    for (const stretch of coverage)
      this.#coverage.set(`${stretch.instrument} ${stretch.fromMs}`, stretch)
    for (const key of replaced)
      this.#replaced.push({ ordinal: this.#ordinalOf(key.instrument), key })
    for (const gap of gaps) this.#gaps.push({ ordinal: this.#ordinalOf(gap.instrument), gap })
  }

  /** @param arrival Arrival of the first trade taken in after it. */
  addMark(mark: TapeMark, arrival: number): void {
    if (this.#marks.length >= mostMarks) {
      this.#droppedMarks += 1
      return
    }
    const ordinal = mark.instrument === null ? null : this.#ordinalOf(mark.instrument)
    this.#marks.push({ ordinal, arrival, mark })
  }

  /** Whether it asks for a batch of its own. */
  isDue(nowMs: number): boolean {
    return this.#isUrgent || (this.#coverage.size > 0 && nowMs - this.#sinceMs >= mostWaitMs)
  }

  take(): LedgerBlock {
    const taken = {
      coverage: this.#packed(),
      replaced: this.#replaced,
      gaps: this.#gaps,
      marks: this.#marks
    }
    this.#coverage.clear()
    this.#replaced = []
    this.#gaps = []
    this.#marks = []
    return taken
  }

  #packed(): Float64Array {
    const values = new Float64Array(this.#coverage.size * coverageStride)
    let at = 0
    for (const { instrument, fromMs, toMs, kind, newestId } of this.#coverage.values()) {
      values[at] = this.#ordinalOf(instrument)
      values[at + 1] = fromMs
      values[at + 2] = toMs
      values[at + 3] = kind === 'unproven' ? 1 : 0
      values[at + 4] = newestId ?? NaN
      at += coverageStride
    }
    return values
  }
}
