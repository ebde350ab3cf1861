import type { Trade } from '../../core/market/event.ts'
import type { RebuildRequest } from '../../core/market/rebuild.ts'
import type { CandleBlock } from './candle-block.ts'
import type { LedgerBlock } from './ledger-block.ts'
import { isEmptyBlock } from './ledger-block.ts'
import { TradeColumns } from './trade-columns.ts'
import type { IncidentChanges } from './incident-rows.ts'
import type { InstrumentRegistration, WriterWork } from './writer-messages.ts'

/** Sets of columns kept for the next batches. */
const spares = 3
/** A larger set is given back to the system. */
const largestSpare = 32_768

/** Work that is not acknowledged. */
export type QueuedWork = {
  readonly work: WriterWork
  /** Trades in it. */
  readonly rows: number
  /** When its first row came, on the monotonic clock, ms. */
  readonly sinceMs: number
}

type Item = QueuedWork & {
  readonly columns: TradeColumns | null
  isSent: boolean
  /** Rebuilds answered. */
  answers: number
}

/** What is sealed into the next batch, with the trades. */
export type Seal = {
  readonly candles: CandleBlock
  readonly ledger: LedgerBlock
  readonly rebuilds: readonly RebuildRequest[]
  readonly runNowMs: number
  readonly nowMs: number
}

/**
 * Rows on their way to the writer thread: filling, then sealed as numbered work, then sent, and kept
 * until acknowledged. Work leaves in order. Holds no timer and no thread; times are monotonic.
 */
export class WriteQueue {
  readonly #items: Item[] = []
  readonly #spare: TradeColumns[] = []
  #filling = new TradeColumns()
  #fillingSinceMs = 0
  #sealedRows = 0
  #lastSequence = 0

  /** Trades not acknowledged. */
  get rows(): number {
    return this.#sealedRows + this.#filling.length
  }

  /** Trades not sealed. */
  get fillingRows(): number {
    return this.#filling.length
  }

  get isEmpty(): boolean {
    return this.#items.length === 0 && this.#filling.length === 0
  }

  /** Number of the last sealed work; 0 before the first. */
  get lastSequence(): number {
    return this.#lastSequence
  }

  /** Number of the last acknowledged work; 0 before the first. */
  get lastAcknowledged(): number {
    return (this.#items[0]?.work.sequence ?? this.#lastSequence + 1) - 1
  }

  /** Whether sealed work waits to be sent. */
  get hasUnsent(): boolean {
    return this.#items.at(-1)?.isSent === false
  }

  /** Whether work is out, unanswered. */
  get hasSent(): boolean {
    return this.#items[0]?.isSent === true
  }

  append(instrument: number, trade: Trade, arrival: number, flagged: boolean): void {
    if (this.#filling.length === 0) this.#fillingSinceMs = performance.now()
    this.#filling.append(instrument, trade, arrival, flagged)
  }

  /** Puts a registration behind what is sealed, and so before all rows of its instruments. */
  register(instruments: readonly InstrumentRegistration[], nowMs: number): void {
    const work = { kind: 'register' as const, sequence: this.#lastSequence + 1, instruments }
    this.#push(work, { columns: null, rows: 0, sinceMs: nowMs })
  }

  /** Puts changes of incidents behind what is sealed. */
  tellIncidents(changes: IncidentChanges, nowMs: number): void {
    const work = { kind: 'incidents' as const, sequence: this.#lastSequence + 1, changes }
    this.#push(work, { columns: null, rows: 0, sinceMs: nowMs })
  }

  /**
   * Makes one batch of what is filling, the candles, the ledger changes of the same moment, and the
   * rebuilds these call for; nothing when all is empty.
   */
  seal({ candles, ledger, rebuilds, runNowMs, nowMs }: Seal): void {
    const rows = this.#filling.length
    if (rows + candles.length + rebuilds.length === 0 && isEmptyBlock(ledger)) return
    const columns = this.#filling
    const sinceMs = rows > 0 ? this.#fillingSinceMs : nowMs
    const content = { trades: columns.block(), candles, ledger, rebuilds, runNowMs }
    const work = { kind: 'batch' as const, sequence: this.#lastSequence + 1, ...content }
    this.#push(work, { columns, rows, sinceMs })
    this.#filling = this.#spare.pop() ?? new TradeColumns()
  }

  /** Takes the next work to send; null when there is none or `mostInFlight` are out. */
  next(mostInFlight: number): WriterWork | null {
    const at = this.#items.findIndex(({ isSent }) => !isSent)
    const item = this.#items[at]
    if (item === undefined || at >= mostInFlight) return null
    item.isSent = true
    return item.work
  }

  /** Notes the answer to a rebuild; false when that was answered before, at an earlier sending. */
  noteAnswer(sequence: number, place: number): boolean {
    const [first] = this.#items
    if (first?.work.sequence !== sequence || place < first.answers) return false
    first.answers = place + 1
    return true
  }

  /** Forgets work that is committed; null when it was acknowledged before. */
  acknowledge(sequence: number): QueuedWork | null {
    const [first] = this.#items
    if (first?.work.sequence !== sequence) return null
    this.#items.shift()
    this.#sealedRows -= first.rows
    this.#recycle(first.columns)
    return first
  }

  /** Takes all that was sent back, to be sent again in order. */
  unsend(): void {
    for (const item of this.#items) item.isSent = false
  }

  /** Since when the oldest row waits; null when none does. */
  oldestMs(): number | null {
    const [first] = this.#items
    if (first !== undefined) return first.sinceMs
    return this.#filling.length > 0 ? this.#fillingSinceMs : null
  }

  #push(work: WriterWork, about: Omit<Item, 'work' | 'isSent' | 'answers'>): void {
    this.#lastSequence = work.sequence
    this.#sealedRows += about.rows
    this.#items.push({ work, ...about, isSent: false, answers: 0 })
  }

  #recycle(columns: TradeColumns | null): void {
    if (columns === null || this.#spare.length === spares || columns.capacity > largestSpare) return
    columns.clear()
    this.#spare.push(columns)
  }
}
