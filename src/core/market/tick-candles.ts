import { invariant } from '../invariant.ts'
import type { CandleCell, CandleSeries } from './candle-cell.ts'
import type { CandleChanges } from './candle-changes.ts'
import type { Candle, TradeOrder } from './candle.ts'
import type { Interval } from './interval.ts'
import type { RebuildResult, StoredDay } from './rebuild.ts'
import type { ArrivedTrade } from './trade-order.ts'
import { compareOrders } from './trade-order.ts'
import type { SizeScale } from './decimal-sum.ts'
import type { DayRule, TradingDay } from './trading-day.ts'
import type { TradeEntry } from './trade-entry.ts'
import { emptyEntry, keepEntry } from './trade-entry.ts'
import { tickWindow, TickWindow, type TickWindowStanding } from './tick-window.ts'
import type { TickSeriesStanding, WindowTrades } from './tick-series.ts'
import { TickSeries } from './tick-series.ts'

/** What the tick candles of one instrument are built by. */
export type TickCandlesOptions = {
  /** One for each N, with its series; may be empty. */
  readonly series: readonly { readonly series: CandleSeries; readonly tradesPerCandle: number }[]
  readonly dayOf: DayRule
  readonly graceMs: number
  readonly scale: SizeScale
  readonly changes: CandleChanges
}

/** How many of a day's last trades bring the counting back: the window, and a candle's beginning. */
export function tickTailTrades(tradesPerCandle: readonly number[]): number {
  return tickWindow + Math.max(0, ...tradesPerCandle)
}

/** Fills an entry from a stored trade; knows the instrument's order and size scale. */
export type EntryReader = (arrived: ArrivedTrade, into: TradeEntry) => void

/** A day that is over, as long as its newest candles are not final. */
type EndedDay = {
  readonly day: TradingDay
  readonly cells: readonly CandleCell[]
  /** Earliest trade that came late for it; null while none did. */
  readonly lateFrom: TradeOrder | null
}

/** How the tick candles of an instrument stand: plain data, the builder's own until it is cloned. */
export type TickCandlesStanding = {
  readonly day: TradingDay
  readonly ended: EndedDay | null
  readonly firstOrdinal: number
  readonly blindFrom: TradeOrder | null
  readonly neededArrival: number
  readonly window: TickWindowStanding
  readonly series: readonly TickSeriesStanding[]
}

const noDay: TradingDay = { fromMs: -Infinity, toMs: -Infinity }

/**
 * The tick candles of one instrument for the day that runs: trade k of the day, in TradeOrder,
 * belongs to candle floor(k / N).
 *
 * Keeps the latest 256 to 384 trades. A late trade among them moves the later candles at once, as
 * revisions. An older one, or one of a candle that began before what is known, makes a rebuild
 * request, and until the store's answer is adopted the candles are blind: they show nothing, and each
 * further trade asks again, so that stored candles
 * never lag behind stored trades. A trade of an earlier day makes a request
 * for that day and touches nothing here.
 */
export class TickCandles {
  readonly #options: TickCandlesOptions
  readonly #series: readonly TickSeries[]
  readonly #window = new TickWindow()
  readonly #scratch = emptyEntry()
  #day = noDay
  #ended: EndedDay | null = null
  /** Ordinal within the day of the window's first trade; while blind only whether others came before. */
  #firstOrdinal = 0
  /** Earliest trade that has to be counted in by the store; null while nothing is missing. */
  #blindFrom: TradeOrder | null = null
  /** An answer cures blindness only when it counts every trade that arrived before this. */
  #neededArrival = 0

  constructor(options: TickCandlesOptions) {
    this.#options = options
    this.#series = options.series.map(
      ({ series, tradesPerCandle }) => new TickSeries(series, tradesPerCandle, options.changes)
    )
  }

  /** Counts one trade that is known to be new. */
  add(entry: TradeEntry): void {
    if (this.#series.length === 0 || !this.#isOfToday(entry)) return
    if (this.#window.isFull) this.#makeRoom()
    const place = this.#window.placeOf(entry)
    if (!this.#isKnown(place)) {
      this.#goBlind(entry)
      return
    }
    this.#window.insert(place, entry)
    if (this.#blindFrom !== null) this.#askFrom(entry)
    else if (place === this.#window.length - 1) this.#append(entry)
    else this.#recompute(this.#firstOrdinal + place)
  }

  /** Takes note of a stored trade of which nobody knows whether it was counted already. */
  addUncertain(entry: TradeEntry): void {
    if (this.#series.length === 0) return
    // A repeat was first stored with an earlier arrival than its own.
    const earliest = { ...entry, minor: 0 }
    if (this.#isOfToday(earliest)) this.#goBlind(earliest)
  }

  /** Marks the unfilled last candle of a day final when the grace after the day is over. */
  finalise(runNowMs: number): void {
    const endMs = runNowMs - this.#options.graceMs
    if (this.#day.fromMs < this.#day.toMs && this.#day.toMs <= endMs) this.#endDay()
    if (this.#ended !== null && this.#ended.day.toMs <= endMs) this.#finaliseEnded(this.#ended)
  }

  /**
   * Takes up a day as stored.
   *
   * @param candles Stored tick candles: those of the day tell their revisions, those of the day before
   *   are finished if they are not.
   */
  seed(day: StoredDay, candles: readonly Candle[], read: EntryReader): void {
    const last = day.tail.at(-1)
    if (last === undefined || this.#series.length === 0) return
    this.#day = this.#options.dayOf(last.trade.eventMs)
    this.#load(day, candles, read)
    this.#ended = this.#unfinished(candles)
  }

  /** Takes over the store's answer, and counts what arrived since. Answers not needed are left alone. */
  adopt(result: RebuildResult, read: EntryReader): void {
    const { request, day, beforeArrival } = result
    if (request.kind !== 'tick' || day === null) return
    if (this.#blindFrom === null || request.dayMs !== this.#day.fromMs) return
    if (beforeArrival < this.#neededArrival) {
      this.#request(this.#day, this.#blindFrom)
      return
    }
    const newer = this.#arrivedFrom(beforeArrival)
    this.#blindFrom = null
    this.#load(day, result.candles, read)
    for (const entry of newer) this.add(entry)
  }

  /** Cells of one series that the window touches, oldest first; none while blind. */
  cells(interval: Interval): readonly CandleCell[] {
    return this.#series.find(({ series }) => series.interval === interval)?.cells() ?? []
  }

  /** All that it goes on from. */
  standing(): TickCandlesStanding {
    return {
      day: this.#day,
      ended: this.#ended,
      firstOrdinal: this.#firstOrdinal,
      blindFrom: this.#blindFrom,
      neededArrival: this.#neededArrival,
      window: this.#window.standing(),
      series: this.#series.map((series) => series.standing())
    }
  }

  /** Goes on from where others of the same series stood; what is handed in is its own from now on. */
  takeUp(standing: TickCandlesStanding): void {
    this.#day = standing.day
    this.#ended = standing.ended
    this.#firstOrdinal = standing.firstOrdinal
    this.#blindFrom = standing.blindFrom
    this.#neededArrival = standing.neededArrival
    this.#window.takeUp(standing.window)
    for (const [at, series] of this.#series.entries()) {
      const stood = standing.series[at]
      if (stood !== undefined) series.takeUp(stood)
    }
  }

  /** The last day before this one that has a stored candle without its final mark. */
  #unfinished(candles: readonly Candle[]): EndedDay | null {
    const open = candles.filter((candle) => !candle.final && candle.dayMs < this.#day.fromMs)
    const dayMs = open.reduce((latest, candle) => Math.max(latest, candle.dayMs), -Infinity)
    const lateFrom = open
      .filter((candle) => candle.dayMs === dayMs)
      .reduce<TradeOrder | null>((first, { firstOrder }) => earlier(first, firstOrder), null)
    return lateFrom === null ? null : { day: this.#options.dayOf(dayMs), cells: [], lateFrom }
  }

  #isOfToday(entry: TradeEntry): boolean {
    if (entry.eventMs >= this.#day.toMs) this.#startDay(this.#options.dayOf(entry.eventMs))
    if (entry.eventMs >= this.#day.fromMs) return true
    const day = this.#options.dayOf(entry.eventMs)
    const isEnding = this.#ended?.day.fromMs === day.fromMs
    if (isEnding || day.toMs + this.#options.graceMs > entry.runNowMs) this.#reopen(day, entry)
    this.#request(day, entry)
    return false
  }

  /** Leaves the end of an ended day to the store, which is asked again when its grace is over. */
  #reopen(day: TradingDay, from: TradeOrder): void {
    const isKnown = this.#ended?.day.fromMs === day.fromMs
    const lateFrom = earlier(isKnown ? (this.#ended?.lateFrom ?? null) : null, from)
    this.#ended = { day, cells: [], lateFrom }
  }

  #startDay(day: TradingDay): void {
    if (this.#day.fromMs < this.#day.toMs) this.#endDay()
    this.#day = day
  }

  #endDay(): void {
    if (this.#ended !== null) this.#finaliseEnded(this.#ended)
    const cells = this.#series.flatMap(({ newest }) => newest ?? [])
    this.#ended = { day: this.#day, cells, lateFrom: this.#blindFrom }
    this.#day = { fromMs: this.#day.toMs, toMs: this.#day.toMs }
    this.#window.clear()
    for (const series of this.#series) series.clear()
    this.#firstOrdinal = 0
    this.#blindFrom = null
  }

  #finaliseEnded(ended: EndedDay): void {
    this.#ended = null
    if (ended.lateFrom !== null) this.#request(ended.day, ended.lateFrom)
    for (const cell of ended.cells) {
      if (cell.isFinal) continue
      cell.isFinal = true
      this.#options.changes.mark(cell)
    }
  }

  #append(entry: TradeEntry): void {
    const ordinal = this.#firstOrdinal + this.#window.length - 1
    for (const series of this.#series) {
      const cell = series.append(ordinal, entry, this.#day.fromMs)
      if (cell !== null) this.#options.changes.mark(cell)
    }
  }

  #recompute(ordinal: number): void {
    const trades = this.#windowTrades()
    for (const series of this.#series) series.recompute(ordinal, trades, this.#day.fromMs)
  }

  /** Tells whether all that a trade at this place of the window changes is in memory. */
  #isKnown(place: number): boolean {
    if (place === 0 && this.#firstOrdinal > 0) return false
    if (place === this.#window.length || this.#blindFrom !== null) return true
    const ordinal = this.#firstOrdinal + place
    return this.#series.every((series) => ordinal >= series.knownFrom(this.#firstOrdinal))
  }

  #makeRoom(): void {
    const count = this.#countToDrop()
    const endOrdinal = this.#firstOrdinal + count
    if (this.#blindFrom !== null) this.#missFromAnswer(count)
    else for (const series of this.#series) series.leave(endOrdinal, this.#windowTrades())
    this.#window.dropOldest(count)
    this.#firstOrdinal = endOrdinal
  }

  /** As many as may go; a little fewer where the rest can begin with a whole candle. */
  #countToDrop(): number {
    const most = this.#window.length - tickWindow
    const size = this.#series[0]?.size ?? 1
    const beyondWhole = (this.#firstOrdinal + most) % size
    return beyondWhole < most ? most - beyondWhole : most
  }

  #missFromAnswer(count: number): void {
    for (let at = 0; at < count; at += 1) {
      this.#neededArrival = Math.max(this.#neededArrival, this.#window.arrivalAt(at) + 1)
    }
  }

  #windowTrades(): WindowTrades {
    return {
      firstOrdinal: this.#firstOrdinal,
      endOrdinal: this.#firstOrdinal + this.#window.length,
      at: (kept) => this.#entryAt(kept - this.#firstOrdinal)
    }
  }

  #entryAt(at: number): TradeEntry {
    this.#window.read(at, this.#scratch)
    this.#options.scale.read(this.#scratch.size, this.#scratch.units)
    return this.#scratch
  }

  #goBlind(entry: TradeEntry): void {
    this.#neededArrival = Math.max(this.#neededArrival, entry.arrival + 1)
    for (const series of this.#series) series.clear()
    this.#askFrom(entry)
  }

  #askFrom(order: TradeOrder): void {
    this.#blindFrom = earlier(this.#blindFrom, order)
    this.#request(this.#day, this.#blindFrom)
  }

  #request(day: TradingDay, from: TradeOrder): void {
    const fromOrder = { major: from.major, minor: from.minor }
    for (const { series } of this.#series) {
      this.#options.changes.request({ kind: 'tick', ...series, dayMs: day.fromMs, fromOrder })
    }
  }

  #load(day: StoredDay, candles: readonly Candle[], read: EntryReader): void {
    const needed = tickTailTrades(this.#series.map(({ size }) => size))
    invariant(
      day.tail.length >= Math.min(day.trades, needed),
      `expected the last ${needed} of ${day.trades} trades of the day, received ${day.tail.length}`
    )
    this.#window.clear()
    for (const series of this.#series) series.clear()
    this.#firstOrdinal = day.trades - day.tail.length
    for (const arrived of day.tail) this.#loadOne(arrived, read)
    for (const candle of candles) this.#takeUpRevision(candle)
  }

  #loadOne(arrived: ArrivedTrade, read: EntryReader): void {
    if (this.#window.isFull) this.#makeRoom()
    const entry = emptyEntry()
    read(arrived, entry)
    this.#window.insert(this.#window.length, entry)
    const ordinal = this.#firstOrdinal + this.#window.length - 1
    for (const series of this.#series) series.append(ordinal, entry, this.#day.fromMs)
  }

  #takeUpRevision(candle: Candle): void {
    const cells = candle.dayMs === this.#day.fromMs ? this.cells(candle.interval) : []
    const cell = cells.find(({ index }) => index === candle.index)
    if (cell !== undefined) cell.revision = candle.revision
  }

  #arrivedFrom(arrival: number): TradeEntry[] {
    const entries: TradeEntry[] = []
    for (let at = 0; at < this.#window.length; at += 1) {
      if (this.#window.arrivalAt(at) >= arrival) entries.push(keepEntry(this.#entryAt(at)))
    }
    return entries
  }
}

function earlier(known: TradeOrder | null, next: TradeOrder): TradeOrder {
  return known !== null && compareOrders(known, next) <= 0
    ? known
    : { major: next.major, minor: next.minor }
}
