import type Database from 'better-sqlite3'
import type { Candle } from '../../core/market/candle.ts'
import type { Derived } from '../../core/market/derived-candles.ts'
import type { Interval, IntervalSpec } from '../../core/market/interval.ts'
import { timeIntervals } from '../../core/market/interval.ts'
import { timeSpec } from './candle-record.ts'
import { StoredCandlesTable } from './stored-candles.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'

const dayMs = 86_400_000
/** Candles of one page, and time candles that a page begins with as its width. */
const candlesPerPage = 10_000
/** A page over tick candles is no wider: each page looks over the five days before it. */
const widestTickPageMs = 30 * dayMs
/** A trading day reaches at most this far: a weekend and a holiday. */
const longestDayMs = 5 * dayMs
/** Nothing lies further from 1970. */
const farMs = 1e15

/**
 * Reads the candles of one instrument and interval page by page, oldest first, by the queries of everybody
 * else. What the ledger says of them is not told here.
 */
export class SnapshotCandles {
  readonly #candles: StoredCandlesTable
  readonly #nextSlot: Database.Statement<unknown[], number>
  readonly #nextTick: Database.Statement<unknown[], number>
  readonly #nextLength: Database.Statement<unknown[], number>

  constructor(database: Database.Database) {
    this.#candles = new StoredCandlesTable(database)
    const value = (sql: string) => database.prepare<unknown[], number>(sql).pluck()
    this.#nextSlot = value(
      `SELECT slot FROM any_candle WHERE instrument = ? AND interval = ? AND slot >= ?
       ORDER BY slot LIMIT 1`
    )
    this.#nextTick = value(
      `SELECT open_ms FROM any_tick_candle WHERE instrument = ? AND length = ?
       AND day_ms >= ? AND open_ms >= ? ORDER BY day_ms, place LIMIT 1`
    )
    this.#nextLength = value(
      `SELECT length FROM any_tick_candle WHERE instrument = ? AND length > ?
       ORDER BY length LIMIT 1`
    )
  }

  /** From the first to the last candle that opens in a range; null where there is none. */
  extent(of: StoredInstrument, spec: IntervalSpec, range: TimeRange): TimeRange | null {
    const fromMs = this.#nextOpenMs(of, spec, range.fromMs)
    const [last] = this.#candles.newest(of, spec, range, 1).candles
    if (fromMs === null || last === undefined) return null
    return { fromMs, toMs: Math.max(last.openMs, fromMs) + 1 }
  }

  /** The newest candles that open in a range, oldest first. */
  newest(of: StoredInstrument, spec: IntervalSpec, range: TimeRange, limit: number): Derived {
    return this.#candles.newest(of, spec, range, limit)
  }

  /** Intervals of which candles are stored: times shortest first, then counts; may be empty. */
  intervals(of: StoredInstrument): readonly Interval[] {
    const times = timeIntervals.filter((interval) => {
      const { lengthMs } = timeSpec(interval)
      return this.#nextSlot.get(of.row, lengthMs / 1_000, -farMs) !== undefined
    })
    return [...times, ...[...this.#tickLengths(of)].map((length) => `${length}t`)]
  }

  /** Whether candles of an interval are stored, or finer ones that they can be made of. */
  canTell(of: StoredInstrument, spec: IntervalSpec): boolean {
    return this.#nextOpenMs(of, spec, -farMs) !== null
  }

  /** Candles with openMs in a range, oldest first, a page at a time; derived where not stored. */
  *pages(of: StoredInstrument, spec: IntervalSpec, range: TimeRange): Generator<Candle[]> {
    let widthMs = spec.kind === 'time' ? candlesPerPage * spec.lengthMs : dayMs
    let fromMs = this.#nextOpenMs(of, spec, range.fromMs)
    while (fromMs !== null && fromMs < range.toMs) {
      const page = { fromMs, toMs: Math.min(fromMs + widthMs, range.toMs) }
      const found = this.#page(of, spec, page)
      if (found === null) {
        widthMs /= 2
        continue
      }
      if (found.length > 0) yield found
      if (spec.kind === 'tick' && found.length < candlesPerPage / 4)
        widthMs = Math.min(widthMs * 2, widestTickPageMs)
      fromMs = this.#nextOpenMs(of, spec, page.toMs)
    }
  }

  /**
   * Null when it holds more candles than a page, or more than can be derived at once. The next candle
   * after it is looked at too: that there is one makes a derived candle final.
   */
  #page(of: StoredInstrument, spec: IntervalSpec, page: TimeRange): Candle[] | null {
    const isTime = spec.kind === 'time'
    const reached = { fromMs: page.fromMs, toMs: this.#afterNextMs(of, spec, page.toMs) }
    const found = this.#candles.newest(of, spec, reached, candlesPerPage + 1)
    const candles = found.candles.filter(({ openMs }) => openMs < page.toMs)
    const isWide = page.toMs - page.fromMs > (isTime ? spec.lengthMs : 1)
    return (!found.complete || candles.length > candlesPerPage) && isWide ? null : candles
  }

  /** A moment after the opening of the next candle; the moment itself where there is none. */
  #afterNextMs(of: StoredInstrument, spec: IntervalSpec, atMs: number): number {
    const nextMs = this.#nextOpenMs(of, spec, atMs)
    if (nextMs === null) return atMs
    if (spec.kind === 'time') return nextMs + spec.lengthMs
    // Several finer ones may be parts of one candle, all of one day.
    return (this.#nextTickMs(of, spec.tradesPerCandle, nextMs + longestDayMs) ?? nextMs) + 1
  }

  /** Where the first candle at or after a moment opens at the earliest; null where there is none. */
  #nextOpenMs(of: StoredInstrument, spec: IntervalSpec, atMs: number): number | null {
    if (spec.kind === 'tick') return this.#nextTickMs(of, spec.tradesPerCandle, atMs)
    const { lengthMs } = spec
    const alignedMs = Math.ceil(Math.max(atMs, -farMs) / lengthMs) * lengthMs
    const opens = timeIntervals.map(timeSpec).flatMap((finer) => {
      if (lengthMs % finer.lengthMs !== 0) return []
      const slot = this.#nextSlot.get(
        of.row,
        finer.lengthMs / 1_000,
        Math.ceil(alignedMs / finer.lengthMs)
      )
      return slot === undefined ? [] : Math.floor((slot * finer.lengthMs) / lengthMs) * lengthMs
    })
    return opens.length === 0 ? null : Math.min(...opens)
  }

  #nextTickMs(of: StoredInstrument, tradesPerCandle: number, atMs: number): number | null {
    const fromMs = Math.max(atMs, -farMs)
    const opens = [...this.#tickLengths(of)]
      .filter((length) => tradesPerCandle % length === 0)
      .flatMap((length) => this.#nextTick.get(of.row, length, fromMs - longestDayMs, fromMs) ?? [])
    return opens.length === 0 ? null : Math.min(...opens)
  }

  /** Lengths of the tick candles stored, ascending; may be empty. */
  *#tickLengths(of: StoredInstrument): Generator<number> {
    let length = this.#nextLength.get(of.row, 0)
    while (length !== undefined) {
      yield length
      length = this.#nextLength.get(of.row, length)
    }
  }
}
