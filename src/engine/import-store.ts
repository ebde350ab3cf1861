import { existsSync, rmSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Trade } from '../core/market/event.ts'
import type { Candle } from '../core/market/candle.ts'
import type { IntervalSpec } from '../core/market/interval.ts'
import { Pipeline } from '../core/pipeline/pipeline.ts'
import { packCandles } from './storage/candle-block.ts'
import { dayRuleOf } from './storage/day-rule.ts'
import { lockFolder, type FolderLock } from './storage/folder-lock.ts'
import { LedgerBacklog } from './storage/ledger-backlog.ts'
import { ReaderDatabase } from './storage/reader-database.ts'
import type { InstrumentRegistration, StoreMode } from './storage/store.ts'
import { WriteQueue } from './storage/write-queue.ts'
import { WriterDatabase } from './storage/writer-database.ts'

/** How often candles are finalised, ms of the tape. */
const stepMs = 1_000
const tradesPerBatch = 10_000
const candlesPerBatch = 20_000
/** Rebuilds can call for more rebuilds. */
const mostSettlings = 16

/** What an import writes into. */
export type ImportTarget = {
  readonly folder: string
  readonly mode: StoreMode
  readonly registration: InstrumentRegistration
  readonly intervals: readonly IntervalSpec[]
  /** Wall clock, epoch ms. */
  readonly nowMs: number
}

/**
 * The market database as an import fills it: the pipeline and the writer of a live run, in one
 * transaction. Whatever ends it before `commit`, a crash too, leaves the database as it was.
 *
 * Bounds: a batch of rows; the rest lies in SQLite's log until it is committed.
 */
export class ImportStore {
  readonly #target: ImportTarget
  readonly #lock: FolderLock
  readonly #made: { readonly folder: boolean; readonly file: boolean }
  readonly #writer: WriterDatabase
  readonly #pipeline: Pipeline
  readonly #queue = new WriteQueue()
  readonly #ledger = new LedgerBacklog(() => 0)
  #candles: Candle[] = []
  #steppedMs = 0
  #isCommitted = false
  #isClosed = false

  private constructor(of: {
    readonly target: ImportTarget
    readonly lock: FolderLock
    readonly made: { readonly folder: boolean; readonly file: boolean }
    readonly writer: WriterDatabase
  }) {
    this.#target = of.target
    this.#lock = of.lock
    this.#made = of.made
    this.#writer = of.writer
    this.#pipeline = new Pipeline({
      clock: 'tape',
      intervals: of.target.intervals,
      rows: {
        trade: (trade, arrival) => {
          this.#queue.append(0, trade, arrival, false)
        },
        flaggedTrade: (trade, arrival) => {
          this.#queue.append(0, trade, arrival, true)
        }
      },
      firstArrival: of.writer.run.nextArrival
    })
  }

  /** Opens the database for it, made anew when missing. @throws StorageError */
  static open(target: ImportTarget): ImportStore {
    const { folder, mode, intervals, nowMs } = target
    const file = join(folder, 'tapedeck.db')
    const made = { folder: !existsSync(folder), file: !existsSync(file) }
    const lock = lockFolder(folder)
    try {
      const writer = new WriterDatabase({
        file,
        mode,
        startedMs: nowMs,
        run: null,
        registered: [],
        tickSizes: intervals.flatMap((spec) => (spec.kind === 'tick' ? spec.tradesPerCandle : [])),
        isWhole: true
      })
      const store = new ImportStore({ target, lock, made, writer })
      try {
        store.#begin(file)
        return store
      } catch (error) {
        store.close()
        throw error
      }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Takes a trade as from a live feed. @returns Whether it is new. @throws StorageError */
  take(trade: Trade): boolean {
    const applied = this.#pipeline.apply(trade, 0)
    if (this.#pipeline.runNowMs() - this.#steppedMs >= stepMs) this.#step()
    if (this.#queue.fillingRows >= tradesPerBatch || this.#candles.length >= candlesPerBatch)
      this.#write()
    return applied === 'stored'
  }

  /**
   * Ends the tape: nothing more is expected of it, so that what lies behind the wall clock is final.
   *
   * @throws StorageError
   */
  finish(): void {
    const { registration, nowMs } = this.#target
    this.#pipeline.apply(
      { kind: 'heartbeat', instrument: null, eventMs: nowMs, receivedMs: nowMs, lastTradeId: null },
      0
    )
    for (let settling = 0; settling < mostSettlings; settling += 1) {
      this.#step()
      if (!this.#write()) break
    }
    this.#pipeline.removeInstrument(registration.instrument.id)
    this.#write()
  }

  /** Keeps all of it. @throws StorageError with nothing of it kept. */
  commit(): void {
    this.#writer.commitWhole()
    this.#isCommitted = true
  }

  /** Closes the database, as it was where nothing was committed, and lets the folder go; harmless when called twice. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#writer.close(null)
    if (!this.#isCommitted && this.#made.file) removeFiles(this.#target.folder)
    this.#lock.release()
    if (!this.#isCommitted && this.#made.folder) removeFolder(this.#target.folder)
  }

  #begin(file: string): void {
    const { registration, intervals } = this.#target
    const { instrument, tradeIds, graceMs, session } = registration
    this.#queue.register([registration], 0)
    this.#drain()
    const reader = new ReaderDatabase(file)
    try {
      const names = intervals.map(({ interval }) => interval)
      const [stored] = reader.seed([instrument.id], names, 0)
      const dayOf = dayRuleOf({ calendar: instrument.calendar, session })
      this.#pipeline.addInstrument(instrument, {
        tradeIds,
        graceMs,
        dayOf,
        seed: stored?.seed ?? null
      })
    } finally {
      reader.close()
    }
  }

  #step(): void {
    this.#pipeline.advance(0)
    this.#steppedMs = this.#pipeline.runNowMs()
    for (const candle of this.#pipeline.takeChangedCandles()) this.#candles.push(candle)
  }

  /** @returns Whether candles were rebuilt, so that more may have changed. */
  #write(): boolean {
    for (const candle of this.#pipeline.takeChangedCandles()) this.#candles.push(candle)
    this.#ledger.add(this.#pipeline.takeLedgerChanges(), 0)
    this.#queue.seal({
      candles: packCandles(this.#candles, () => 0),
      ledger: this.#ledger.take(),
      rebuilds: this.#pipeline.takeRebuilds(),
      runNowMs: this.#pipeline.runNowMs(),
      nowMs: 0
    })
    this.#candles = []
    return this.#drain()
  }

  #drain(): boolean {
    let hasRebuilt = false
    for (let work = this.#queue.next(1); work !== null; work = this.#queue.next(1)) {
      for (const result of this.#writer.apply(work).rebuilt) {
        hasRebuilt = true
        this.#pipeline.adopt(result)
      }
      this.#queue.acknowledge(work.sequence)
    }
    return hasRebuilt
  }
}

/** A database that was made for nothing. */
function removeFiles(folder: string): void {
  for (const ending of ['', '-wal', '-shm'])
    rmSync(join(folder, `tapedeck.db${ending}`), { force: true })
}

/** A folder that was made for nothing; what somebody else put there meanwhile keeps it. */
function removeFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    return
  }
}
