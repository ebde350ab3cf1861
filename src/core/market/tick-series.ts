import type { CandleChanges } from './candle-changes.ts'
import type { CandleCell, CandleSeries } from './candle-cell.ts'
import { emptyCell, mergeTrade, resetCell } from './candle-cell.ts'
import type { TradeEntry } from './trade-entry.ts'

/** How a series stands: plain data, the builder's own until it is cloned. */
export type TickSeriesStanding = {
  readonly cells: CandleCell[]
  readonly current: CandleCell | null
  readonly beginning: CandleCell | null
}

/**
 * The candles of N trades each that the window of the latest trades touches, for one N and one day.
 *
 * Trade k of the day belongs to candle floor(k / N). What the oldest of these candles held before the
 * window is kept as its `beginning`, so that it can be recomputed at any time. A series taken up in
 * the middle of a candle begins with the next one.
 */
export class TickSeries {
  readonly size: number
  readonly series: CandleSeries
  readonly #changes: CandleChanges
  /** Ascending by index, without holes. */
  #cells: CandleCell[] = []
  #current: CandleCell | null = null
  #beginning: CandleCell | null = null

  constructor(series: CandleSeries, size: number, changes: CandleChanges) {
    this.size = size
    this.series = series
    this.#changes = changes
  }

  /** Adds the day's next trade, number `ordinal` from 0, and finds the candle it went to. */
  append(ordinal: number, entry: TradeEntry, dayMs: number): CandleCell | null {
    let cell = this.#current
    if (cell === null || cell.trades === this.size) {
      if (ordinal % this.size !== 0) return null
      cell = this.#open(ordinal / this.size, dayMs)
    }
    extend(cell, entry)
    if (cell.trades === this.size) cell.isFinal = true
    return cell
  }

  /** Forgets candles that leave the window, and remembers the beginning of the one that leaves in part. */
  leave(newFirstOrdinal: number, trades: WindowTrades): void {
    const index = Math.floor(newFirstOrdinal / this.size)
    while ((this.#cells[0]?.index ?? index) < index) this.#cells.shift()
    const [oldest] = this.#cells
    if (this.#beginning?.index !== index) this.#beginning = null
    if (oldest === undefined) this.#current = null
    const start = index * this.size
    if (oldest?.index !== index || start === newFirstOrdinal) return
    this.#beginning ??= emptyCell(this.series, oldest)
    const from = Math.max(start, trades.firstOrdinal)
    for (let ordinal = from; ordinal < newFirstOrdinal; ordinal += 1) {
      extend(this.#beginning, trades.at(ordinal))
    }
  }

  /** The first ordinal from which on all of its candles are in memory. @param firstOrdinal The window's first. */
  knownFrom(firstOrdinal: number): number {
    return (this.#cells[0]?.index ?? Math.ceil(firstOrdinal / this.size)) * this.size
  }

  /**
   * Computes the candles from the one that holds `ordinal` on anew.
   *
   * @param ordinal At or after `knownFrom`.
   * @param trades The window: ordinal of its first trade, of the one after its last, and its reader.
   */
  recompute(ordinal: number, trades: WindowTrades, dayMs: number): void {
    const from = Math.floor(ordinal / this.size)
    const until = Math.ceil(trades.endOrdinal / this.size)
    for (let index = from; index < until; index += 1) this.#recomputeOne(index, trades, dayMs)
  }

  /** The newest candle, full or not. */
  get newest(): CandleCell | null {
    return this.#current
  }

  clear(): void {
    this.#cells = []
    this.#current = null
    this.#beginning = null
  }

  cells(): readonly CandleCell[] {
    return this.#cells
  }

  standing(): TickSeriesStanding {
    return { cells: this.#cells, current: this.#current, beginning: this.#beginning }
  }

  takeUp({ cells, current, beginning }: TickSeriesStanding): void {
    this.#cells = cells
    this.#current = current
    this.#beginning = beginning
  }

  #open(index: number, dayMs: number): CandleCell {
    const cell = emptyCell(this.series, { openMs: 0, closeMs: 0, dayMs, index })
    this.#cells.push(cell)
    this.#current = cell
    return cell
  }

  #recomputeOne(index: number, trades: WindowTrades, dayMs: number): void {
    const cell = this.#cells[index - (this.#cells[0]?.index ?? index)] ?? this.#open(index, dayMs)
    const beginning = this.#beginning?.index === index ? this.#beginning : null
    resetCell(cell, beginning)
    cell.openMs = beginning?.openMs ?? cell.openMs
    const first = Math.max(index * this.size, trades.firstOrdinal)
    const end = Math.min((index + 1) * this.size, trades.endOrdinal)
    for (let ordinal = first; ordinal < end; ordinal += 1) extend(cell, trades.at(ordinal))
    if (cell.isFinal) cell.revision += 1
    if (cell.trades === this.size) cell.isFinal = true
    this.#changes.mark(cell)
  }
}

/** Merges the next trade in order. */
function extend(cell: CandleCell, entry: TradeEntry): void {
  if (cell.trades === 0) cell.openMs = entry.eventMs
  cell.closeMs = entry.eventMs
  mergeTrade(cell, entry)
}

/** The window as a series reads it. */
export type WindowTrades = {
  readonly firstOrdinal: number
  readonly endOrdinal: number
  /** Gives a trade of the window by its ordinal; the entry is reused. */
  at(ordinal: number): TradeEntry
}
