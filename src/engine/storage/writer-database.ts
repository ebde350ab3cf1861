import type Database from 'better-sqlite3'
import { invariant } from '../../core/invariant.ts'
import type { Candle } from '../../core/market/candle.ts'
import { type CandleCell, candleOf, volumesOf } from '../../core/market/candle-cell.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { RebuildRequest, RebuildResult, StoredDay } from '../../core/market/rebuild.ts'
import { tickTailTrades } from '../../core/market/tick-candles.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import type { AuditRecord } from './audit-record.ts'
import { AuditRows } from './audit-rows.ts'
import { isSameContent } from './candle-record.ts'
import { CandleRows } from './candle-rows.ts'
import { DamageRows } from './damage-rows.ts'
import { dayRuleOf } from './day-rule.ts'
import { ForgettingRows } from './forgetting-rows.ts'
import { ForgottenStretches } from './forgotten-stretches.ts'
import { IncidentRows } from './incident-rows.ts'
import { LedgerRows } from './ledger-rows.ts'
import { isCheckedAtOpening, openForWriting } from './open-database.ts'
import { type Finality, rebuildTickCandles, rebuildTimeCandles } from './rebuild-candles.ts'
import type { Forgetting } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import { SealedHours } from './sealed-hours.ts'
import { storageFailure } from './sqlite-failure.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { findInstrument, upsertInstrument } from './stored-instruments.ts'
import { StoredTrades } from './stored-trades.ts'
import type { TapeFinding } from './tape-finding.ts'
import { TradeColumns } from './trade-columns.ts'
import { TradeRows } from './trade-rows.ts'
import type {
  BatchOutcome,
  InstrumentRegistration,
  RunStart,
  WriterSetup,
  WriterWork
} from './writer-messages.ts'

/** Rows deleted in one transaction: a few milliseconds, so that no batch waits. */
const rowsPerClearing = 2_000
/** SQLite's own limit. */
const mostPages = 4_294_967_294
/** What became of one step of work. */
export type WorkDone = {
  /** Null for registrations, and when it was done at an earlier sending. */
  readonly outcome: BatchOutcome | null
  /** What a batch asked to rebuild, in its order. Made when read, which must be before the next work. */
  readonly rebuilt: Iterable<RebuildResult>
}

type Batch = Extract<WriterWork, { kind: 'batch' }>
type Incidents = Extract<WriterWork, { kind: 'incidents' }>
type Registration = Extract<WriterWork, { kind: 'register' }>
type Rebuilt = Pick<RebuildResult, 'request' | 'candles' | 'volumes'>

type LastRun = {
  readonly id: number
  readonly stopped_ms: number | null
  readonly last_arrival: number
  readonly last_seen_ms: number | null
}

type Registered = { readonly stored: StoredInstrument; readonly graceMs: number }

/** The one writer of a market database; lives in the writer thread, and in tests. */
export class WriterDatabase {
  readonly #database: Database.Database
  readonly #setup: WriterSetup
  readonly #trades: TradeRows
  readonly #candles: CandleRows
  readonly #ledger: LedgerRows
  readonly #incidents: IncidentRows
  readonly #stored: StoredTrades
  readonly #sealed: SealedHours
  readonly #forgetting: ForgettingRows
  readonly #damaged: DamageRows
  readonly #forgotten: ForgottenStretches
  readonly #audits: AuditRows
  readonly #mark: Database.Statement<[number, number, number | null, number]>
  readonly #registered: Registered[] = []
  readonly #rowOf: number[] = []
  readonly #run: RunStart
  /** By message. */
  readonly #damage = new Map<string, RecordingError>()
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
    this.#stored = new StoredTrades(this.#database)
    this.#trades = new TradeRows(this.#database, this.#stored.cold)
    this.#sealed = new SealedHours(this.#database)
    this.#forgetting = new ForgettingRows(this.#database)
    this.#forgotten = new ForgottenStretches(this.#database)
    this.#candles = new CandleRows(this.#database)
    this.#audits = new AuditRows(this.#database, this.#candles)
    this.#ledger = new LedgerRows(this.#database)
    this.#incidents = new IncidentRows(this.#database)
    this.#damaged = new DamageRows(this.#database, this.#ledger)
    this.#mark = this.#database.prepare(
      `UPDATE run SET last_batch = ?, last_arrival = ?, last_seen_ms = ifnull(?, last_seen_ms)
       WHERE id = ?`
    )
    if (setup.isWhole === true) this.#guarded(() => this.#database.exec('BEGIN IMMEDIATE'))
    const begun = setup.run === null ? this.#beginRun() : this.#continueRun(setup.run)
    this.#run = begun.start
    this.#lastWork = begun.lastWork
    this.#lastArrival = begun.start.nextArrival - 1
    for (const registration of setup.registered) this.#recall(registration)
  }

  /** How this run began. */
  get run(): RunStart {
    return this.#run
  }

  /**
   * Does the next step of work in one transaction. Of a step done before, rebuilds alone are done again:
   * their answers were lost, and they change nothing.
   *
   * @param onRebuild Called before each rebuild, any of which may take long.
   * @throws StorageError with nothing of the step stored.
   */
  apply(work: WriterWork, onRebuild: () => void = noop): WorkDone {
    const due = this.#lastWork + 1
    invariant(work.sequence <= due, `expected work ${due}, received ${work.sequence}`)
    switch (work.kind) {
      case 'register':
        return this.#register(work)
      case 'batch':
        return this.#applyBatch(work, onRebuild)
      case 'incidents':
        return this.#putIncidents(work)
    }
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

  /**
   * Lets a file take the place of the rows that it holds, in one transaction; they are deleted later.
   *
   * @throws StorageError with nothing changed.
   */
  seal(sealed: SealedHour, nowMs: number): void {
    this.#inTransaction(() => {
      this.#sealed.seal(sealed, nowMs)
    })
    this.#trades.forgetSealed()
  }

  /**
   * Deletes some of the rows that lie in files, and files whose trades lie in others.
   *
   * @returns Whether any rows are left.
   * @throws StorageError
   */
  clearSealed(nowMs: number): boolean {
    return this.#inTransaction(() => {
      this.#sealed.dropReplaced(nowMs)
      return this.#sealed.clear(rowsPerClearing)
    })
  }

  /**
   * Deletes some of what retention lets go, and tells that it did, in one transaction.
   *
   * @returns Whether any of it is left.
   * @throws StorageError with nothing changed.
   */
  forget(step: Forgetting, nowMs: number): boolean {
    const isLeft = this.#inTransaction(() => this.#forgetting.forget(step, nowMs))
    if (step.kind === 'hour') this.#trades.forgetSealed()
    return isLeft
  }

  /**
   * Notes in the ledger what a look at a file of trades found, in one transaction.
   *
   * @returns Whether anything changed.
   * @throws StorageError with nothing changed.
   */
  noteTape(finding: TapeFinding, nowMs: number): boolean {
    const moment = { nextArrival: this.#lastArrival + 1, runNowMs: nowMs }
    return this.#inTransaction(() => this.#damaged.note(finding, moment))
  }

  /**
   * Keeps what an audit found, and mends candles where it is told to, in one transaction.
   *
   * @returns How many were mended.
   * @throws StorageError with nothing changed.
   */
  putAudit(record: AuditRecord): number {
    return this.#inTransaction(() => this.#audits.put(record))
  }

  /** Files of trades that could not be read since this was last asked. */
  takeDamage(): readonly RecordingError[] {
    this.#noteDamage()
    const damage = [...this.#damage.values()]
    this.#damage.clear()
    return damage
  }

  /** Lets the database grow to so many pages and no further; null: as far as SQLite goes. */
  limitPages(pages: number | null): void {
    this.#database.pragma(`max_page_count = ${pages ?? mostPages}`)
  }

  /**
   * Keeps all that was done since the opening, of a writer whose work is one transaction; closing it
   * without takes everything back. It was no run of the engine: the run before stays the last one, as it
   * ended, and arrivals count on from here.
   *
   * @throws StorageError with nothing of it kept.
   */
  commitWhole(): void {
    invariant(this.#setup.isWhole === true, 'expected a writer whose work is one transaction')
    const { run } = this.#run
    this.#guarded(() => {
      const before = this.#database
        .prepare('UPDATE run SET last_arrival = ? WHERE id = ?')
        .run(this.#lastArrival, run - 1)
      if (before.changes === 1) this.#database.prepare('DELETE FROM run WHERE id = ?').run(run)
      else
        this.#database
          .prepare('UPDATE run SET stopped_ms = started_ms, last_seen_ms = NULL WHERE id = ?')
          .run(run)
      this.#database.exec('COMMIT')
    })
  }

  /**
   * Closes the file, its log folded in.
   *
   * @param stoppedMs Null when the run did not end in order.
   */
  close(stoppedMs: number | null): void {
    if (!this.#database.open) return
    this.#stored.cold.close()
    if (stoppedMs !== null)
      this.#database
        .prepare('UPDATE run SET stopped_ms = ? WHERE id = ?')
        .run(stoppedMs, this.#run.run)
    this.#database.close()
  }

  /** Gives instruments their numbers, in order after those registered before. */
  #register({ sequence, instruments }: Registration): WorkDone {
    const lastWork = Math.max(this.#lastWork, sequence)
    const registered = this.#inTransaction(() => {
      this.#mark.run(lastWork, this.#lastArrival, null, this.#run.run)
      return instruments.map((registration) => ({
        stored: upsertInstrument(this.#database, registration),
        graceMs: registration.graceMs
      }))
    })
    this.#lastWork = lastWork
    for (const each of registered) this.#remember(each)
    return { outcome: null, rebuilt: [] }
  }

  #putIncidents({ sequence, changes }: Incidents): WorkDone {
    const lastWork = Math.max(this.#lastWork, sequence)
    this.#inTransaction(() => {
      this.#mark.run(lastWork, this.#lastArrival, null, this.#run.run)
      this.#incidents.apply(changes)
    })
    this.#lastWork = lastWork
    return { outcome: null, rebuilt: [] }
  }

  #recall({ instrument, graceMs }: InstrumentRegistration): void {
    const stored = findInstrument(this.#database, instrument.id)
    invariant(stored !== null, `expected a stored instrument: ${instrument.id}`)
    this.#remember({ stored, graceMs })
  }

  #remember(registered: Registered): void {
    this.#rowOf.push(registered.stored.row)
    this.#registered.push(registered)
  }

  #applyBatch(work: Batch, onRebuild: () => void): WorkDone {
    const isRepeat = work.sequence <= this.#lastWork
    const trades = new TradeColumns(work.trades)
    const lastWork = Math.max(this.#lastWork, work.sequence)
    const lastArrival = Math.max(this.#lastArrival, isRepeat ? -1 : trades.lastArrival())
    const { outcome, rebuilt } = this.#inTransaction(() => {
      this.#mark.run(lastWork, lastArrival, work.runNowMs || null, this.#run.run)
      return {
        outcome: isRepeat ? null : this.#commit(work, trades, lastArrival + 1),
        rebuilt: work.rebuilds.map((request) => {
          onRebuild()
          return this.#rebuild(request, work.runNowMs)
        })
      }
    })
    this.#lastWork = lastWork
    this.#lastArrival = lastArrival
    return { outcome, rebuilt: this.#answers(rebuilt) }
  }

  #commit(work: Batch, trades: TradeColumns, nextArrival: number): BatchOutcome {
    const { duplicates, conflicts } = this.#trades.insert(trades, this.#rowOf)
    this.#candles.putAll(work.candles, this.#rowOf)
    const { ledger, runNowMs } = work
    this.#ledger.putAll(ledger, this.#rowOf, { nextArrival, runNowMs })
    return {
      trades: trades.length - duplicates,
      duplicates,
      conflicts,
      candles: work.candles.length
    }
  }

  /** Of trades that cannot be read or were deleted, no candles are built: the stored ones knew them. */
  #rebuild(request: RebuildRequest, runNowMs: number): Rebuilt {
    const { stored: of, graceMs } = this.#registeredAs(request.instrument)
    if (this.#isForgotten(request, of)) return { request, candles: [], volumes: [] }
    this.#noteDamage()
    const cells = this.#build(request, of, { runNowMs, graceMs })
    if (this.#noteDamage()) return { request, candles: [], volumes: [] }
    const candles = cells.map((cell) => this.#revise(of, candleOf(cell)))
    return { request, candles, volumes: request.kind === 'time' ? cells.map(volumesOf) : [] }
  }

  #build(request: RebuildRequest, of: StoredInstrument, finality: Finality): CandleCell[] {
    if (request.kind === 'time') return rebuildTimeCandles(this.#stored, of, request, finality)
    const day = dayRuleOf(of)(request.dayMs)
    return rebuildTickCandles(this.#stored, of, { request, day, finality })
  }

  #isForgotten(request: RebuildRequest, of: StoredInstrument): boolean {
    const range = request.kind === 'time' ? request : dayRuleOf(of)(request.dayMs)
    return this.#forgotten.trades(of, range).length > 0
  }

  #noteDamage(): boolean {
    const damage = this.#stored.cold.takeDamage()
    for (const error of damage) this.#damage.set(error.message, error)
    return damage.length > 0
  }

  /** The trades of a day are read one answer at a time: those of all together may be large. */
  *#answers(rebuilt: readonly Rebuilt[]): Generator<RebuildResult> {
    const beforeArrival = this.#lastArrival + 1
    for (const each of rebuilt) yield { ...each, beforeArrival, day: this.#dayOf(each.request) }
  }

  #dayOf(request: RebuildRequest): StoredDay | null {
    if (request.kind === 'time') return null
    const { stored: of } = this.#registeredAs(request.instrument)
    const day = dayRuleOf(of)(request.dayMs)
    return this.#stored.day(of, day, tickTailTrades(this.#setup.tickSizes))
  }

  #registeredAs(id: InstrumentId): Registered {
    const registered = this.#registered.find(({ stored }) => stored.id === id)
    invariant(registered !== undefined, `expected a registered instrument: ${id}`)
    return registered
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
      .prepare<unknown[], LastRun>(
        'SELECT id, stopped_ms, last_arrival, last_seen_ms FROM run ORDER BY id DESC LIMIT 1'
      )
      .get()
    const lastArrival = last?.last_arrival ?? -1
    const lastSeenMs = last?.last_seen_ms ?? null
    const run = (last?.id ?? 0) + 1
    this.#inTransaction(() =>
      this.#database
        .prepare('INSERT INTO run (id, started_ms, last_batch, last_arrival) VALUES (?, ?, 0, ?)')
        .run(run, this.#setup.startedMs, lastArrival)
    )
    const isUncleanStart = last?.stopped_ms === null
    const integrity = this.#integrity()
    return {
      start: { run, isUncleanStart, lastSeenMs, integrity, nextArrival: lastArrival + 1 },
      lastWork: 0
    }
  }

  #continueRun(run: number): { readonly start: RunStart; readonly lastWork: number } {
    const row = this.#database
      .prepare<[number], { last_batch: number; last_arrival: number }>(
        'SELECT last_batch, last_arrival FROM run WHERE id = ?'
      )
      .get(run)
    invariant(row !== undefined, `expected run ${run} in ${this.#setup.file}`)
    const integrity = this.#integrity()
    const nextArrival = row.last_arrival + 1
    const start = { run, isUncleanStart: false, lastSeenMs: null, integrity, nextArrival }
    return { start, lastWork: row.last_batch }
  }

  /** What damages a small file ends the opening. */
  #integrity(): RunStart['integrity'] {
    return isCheckedAtOpening(this.#setup.file) ? 'ok' : 'not-checked'
  }

  #inTransaction<Result>(work: () => Result): Result {
    return this.#guarded(() => this.#database.transaction(work).immediate())
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (thrown) {
      throw storageFailure(thrown, this.#setup.file)
    }
  }
}

function noop(): void {
  return
}
