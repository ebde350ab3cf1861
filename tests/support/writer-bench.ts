import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Candle } from '../../src/core/market/candle.ts'
import type { Trade } from '../../src/core/market/event.ts'
import type { RebuildRequest } from '../../src/core/market/rebuild.ts'
import { packCandles } from '../../src/engine/storage/candle-block.ts'
import type { IncidentChanges } from '../../src/engine/storage/incident-rows.ts'
import { LedgerBacklog } from '../../src/engine/storage/ledger-backlog.ts'
import type { TapeMark } from '../../src/engine/storage/tape-mark.ts'
import type { Coverage, GrownCoverage } from '../../src/core/market/ledger/coverage.ts'
import type { LedgerChanges } from '../../src/core/market/ledger/ledger-changes.ts'
import type { InstrumentRegistration } from '../../src/engine/storage/store.ts'
import { TradeColumns } from '../../src/engine/storage/trade-columns.ts'
import type { WorkDone } from '../../src/engine/storage/writer-database.ts'
import { WriterDatabase } from '../../src/engine/storage/writer-database.ts'
import type { WriterSetup, WriterWork } from '../../src/engine/storage/writer-messages.ts'
import { scratchFolder } from './scratch-folder.ts'

type WriterBatch = Extract<WriterWork, { kind: 'batch' }>

type LedgerContent = Partial<Omit<LedgerChanges, 'coverage'>> & {
  /** Without an id where a test is not about it. */
  readonly coverage?: readonly (Coverage | GrownCoverage)[]
}

export type BatchContent = {
  readonly trades?: readonly Trade[]
  readonly flagged?: readonly Trade[]
  readonly candles?: readonly Candle[]
  readonly ledger?: LedgerContent
  readonly marks?: readonly TapeMark[]
  readonly rebuilds?: readonly RebuildRequest[]
  readonly runNowMs?: number
}

/** A writer without its thread, on a file that is gone when the test ends. */
export class WriterBench {
  readonly setup: WriterSetup
  readonly registrations: readonly InstrumentRegistration[]
  #database: WriterDatabase
  #sequence = 0
  #arrival: number

  constructor(setup: WriterSetup, registrations: readonly InstrumentRegistration[]) {
    this.setup = setup
    this.registrations = registrations
    this.#database = this.#begin()
    this.#arrival = this.#database.run.nextArrival
    onTestFinished(() => {
      this.#database.close(null)
    })
  }

  get database(): WriterDatabase {
    return this.#database
  }

  get nextArrival(): number {
    return this.#arrival
  }

  /** Commits trades, numbered in arrival as given, and candles. */
  commit(content: BatchContent): WorkDone {
    return this.#database.apply(this.batch(content))
  }

  /** Commits what became of incidents. */
  tell(changes: Partial<IncidentChanges>): void {
    this.#sequence += 1
    this.#database.apply({
      kind: 'incidents',
      sequence: this.#sequence,
      changes: { put: [], gone: [], ...changes }
    })
  }

  /** The next batch, not yet applied. */
  batch({ trades = [], flagged = [], candles = [], ...more }: BatchContent): WriterBatch {
    const columns = new TradeColumns()
    for (const trade of trades) this.#append(columns, trade, false)
    for (const trade of flagged) this.#append(columns, trade, true)
    this.#sequence += 1
    return {
      kind: 'batch',
      sequence: this.#sequence,
      trades: columns.block(),
      candles: packCandles(candles, (instrument) => this.#ordinalOf(instrument)),
      ledger: this.#ledgerOf(more),
      rebuilds: more.rebuilds ?? [],
      runNowMs: more.runNowMs ?? 0
    }
  }

  #ledgerOf({ ledger, marks = [] }: BatchContent): WriterBatch['ledger'] {
    const backlog = new LedgerBacklog((instrument) => this.#ordinalOf(instrument))
    const coverage = ledger?.coverage?.map((stretch) => ({ newestId: null, ...stretch })) ?? []
    backlog.add({ replaced: [], gaps: [], ...ledger, coverage }, 0)
    for (const mark of marks) backlog.addMark(mark, this.#arrival)
    return backlog.take()
  }

  /** Ends the writer without a word, as a crash of its thread does, and starts it for the same run. */
  crash(): void {
    const { run } = this.#database.run
    this.#database.close(null)
    this.#database = new WriterDatabase({
      ...this.setup,
      run,
      registered: this.registrations
    })
  }

  /** Ends the run, in order or not, and begins the next. */
  restart(stoppedMs: number | null): void {
    this.#database.close(stoppedMs)
    this.#database = this.#begin()
    this.#arrival = this.#database.run.nextArrival
  }

  /** Begins a run; to register is its first work. */
  #begin(): WriterDatabase {
    const database = new WriterDatabase(this.setup)
    this.#sequence = 1
    database.apply({ kind: 'register', sequence: 1, instruments: this.registrations })
    return database
  }

  #append(columns: TradeColumns, trade: Trade, flagged: boolean): void {
    columns.append(this.#ordinalOf(trade.instrument), trade, this.#arrival, flagged)
    this.#arrival += 1
  }

  #ordinalOf(id: string): number {
    return this.registrations.findIndex(({ instrument }) => instrument.id === id)
  }
}

/** Opens a writer on a new file for these instruments. */
export async function aWriterBench(
  registrations: readonly InstrumentRegistration[],
  setup: Partial<WriterSetup> = {}
): Promise<WriterBench> {
  const file = join(await scratchFolder(), 'tapedeck.db')
  return new WriterBench(
    {
      file,
      mode: 'live',
      startedMs: 1_790_000_000_000,
      run: null,
      registered: [],
      tickSizes: [3],
      ...setup
    },
    registrations
  )
}
