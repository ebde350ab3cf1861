import { join } from 'node:path'
import type { Instrument } from '../core/market/instrument.ts'
import type { IntervalSpec } from '../core/market/interval.ts'
import { Pipeline } from '../core/pipeline/pipeline.ts'
import type { Venue } from '../venues/venue.ts'
import { ReplayError } from './replay/replay-error.ts'
import { ReplayRun, type ReplayParts } from './replay/replay-run.ts'
import { dayRuleOf } from './storage/day-rule.ts'
import { lockFolder, type FolderLock } from './storage/folder-lock.ts'
import { openReader } from './storage/open-reader.ts'
import { openWriter } from './storage/open-writer.ts'
import type { StorageError } from './storage/storage-error.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'
import type { ThreadFiles } from './thread-files.ts'

const closeMs = 10_000
/** Rows that may wait for the disk: two batches. A replay can wait, so its memory stays small. */
const queueRows = 40_000

/** The database that a replay fills: its folder, its threads and the pipeline before them. */
export class ReplayStore {
  readonly #intervals: readonly IntervalSpec[]
  readonly #lock: FolderLock
  readonly #writer: StoreWriter
  readonly #reader: StoreReader
  readonly #told: { run: ReplayRun | null }

  private constructor(parts: {
    readonly intervals: readonly IntervalSpec[]
    readonly lock: FolderLock
    readonly writer: StoreWriter
    readonly reader: StoreReader
    readonly told: { run: ReplayRun | null }
  }) {
    this.#intervals = parts.intervals
    this.#lock = parts.lock
    this.#writer = parts.writer
    this.#reader = parts.reader
    this.#told = parts.told
  }

  /**
   * Opens a database of replayed data, made anew when missing.
   *
   * @throws StorageError where the folder holds other data, or belongs to a running engine; it is then
   *   as it was.
   */
  static async open(of: {
    readonly folder: string
    readonly intervals: readonly IntervalSpec[]
    readonly threads: ThreadFiles
  }): Promise<ReplayStore> {
    const { folder, intervals, threads } = of
    const file = join(folder, 'tapedeck.db')
    const lock = lockFolder(folder)
    const told: { run: ReplayRun | null } = { run: null }
    try {
      const writer = await openWriter({
        file,
        mode: 'replay',
        threadUrl: threads.writer,
        startedMs: Date.now(),
        queueRows,
        tickSizes: intervals.flatMap((spec) =>
          spec.kind === 'tick' ? [spec.tradesPerCandle] : []
        ),
        events: {
          onRebuilt: (result) => told.run?.rebuilt(result),
          onPressure: (pressure) => {
            if (pressure === 'high') told.run?.pressed()
          },
          onTrouble: (error) => complain(error)
        }
      })
      const reader = await openReader({ file, threadUrl: threads.reader }).catch(
        async (error: unknown) => {
          await close(writer)
          throw error
        }
      )
      return new ReplayStore({ intervals, lock, writer, reader, told })
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** Makes the run whose rows this store takes; one for each store. */
  createRun(parts: Omit<ReplayParts, 'pipeline' | 'writer' | 'prepare'>): ReplayRun {
    const writer = this.#writer
    const pipeline = new Pipeline({
      clock: 'tape',
      intervals: this.#intervals,
      rows: writer,
      firstArrival: writer.run.nextArrival
    })
    const run = new ReplayRun({
      ...parts,
      pipeline,
      writer,
      prepare: (instrument, atMs) => this.#prepare(pipeline, parts.venue, { instrument, atMs })
    })
    writer.follow(run)
    this.#told.run = run
    return run
  }

  /** Commits what is left and lets the folder go. */
  async close(): Promise<void> {
    await close(this.#writer)
    await this.#reader.close()
    this.#lock.release()
  }

  async #prepare(
    pipeline: Pipeline,
    { tradeIds, graceMs, name }: Venue,
    { instrument, atMs }: { readonly instrument: Instrument; readonly atMs: number }
  ): Promise<void> {
    const { id, calendar } = instrument
    const session = calendar === null ? null : 'regular'
    await this.#writer.registerInstruments([{ instrument, tradeIds, graceMs, session }])
    const intervals = this.#intervals.map(({ interval }) => interval)
    const [stored] = await this.#reader.seed([id], intervals, atMs)
    const seed = stored?.seed ?? null
    if (seed !== null && tradeIds === 'none')
      throw new ReplayError(
        'replay-already-stored',
        `--data-dir: it holds trades of ${id} already, and ${name} does not number them, so repeats could not be told; use another folder`
      )
    pipeline.addInstrument(instrument, {
      tradeIds,
      graceMs,
      dayOf: dayRuleOf({ calendar, session }),
      seed
    })
  }
}

function close(writer: StoreWriter): Promise<void> {
  return writer.close({ stoppedMs: Date.now(), deadlineMs: closeMs })
}

function complain(error: StorageError | null): void {
  if (error !== null) process.stderr.write(`tapedeck: storing is tried again: ${error.message}\n`)
}
