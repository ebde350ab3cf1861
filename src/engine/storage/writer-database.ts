import type Database from 'better-sqlite3'
import { invariant } from '../../core/invariant.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { CandleCell } from '../../core/market/candle-cell.ts'
import { candleOf, volumesOf } from '../../core/market/candle-cell.ts'
import type { RebuildRequest, RebuildResult, StoredDay } from '../../core/market/rebuild.ts'
import { tickTailTrades } from '../../core/market/tick-candles.ts'
import { isSameContent } from './candle-record.ts'
import { CandleRows } from './candle-rows.ts'
import { dayRuleOf } from './day-rule.ts'
import { GapRows } from './gap-rows.ts'
import { openForWriting } from './open-database.ts'
import type { Finality } from './rebuild-candles.ts'
import { rebuildTickCandles, rebuildTimeCandles } from './rebuild-candles.ts'
import { storageFailure } from './sqlite-failure.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { upsertInstrument } from './stored-instruments.ts'
import { StoredTrades } from './stored-trades.ts'
import { TradeColumns } from './trade-columns.ts'
import { TradeRows } from './trade-rows.ts'
import type {
  BatchOutcome,
  InstrumentRegistration,
  RunStart,
  WriterSetup,
  WriterWork
} from './writer-messages.ts'

/** What became of one step of work. */
export type WorkDone = {
  /** Null when it was done at an earlier sending, and for rebuilds. */
  readonly outcome: BatchOutcome | null
  /** Null when it was done at an earlier sending, and for batches. */
  readonly rebuilt: RebuildResult | null
}

type Registered = { readonly stored: StoredInstrument; readonly graceMs: number }

/** The one writer of a market database; lives in the writer thread, and in tests. */
export class WriterDatabase {
  readonly #database: Database.Database
  readonly #setup: WriterSetup
  readonly #trades: TradeRows
  readonly #candles: CandleRows
  readonly #gaps: GapRows
  readonly #stored: StoredTrades
  readonly #mark: Database.Statement<[number, number, number]>
  readonly #registered: Registered[] = []
  readonly #rowOf: number[] = []
  readonly #run: RunStart
  #lastWork: number
  #lastArrival: number

  /** @throws StorageError */
  constructor(setup: WriterSetup) {
    this.#setup = setup
    this.#database = openForWriting({
      file: setup.file,
      mode: setup.mode,
      nowMs: setup.startedMs
    })
    this.#trades = new TradeRows(this.#database)
    this.#candles = new CandleRows(this.#database)
    this.#gaps = new GapRows(this.#database)
    this.#stored = new StoredTrades(this.#database)
    this.#mark = this.#database.prepare(
      'UPDATE run SET last_batch = ?, last_arrival = ? WHERE id = ?'
    )
    const begun = setup.run === null ? this.#beginRun() : this.#continueRun(setup.run)
    this.#run = begun.start
    this.#lastWork = begun.lastWork
    this.#lastArrival = begun.start.nextArrival - 1
  }

  /** How this run began. */
  get run(): RunStart {
    return this.#run
  }

  /** Gives instruments their numbers, in order after those registered before. */
  register(instruments: readonly InstrumentRegistration[]): void {
    this.#inTransaction(() => {
      for (const registration of instruments) {
        const stored = upsertInstrument(this.#database, registration)
        this.#rowOf.push(stored.row)
        this.#registered.push({ stored, graceMs: registration.graceMs })
      }
    })
  }

  /**
   * Does the next step of work in one transaction; a step done before is not done again.
   *
   * @throws StorageError with nothing of the step stored.
   */
  apply(work: WriterWork): WorkDone {
    if (work.sequence <= this.#lastWork) return { outcome: null, rebuilt: null }
    invariant(
      work.sequence === this.#lastWork + 1,
      `expected work ${this.#lastWork + 1}, received ${work.sequence}`
    )
    const trades = work.kind === 'batch' ? new TradeColumns(work.trades) : null
    const lastArrival = Math.max(this.#lastArrival, trades?.lastArrival() ?? -1)
    const done = this.#inTransaction(() => {
      this.#mark.run(work.sequence, lastArrival, this.#run.run)
      return work.kind === 'batch'
        ? { outcome: this.#commit(work, trades ?? new TradeColumns()), rebuilt: null }
        : { outcome: null, rebuilt: this.#rebuild(work.request, work.runNowMs) }
    })
    this.#lastWork = work.sequence
    this.#lastArrival = lastArrival
    return done
  }

  /** Whether a step is the next one, or was done before. */
  isDue(sequence: number): boolean {
    return sequence <= this.#lastWork + 1
  }

  /** Bytes of the database without its log. */
  databaseBytes(): number {
    const pragma = (name: string) => Number(this.#database.pragma(name, { simple: true }))
    return pragma('page_count') * pragma('page_size')
  }

  /** Lets the database grow to so many pages and no further. */
  limitPages(pages: number): void {
    this.#database.pragma(`max_page_count = ${pages}`)
  }

  /**
   * Closes the file, its log folded in.
   *
   * @param stoppedMs Null when the run did not end in order.
   */
  close(stoppedMs: number | null): void {
    if (!this.#database.open) return
    if (stoppedMs !== null)
      this.#database
        .prepare('UPDATE run SET stopped_ms = ? WHERE id = ?')
        .run(stoppedMs, this.#run.run)
    this.#database.close()
  }

  #commit(work: WriterWork & { readonly kind: 'batch' }, trades: TradeColumns): BatchOutcome {
    const { duplicates, conflicts } = this.#trades.insert(trades, this.#rowOf)
    this.#candles.putAll(work.candles, this.#rowOf)
    this.#gaps.putAll(work.gaps, this.#rowOf)
    return {
      trades: trades.length - duplicates,
      duplicates,
      conflicts,
      candles: work.candles.length
    }
  }

  #rebuild(request: RebuildRequest, runNowMs: number): RebuildResult {
    const registered = this.#registered.find(({ stored }) => stored.id === request.instrument)
    invariant(registered !== undefined, `expected a registered instrument: ${request.instrument}`)
    const { stored: of, graceMs } = registered
    const finality = { runNowMs, graceMs }
    const { cells, day } =
      request.kind === 'time'
        ? { cells: rebuildTimeCandles(this.#stored, of, request, finality), day: null }
        : this.#rebuildTicks(request, of, finality)
    return {
      request,
      beforeArrival: this.#lastArrival + 1,
      candles: cells.map((cell) => this.#revise(of, candleOf(cell))),
      volumes: request.kind === 'time' ? cells.map(volumesOf) : [],
      day
    }
  }

  #rebuildTicks(
    request: RebuildRequest & { readonly kind: 'tick' },
    of: StoredInstrument,
    finality: Finality
  ): { readonly cells: readonly CandleCell[]; readonly day: StoredDay } {
    const day = dayRuleOf(of)(request.dayMs)
    const { tickSizes } = this.#setup
    return {
      cells: rebuildTickCandles(this.#stored, of, { request, day, finality }),
      day: this.#stored.day(of, day, tickTailTrades(tickSizes))
    }
  }

  /** Stores a rebuilt candle, as a revision where it differs from the stored one. */
  #revise(of: StoredInstrument, built: Candle): Candle {
    const before = this.#candles.find(of, built)
    if (before === null) {
      this.#candles.put(of, built)
      return built
    }
    const revision = before.revision + (isSameContent(before, built) ? 0 : 1)
    const revised = { ...built, revision, final: built.final || before.final, state: before.state }
    this.#candles.put(of, revised)
    return revised
  }

  #beginRun(): { readonly start: RunStart; readonly lastWork: number } {
    const last = this.#database
      .prepare<unknown[], { id: number; stopped_ms: number | null; last_arrival: number }>(
        'SELECT id, stopped_ms, last_arrival FROM run ORDER BY id DESC LIMIT 1'
      )
      .get()
    const lastArrival = last?.last_arrival ?? -1
    const run = (last?.id ?? 0) + 1
    this.#inTransaction(() =>
      this.#database
        .prepare('INSERT INTO run (id, started_ms, last_batch, last_arrival) VALUES (?, ?, 0, ?)')
        .run(run, this.#setup.startedMs, lastArrival)
    )
    const isUncleanStart = last?.stopped_ms === null
    return { start: { run, isUncleanStart, nextArrival: lastArrival + 1 }, lastWork: 0 }
  }

  #continueRun(run: number): { readonly start: RunStart; readonly lastWork: number } {
    const row = this.#database
      .prepare<[number], { last_batch: number; last_arrival: number }>(
        'SELECT last_batch, last_arrival FROM run WHERE id = ?'
      )
      .get(run)
    invariant(row !== undefined, `expected run ${run} in ${this.#setup.file}`)
    const start = { run, isUncleanStart: false, nextArrival: row.last_arrival + 1 }
    return { start, lastWork: row.last_batch }
  }

  #inTransaction<Result>(work: () => Result): Result {
    try {
      return this.#database.transaction(work).immediate()
    } catch (thrown) {
      throw storageFailure(thrown, this.#setup.file)
    }
  }
}
