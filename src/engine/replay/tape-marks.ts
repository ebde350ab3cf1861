import type { InstrumentId } from '../../core/market/instrument.ts'
import type { TapeMarkRecord } from '../../core/market/ledger/tape-mark-record.ts'
import type { TapeLedgerContent, TapeRange } from './tape-source.ts'

/** Marks of a tape, one after the other. */
export class TapeMarks {
  readonly #marks: readonly TapeMarkRecord[]
  #next = 0

  constructor(marks: readonly TapeMarkRecord[]) {
    this.#marks = marks
  }

  /** The next mark; null at the end. */
  get head(): TapeMarkRecord | null {
    return this.#marks[this.#next] ?? null
  }

  take(): void {
    this.#next += 1
  }

  /** One that goes on from here by itself. */
  copy(): TapeMarks {
    const copied = new TapeMarks(this.#marks)
    copied.#next = this.#next
    return copied
  }
}

/**
 * Places marks among trades by venue time: links and refills when they happened, each gap once, as it is
 * known now, when it ended.
 */
export function marksAsKnownNow(
  marks: readonly TapeMarkRecord[],
  ledgers: ReadonlyMap<InstrumentId, TapeLedgerContent>,
  { fromMs, toMs }: TapeRange
): readonly TapeMarkRecord[] {
  const gaps = [...ledgers.values()].flatMap((ledger) =>
    ledger.gaps
      .filter((gap) => gap.toMs >= fromMs && gap.toMs < toMs)
      .map((gap) => ({ kind: 'gap', arrival: 0, atMs: gap.toMs, gap, isReplaced: false }) as const)
  )
  const others = marks.filter(({ kind, atMs }) => kind !== 'gap' && atMs >= fromMs)
  return [...others, ...gaps].sort((a, b) => a.atMs - b.atMs)
}
