import type { CandleChanges } from './candle-changes.ts'
import type { CandleCell, CandleSeries, ExactVolumes } from './candle-cell.ts'
import { emptyCell, mergeTrade, resetCell, restoreCell } from './candle-cell.ts'
import type { Candle } from './candle.ts'
import type { TradeEntry } from './trade-entry.ts'
import { keepEntry } from './trade-entry.ts'

/** How far ahead of the run clock a plausible trade may lie, ms. */
const mostAheadMs = 60_000

/** Trades remembered for one candle while the store rebuilds it. */
const awaitedTrades = 2_048

/** What one series of time candles is built by. */
export type TimeCandlesOptions = {
  readonly series: CandleSeries
  readonly lengthMs: number
  /** A candle is final, and leaves memory unless it is the newest, this long after its end. */
  readonly graceMs: number
  readonly changes: CandleChanges
}

/** A stored candle with its exact volumes, null where they are not known. */
export type StoredCandle = { readonly candle: Candle; readonly volumes: ExactVolumes | null }

/**
 * A candle that the store is rebuilding, and the newest trades that its answer may not know. Each of
 * them asks again, so that the stored candle never lags behind the stored trades.
 */
type Awaited = { entries: TradeEntry[]; firstKeptArrival: number }

/** How a series stands: plain data, the builder's own until it is cloned. */
export type TimeCandlesStanding = {
  readonly cells: readonly CandleCell[]
  readonly newest: CandleCell | null
  readonly floorMs: number
  readonly awaited: ReadonlyMap<number, Awaited>
}

/**
 * The time candles of one instrument and interval that may still change: those within the grace and
 * the newest. A trade finds its candle whatever the order of arrival; a trade older than what is
 * kept makes a rebuild request instead.
 *
 * Bound: the grace plus the minute that trades may lie ahead, in candles, plus 2.
 */
export class TimeCandles {
  readonly #options: TimeCandlesOptions
  readonly #most: number
  /** Ascending by openMs. */
  readonly #cells: CandleCell[] = []
  #newest: CandleCell | null = null
  /** Candles that open before are no longer known here, but for those the store was asked about since. */
  #floorMs = -Infinity
  readonly #awaited = new Map<number, Awaited>()

  constructor(options: TimeCandlesOptions) {
    this.#options = options
    this.#most = Math.ceil((options.graceMs + mostAheadMs) / options.lengthMs) + 2
  }

  /** Merges one trade that is known to be new. */
  add(entry: TradeEntry): void {
    const newest = this.#newest
    if (newest !== null && entry.eventMs >= newest.openMs && entry.eventMs < newest.closeMs) {
      if (newest.isFinal) newest.revision += 1
      this.#merge(newest, entry)
      return
    }
    this.#addElsewhere(entry)
  }

  /** Takes note of a stored trade of which nobody knows whether its candle holds it already. */
  addUncertain(entry: TradeEntry): void {
    const openMs = this.#openMsOf(entry.eventMs)
    const isKept = this.#find(openMs) !== null
    if (!isKept && this.#mayChange(openMs, entry.runNowMs)) this.#insert(this.#emptyCell(openMs))
    if (this.#find(openMs) !== null) this.#await(openMs, entry.arrival + 1)
    this.#request(openMs)
  }

  /** Marks candles final whose grace is over, and forgets all of them but the newest. */
  finalise(runNowMs: number): void {
    const endMs = runNowMs - this.#options.graceMs
    const cells = this.#cells
    let gone = 0
    for (const cell of cells) {
      if (cell.closeMs > endMs) break
      this.#setFinal(cell)
      if (cell !== this.#newest) gone += 1
    }
    if (gone > 0) this.#forget(gone)
  }

  /**
   * Takes the newest stored candles up again. One whose volumes are null cannot be continued from what
   * is stored and is asked back; so is the candle of `newestMs` where none is stored.
   *
   * @param stored Ascending; every stored candle from the first of them on.
   * @param newestMs Time of the newest stored trade.
   */
  seed(stored: readonly StoredCandle[], newestMs: number): void {
    const newestOpenMs = this.#openMsOf(newestMs)
    this.#floorMs = Math.min(newestOpenMs, stored[0]?.candle.openMs ?? Infinity)
    for (const { candle, volumes } of stored) {
      if (volumes !== null) this.#insert(restoreCell(candle, volumes))
      else this.#insertAwaited(candle.openMs)
    }
    if (this.#find(newestOpenMs) === null) this.#insertAwaited(newestOpenMs)
  }

  /** Takes over a rebuilt candle and merges what arrived since; a candle not awaited is left alone. */
  adopt(cell: CandleCell, beforeArrival: number): void {
    const awaited = this.#awaited.get(cell.openMs)
    const mine = this.#find(cell.openMs)
    if (awaited === undefined || mine === null) return
    if (beforeArrival < awaited.firstKeptArrival) {
      this.#request(cell.openMs)
      return
    }
    this.#awaited.delete(cell.openMs)
    resetCell(mine, cell)
    mine.revision = Math.max(mine.revision, cell.revision)
    const missed = awaited.entries.filter((entry) => entry.arrival >= beforeArrival)
    for (const entry of missed) mergeTrade(mine, entry)
    if (missed.length > 0 || mine.isFinal !== cell.isFinal) this.#options.changes.mark(mine)
  }

  /** All that it goes on from. */
  standing(): TimeCandlesStanding {
    const [cells, newest, floorMs, awaited] = [
      this.#cells,
      this.#newest,
      this.#floorMs,
      this.#awaited
    ]
    return { cells, newest, floorMs, awaited }
  }

  /** Goes on from where another of the same series stood; what is handed in is its own from now on. */
  takeUp({ cells, newest, floorMs, awaited }: TimeCandlesStanding): void {
    this.#cells.splice(0, this.#cells.length, ...cells)
    this.#newest = newest
    this.#floorMs = floorMs
    this.#awaited.clear()
    for (const [openMs, each] of awaited) this.#awaited.set(openMs, each)
  }

  /** Cells from oldest to newest; those that wait for a rebuild are left out. */
  cells(): readonly CandleCell[] {
    return this.#cells.filter((cell) => !this.#awaited.has(cell.openMs))
  }

  #addElsewhere(entry: TradeEntry): void {
    const openMs = this.#openMsOf(entry.eventMs)
    const found = this.#find(openMs)
    if (found !== null) {
      found.revision += 1
      this.#merge(found, entry)
      return
    }
    if (openMs < this.#floorMs && !this.#mayChange(openMs, entry.runNowMs)) {
      this.#request(openMs)
      return
    }
    if (openMs < this.#floorMs) this.#insertAwaited(openMs)
    else this.#insert(this.#emptyCell(openMs))
    const cell = this.#find(openMs)
    if (cell !== null) this.#merge(cell, entry)
    this.finalise(entry.runNowMs)
    if (this.#cells.length > this.#most) this.#forgetEarly()
  }

  /** Whoever lies within the grace has to be kept until it is over, to be marked final then. */
  #mayChange(openMs: number, runNowMs: number): boolean {
    return openMs + this.#options.lengthMs + this.#options.graceMs > runNowMs
  }

  #merge(cell: CandleCell, entry: TradeEntry): void {
    if (this.#awaited.size > 0 && this.#keep(cell.openMs, entry)) return
    mergeTrade(cell, entry)
    this.#options.changes.mark(cell)
  }

  #keep(openMs: number, entry: TradeEntry): boolean {
    const awaited = this.#awaited.get(openMs)
    if (awaited === undefined) return false
    this.#request(openMs)
    awaited.entries.push(keepEntry(entry))
    if (awaited.entries.length > awaitedTrades) {
      const dropped = awaited.entries.shift()
      awaited.firstKeptArrival = (dropped?.arrival ?? 0) + 1
    }
    return true
  }

  #insertAwaited(openMs: number): void {
    this.#insert(this.#emptyCell(openMs))
    this.#await(openMs, 0)
    this.#request(openMs)
  }

  /** Leaves a cell to the store: from here on its trades are only remembered. */
  #await(openMs: number, firstKeptArrival: number): void {
    const entries = this.#awaited.get(openMs)?.entries ?? []
    this.#awaited.set(openMs, { entries, firstKeptArrival })
  }

  #setFinal(cell: CandleCell): void {
    if (cell.isFinal) return
    cell.isFinal = true
    if (!this.#awaited.has(cell.openMs)) this.#options.changes.mark(cell)
  }

  /** More candles than plausible clocks can make: the oldest goes as it is. */
  #forgetEarly(): void {
    const [oldest] = this.#cells
    if (oldest === undefined) return
    this.#setFinal(oldest)
    this.#forget(1)
  }

  #forget(count: number): void {
    for (const cell of this.#cells.splice(0, count)) {
      this.#floorMs = Math.max(this.#floorMs, cell.closeMs)
      if (this.#awaited.delete(cell.openMs)) this.#request(cell.openMs)
    }
  }

  #request(openMs: number): void {
    const { series, lengthMs, changes } = this.#options
    changes.request({ kind: 'time', ...series, fromMs: openMs, toMs: openMs + lengthMs })
  }

  #insert(cell: CandleCell): void {
    let at = this.#cells.length
    while (at > 0 && (this.#cells[at - 1]?.openMs ?? 0) > cell.openMs) at -= 1
    if (at === this.#cells.length) this.#newest = cell
    this.#cells.splice(at, 0, cell)
  }

  #find(openMs: number): CandleCell | null {
    for (let at = this.#cells.length - 1; at >= 0; at -= 1) {
      const cell = this.#cells[at]
      if (cell === undefined || cell.openMs < openMs) return null
      if (cell.openMs === openMs) return cell
    }
    return null
  }

  #emptyCell(openMs: number): CandleCell {
    const closeMs = openMs + this.#options.lengthMs
    return emptyCell(this.#options.series, { openMs, closeMs, dayMs: 0, index: 0 })
  }

  #openMsOf(eventMs: number): number {
    return Math.floor(eventMs / this.#options.lengthMs) * this.#options.lengthMs
  }
}
