import type Database from 'better-sqlite3'
import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Interval, IntervalSpec } from '../../core/market/interval.ts'
import { timeIntervals } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import { tileLedger } from '../../core/market/ledger/tile-ledger.ts'
import type { Session } from '../../core/market/session-calendar.ts'
import { timeSpec } from './candle-record.ts'
import { stretchOfCandles, withLedgerStates } from './candle-states.ts'
import type { GapRow } from './gap-record.ts'
import { gapColumns, gapFrom } from './gap-record.ts'
import type { StoreMode } from './open-database.ts'
import { openForReading } from './open-database.ts'
import { SnapshotTrades } from './snapshot-trades.ts'
import { storageFailure } from './sqlite-failure.ts'
import { StoredCandlesTable } from './stored-candles.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { findInstrument } from './stored-instruments.ts'
import { StoredLedgerTables } from './stored-ledger.ts'
import type { TimeRange } from './stored-trades.ts'

const dayMs = 86_400_000
/** Candles of one page, and time candles that a page begins with as its width. */
const candlesPerPage = 10_000
const gapsPerPage = 1_000
/** A page over tick candles is no wider: each page looks over the five days before it. */
const widestTickPageMs = 30 * dayMs
/** A trading day reaches at most this far: a weekend and a holiday. */
const longestDayMs = 5 * dayMs
/** Nothing lies further from 1970. */
const farMs = 1e15

/** A trade, with what the ledger says of the moment at which it traded. */
export type StatedTrade = { readonly trade: Trade; readonly state: LedgerState }

/** How an instrument was stored. */
export type InstrumentRecord = {
  readonly instrument: Instrument
  readonly session: Session | null
}

type InstrumentRow = {
  readonly venue_symbol: string
  readonly base: string
  readonly quote: string
  readonly tick_size: number | null
  readonly lot_size: number | null
}

/**
 * One state of the market database, read page by page for as long as that takes. The writer goes on
 * meanwhile, beside it; its log cannot be cut back before this is closed.
 */
export class SnapshotReader {
  readonly mode: StoreMode
  readonly #file: string
  readonly #database: Database.Database
  readonly #candles: StoredCandlesTable
  readonly #ledger: StoredLedgerTables
  readonly #trades: SnapshotTrades
  readonly #nextSlot: Database.Statement<unknown[], number>
  readonly #nextTick: Database.Statement<unknown[], number>
  readonly #nextLength: Database.Statement<unknown[], number>
  readonly #nextGaps: Database.Statement<unknown[], readonly [rowid: number, ...row: GapRow]>

  /** @throws StorageError */
  constructor(file: string) {
    this.#file = file
    this.#database = openForReading(file)
    try {
      this.#database.exec('BEGIN')
      // The state is that of the first read.
      this.mode = modeOf(this.#database)
      this.#candles = new StoredCandlesTable(this.#database)
      this.#ledger = new StoredLedgerTables(this.#database)
      this.#trades = new SnapshotTrades(this.#database)
      const value = (sql: string) => this.#database.prepare<unknown[], number>(sql).pluck()
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
      this.#nextGaps = this.#database
        .prepare<unknown[], readonly [rowid: number, ...row: GapRow]>(
          `SELECT rowid, ${gapColumns} FROM gap
           WHERE instrument = @row AND (to_ms, rowid) > (@afterMs, @after)
           AND to_ms >= @fromMs AND ifnull(from_ms, to_ms) < @toMs
           ORDER BY to_ms, rowid LIMIT ${gapsPerPage}`
        )
        .raw()
    } catch (thrown) {
      this.#database.close()
      throw storageFailure(thrown, file)
    }
  }

  /** Ids of all instruments of which something is stored, in order. */
  instruments(): readonly InstrumentId[] {
    return this.#reading(() =>
      this.#database
        .prepare<unknown[], InstrumentId>(
          "SELECT venue || ':' || symbol FROM instrument ORDER BY venue, symbol"
        )
        .pluck()
        .all()
    )
  }

  find(id: InstrumentId): StoredInstrument | null {
    return this.#reading(() => findInstrument(this.#database, id))
  }

  /** What was stored of an instrument when it was last collected. */
  record(of: StoredInstrument): InstrumentRecord {
    const row = this.#reading(() =>
      this.#database
        .prepare<[number], InstrumentRow>(
          'SELECT venue_symbol, base, quote, tick_size, lot_size FROM instrument WHERE id = ?'
        )
        .get(of.row)
    )
    const [venue, ...symbol] = of.id.split(':')
    const instrument: Instrument = {
      id: of.id,
      venue: venue ?? '',
      symbol: symbol.join(':'),
      venueSymbol: row?.venue_symbol ?? '',
      base: row?.base ?? '',
      quote: row?.quote ?? '',
      tickSize: row?.tick_size ?? null,
      lotSize: row?.lot_size ?? null,
      calendar: of.calendar,
      status: 'trading',
      turnover24h: null
    }
    return { instrument, session: of.session }
  }

  /** Lengths of the tick candles stored of an instrument, ascending; may be empty. */
  tickLengths(of: StoredInstrument): readonly number[] {
    return this.#reading(() => {
      const lengths: number[] = []
      let length = this.#nextLength.get(of.row, 0)
      while (length !== undefined) {
        lengths.push(length)
        length = this.#nextLength.get(of.row, length)
      }
      return lengths
    })
  }

  /** Where the stored trades or candles of a range lie, at least; null where there is none. */
  extentOfTrades(of: StoredInstrument, range: TimeRange): TimeRange | null {
    return this.#reading(() => this.#trades.extent(of, range))
  }

  extentOfCandles(of: StoredInstrument, spec: IntervalSpec, range: TimeRange): TimeRange | null {
    return this.#reading(() => {
      const fromMs = this.#nextOpenMs(of, spec, range.fromMs)
      const [last] = this.#candles.newest(of, spec, range, 1).candles
      if (fromMs === null || last === undefined) return null
      return { fromMs, toMs: Math.max(last.openMs, fromMs) + 1 }
    })
  }

  /** Intervals of which candles of an instrument are stored: times shortest first, then counts; may be empty. */
  storedIntervals(of: StoredInstrument): readonly Interval[] {
    const times = this.#reading(() =>
      timeIntervals.filter((interval) => {
        const { lengthMs } = timeSpec(interval)
        return this.#nextSlot.get(of.row, lengthMs / 1_000, -farMs) !== undefined
      })
    )
    return [...times, ...this.tickLengths(of).map((length) => `${length}t`)]
  }

  /** Whether candles of an interval are stored, or finer ones that they can be made of. */
  canTell(of: StoredInstrument, spec: IntervalSpec): boolean {
    return this.#reading(() => this.#nextOpenMs(of, spec, -farMs)) !== null
  }

  /** Candles with openMs in a range, oldest first, a page at a time; derived where not stored. */
  *candles(of: StoredInstrument, spec: IntervalSpec, range: TimeRange): Generator<Candle[]> {
    let widthMs = spec.kind === 'time' ? candlesPerPage * spec.lengthMs : dayMs
    let fromMs = this.#reading(() => this.#nextOpenMs(of, spec, range.fromMs))
    while (fromMs !== null && fromMs < range.toMs) {
      const page = { fromMs, toMs: Math.min(fromMs + widthMs, range.toMs) }
      const found = this.#reading(() => this.#page(of, spec, page))
      if (found === null) {
        widthMs /= 2
        continue
      }
      if (found.length > 0) yield found
      if (spec.kind === 'tick' && found.length < candlesPerPage / 4)
        widthMs = Math.min(widthMs * 2, widestTickPageMs)
      fromMs = this.#reading(() => this.#nextOpenMs(of, spec, page.toMs))
    }
  }

  /** Trades of a range, flagged ones left out, a page at a time, in TradeOrder. */
  *trades(of: StoredInstrument, range: TimeRange): Generator<StatedTrade[]> {
    const pages = this.#trades.pages(of, range)
    const next = () =>
      this.#reading(() => {
        const page = pages.next()
        return page.done === true ? null : this.#stated(of, page.value)
      })
    try {
      for (let page = next(); page !== null; page = next()) yield page
    } finally {
      pages.return(undefined)
    }
  }

  /** Flagged trades of a range, which `trades` leaves out. */
  countFlagged(of: StoredInstrument, range: TimeRange): number {
    return this.#reading(() => this.#trades.countFlagged(of, range))
  }

  /** Gaps that touch a range by their end, a page at a time, oldest first. */
  *gaps(of: StoredInstrument, { fromMs, toMs }: TimeRange): Generator<Gap[]> {
    let [afterMs, after] = [-Infinity, 0]
    for (;;) {
      const rows = this.#reading(() =>
        this.#nextGaps.all({ row: of.row, afterMs, after, fromMs, toMs })
      )
      const last = rows.at(-1)
      if (last === undefined) return
      const gaps = rows.map(([, ...row]) => gapFrom(of.id, row))
      ;[afterMs, after] = [gaps.at(-1)?.toMs ?? Infinity, last[0]]
      yield gaps
    }
  }

  /**
   * What is wrong with files whose trades had to be left out since this was last asked for, in words;
   * empty when all could be read.
   */
  takeDamage(): readonly string[] {
    return this.#trades.takeDamage().map(({ message }) => message)
  }

  close(): void {
    this.#trades.close()
    this.#database.close()
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
    if ((!found.complete || candles.length > candlesPerPage) && isWide) return null
    return withLedgerStates(candles, this.#ledger.within(of, stretchOfCandles(candles)))
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
    const opens = this.tickLengths(of)
      .filter((length) => tradesPerCandle % length === 0)
      .flatMap((length) => this.#nextTick.get(of.row, length, fromMs - longestDayMs, fromMs) ?? [])
    return opens.length === 0 ? null : Math.min(...opens)
  }

  #stated(of: StoredInstrument, trades: readonly Trade[]): StatedTrade[] {
    let [fromMs, toMs] = [Infinity, -Infinity]
    for (const { eventMs } of trades) {
      fromMs = Math.min(fromMs, eventMs)
      toMs = Math.max(toMs, eventMs)
    }
    const range = { fromMs, toMs: toMs + 1 }
    const ledger = this.#ledger.within(of, range)
    const ranges = tileLedger({ ...ledger, ...range, closed: [], collectedUntilMs: Infinity })
    return trades.map((trade) => ({ trade, state: stateAt(ranges, trade.eventMs) }))
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read()
    } catch (thrown) {
      throw storageFailure(thrown, this.#file)
    }
  }
}

function modeOf(database: Database.Database): StoreMode {
  const mode = database
    .prepare<[], StoreMode>("SELECT value FROM meta WHERE key = 'mode'")
    .pluck()
    .get()
  return mode ?? 'live'
}

/** Of what nothing is known, nothing is proven. @param ranges Oldest first. */
function stateAt(ranges: readonly LedgerRange[], atMs: number): LedgerState {
  let [low, high] = [0, ranges.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const range = ranges[middle]
    if (range === undefined) break
    if (atMs < range.fromMs) high = middle - 1
    else if (atMs >= range.toMs) low = middle + 1
    else return range.state
  }
  return 'unproven'
}
