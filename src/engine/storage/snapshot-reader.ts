import type Database from 'better-sqlite3'
import type { Incident } from '../../contracts/incident.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Interval, IntervalSpec } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'
import { tileLedger } from '../../core/market/ledger/tile-ledger.ts'
import type { Session } from '../../core/market/session-calendar.ts'
import { stretchOfCandles, withLedgerStates } from './candle-states.ts'
import { ForgottenStretches } from './forgotten-stretches.ts'
import type { GapRow } from './gap-record.ts'
import { gapColumns, gapFrom } from './gap-record.ts'
import type { StoreMode } from './open-database.ts'
import { openForReading } from './open-database.ts'
import { SnapshotCandles } from './snapshot-candles.ts'
import { SnapshotTrades } from './snapshot-trades.ts'
import { storageFailure } from './sqlite-failure.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { findInstrument } from './stored-instruments.ts'
import type { IncidentsQuery, StoredCandles } from './store.ts'
import { StoredIncidents } from './stored-incidents.ts'
import { StoredLedgerTables } from './stored-ledger.ts'
import type { ReelState } from './stored-reel.ts'
import { reelStateOf, StoredReel } from './stored-reel.ts'
import type { TimeRange } from './stored-trades.ts'

const gapsPerPage = 1_000

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
  readonly #candles: SnapshotCandles
  readonly #ledger: StoredLedgerTables
  readonly #trades: SnapshotTrades
  /** Of its reels; null before the first. */
  #state: ReelState | null = null
  readonly #forgotten: ForgottenStretches
  readonly #nextGaps: Database.Statement<unknown[], readonly [rowid: number, ...row: GapRow]>

  /** @throws StorageError */
  constructor(file: string) {
    this.#file = file
    this.#database = openForReading(file)
    try {
      this.#database.exec('BEGIN')
      // The state is that of the first read.
      this.mode = modeOf(this.#database)
      this.#candles = new SnapshotCandles(this.#database)
      this.#ledger = new StoredLedgerTables(this.#database)
      this.#trades = new SnapshotTrades(this.#database)
      this.#forgotten = new ForgottenStretches(this.#database)
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

  /** Where the stored trades of a range lie, at least; null where there is none. */
  extentOfTrades(of: StoredInstrument, range: TimeRange): TimeRange | null {
    return this.#reading(() => this.#trades.extent(of, range))
  }

  /** From the first to the last stored candle that opens in a range; null where there is none. */
  extentOfCandles(of: StoredInstrument, spec: IntervalSpec, range: TimeRange): TimeRange | null {
    return this.#reading(() => this.#candles.extent(of, spec, range))
  }

  /** Intervals of which candles of an instrument are stored: times shortest first, then counts; may be empty. */
  storedIntervals(of: StoredInstrument): readonly Interval[] {
    return this.#reading(() => this.#candles.intervals(of))
  }

  /** Whether candles of an interval are stored, or finer ones that they can be made of. */
  canTell(of: StoredInstrument, spec: IntervalSpec): boolean {
    return this.#reading(() => this.#candles.canTell(of, spec))
  }

  /** Candles with openMs in a range, oldest first, a page at a time; derived where not stored. */
  *candles(of: StoredInstrument, spec: IntervalSpec, range: TimeRange): Generator<Candle[]> {
    yield* this.#paged(this.#candles.pages(of, spec, range), (candles) =>
      withLedgerStates(candles, this.#ledger.within(of, stretchOfCandles(candles)))
    )
  }

  /** The newest candles with openMs in a range, oldest first; derived where not stored. */
  newestCandles(
    of: StoredInstrument,
    spec: IntervalSpec,
    range: TimeRange,
    limit: number
  ): StoredCandles {
    return this.#reading(() => {
      const { candles, complete } = this.#candles.newest(of, spec, range, limit)
      const ledger = this.#ledger.within(of, stretchOfCandles(candles))
      return { candles: withLedgerStates(candles, ledger), complete }
    })
  }

  /** The newest outages that touch a range, by their beginning, oldest first. */
  incidents(query: IncidentsQuery): readonly Incident[] {
    return this.#reading(() => new StoredIncidents(this.#database).newest(query))
  }

  /** Trades of a range, flagged ones left out, a page at a time, in TradeOrder. */
  *trades(of: StoredInstrument, range: TimeRange): Generator<StatedTrade[]> {
    yield* this.#paged(this.#trades.pages(of, range), (trades) => this.#stated(of, trades))
  }

  /** Stretches of a range whose trades were deleted on purpose, oldest first. */
  forgottenTrades(of: StoredInstrument, range: TimeRange): readonly TimeRange[] {
    return this.#reading(() => this.#forgotten.trades(of, range))
  }

  /** The stretch of a range whose candles were deleted on purpose; null: none were. */
  forgottenCandles(spec: IntervalSpec, { fromMs, toMs }: TimeRange): TimeRange | null {
    return this.#reading(() => {
      const keptMs = this.#forgotten.candlesTo(spec) ?? -Infinity
      return keptMs > fromMs && fromMs < toMs ? { fromMs, toMs: Math.min(keptMs, toMs) } : null
    })
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
   * All of some instruments as they are stored in this state, to be played; it is the caller's to close.
   * A replay takes as long as it likes: the transaction is let go with the first, later ones are of the
   * same state, and what else is asked for is as it is then.
   *
   * @throws StorageError
   */
  reel(instruments: readonly StoredInstrument[]): StoredReel {
    return this.#reading(() => {
      this.#state ??= reelStateOf(this.#database)
      const reel = new StoredReel(this.#database, instruments, this.#state)
      if (this.#database.inTransaction) this.#database.exec('COMMIT')
      return reel
    })
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

  /** Pages as they are read, each made into another. */
  *#paged<Page, Told>(pages: Generator<Page>, tell: (page: Page) => Told): Generator<Told> {
    const next = () =>
      this.#reading(() => {
        const page = pages.next()
        return page.done === true ? null : { told: tell(page.value) }
      })
    try {
      for (let page = next(); page !== null; page = next()) yield page.told
    } finally {
      pages.return(undefined)
    }
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
