/**
 * The market store as the rest of the engine sees it: one writer, many readers, each behind a thread.
 * Times are epoch ms.
 */
import type { Incident } from '../../contracts/incident.ts'
import type { StructureRow } from '../../contracts/state-rows.ts'
import type { CandleQuery, Query, TradeRecord } from '../../contracts/state-stream.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import type { RebuildRequest, RebuildResult } from '../../core/market/rebuild.ts'
import type { RowSink } from '../../core/pipeline/rows.ts'
import type { InstrumentSeed } from '../../core/pipeline/seed.ts'
import type { Coverage } from '../../core/market/ledger/coverage.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { LedgerChanges } from '../../core/market/ledger/ledger-changes.ts'
import type { AuditRecord } from './audit-record.ts'
import type { TapeMark } from './tape-mark.ts'
import type { Forgetting } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import type { TapeFinding } from './tape-finding.ts'
import type { StorageError } from './storage-error.ts'
import type { BatchOutcome, InstrumentRegistration, RunStart } from './writer-messages.ts'

export { tapeMarkOf, type TapeMark } from './tape-mark.ts'
export type { StoreMode } from './open-database.ts'
export type { BatchOutcome, InstrumentRegistration, RunStart } from './writer-messages.ts'

/**
 * What a pipeline hands over each time a batch is sealed; a Pipeline is one. Ledger changes are stored,
 * and rebuilds carried out, in the transaction of the rows and candles they are taken with.
 */
export interface ChangeSource {
  takeChangedCandles(): readonly Candle[]
  takeRebuilds(): readonly RebuildRequest[]
  /** Each change once; a gap that is told again replaces what was told of it. */
  takeLedgerChanges(): LedgerChanges
  runNowMs(): number
}

/** A batch on disk, durable. */
export type CommittedBatch = {
  readonly sequence: number
  /** Null when an earlier sending was committed and its acknowledgement lost. */
  readonly outcome: BatchOutcome | null
  /** From the first row's arrival in the queue to the acknowledgement, ms. */
  readonly lagMs: number
}

/** What the writer tells without being asked. None of these may throw. */
export type WriterEvents = {
  readonly onCommitted?: (batch: CommittedBatch) => void
  /** A rebuild asked for by the pipeline is stored; the pipeline adopts it. Told once each, before `onCommitted`. */
  readonly onRebuilt?: (result: RebuildResult) => void
  /** `high`: stop reading from sockets, the queue is at its bound. `normal`: go on. */
  readonly onPressure?: (pressure: 'high' | 'normal') => void
  /** Storing fails and is tried again, told on change; null when it works again. */
  readonly onTrouble?: (error: StorageError | null) => void
  /** Its thread ended for this reason and is started again; nothing is lost by it. */
  readonly onRestart?: (error: StorageError) => void
  /** A file of trades could not be read; they were left out, and no candle was built without them. */
  readonly onDamaged?: (error: StorageError) => void
  /** The writer gave up: nothing more will be stored. */
  readonly onFailed?: (error: StorageError) => void
}

/** How the writer is doing. */
export type WriterFigures = {
  /** Trades not yet committed. */
  readonly queuedRows: number
  /** Age of the oldest uncommitted row, ms; 0 when there is none. */
  readonly storeLagMs: number
  readonly committedTrades: number
  readonly committedCandles: number
  /** Ids that were stored before. */
  readonly duplicateTrades: number
  /** Duplicates that told something else than the stored row; the first is kept. */
  readonly conflictingTrades: number
  /** Dropped because the queue stood at four times its bound. */
  readonly droppedTrades: number
  readonly databaseBytes: number
  /** How often the thread had to be started again. */
  readonly restarts: number
}

/**
 * Writes everything, in batches, acknowledged after commit. What is not acknowledged is kept and sent
 * again when the thread fails. Rows are taken in without waiting: a row costs well below a microsecond.
 */
export interface StoreWriter extends RowSink {
  readonly run: RunStart
  /**
   * Makes instruments known; must be called before their first row. Known ones are left as they are.
   * Resolves when they are stored. @throws StorageError when the writer gave up.
   */
  registerInstruments(instruments: readonly InstrumentRegistration[]): Promise<void>
  /** Names the pipeline whose changes go into each batch; replaces the one before. */
  follow(source: ChangeSource): void
  /** Adds candles from elsewhere, such as a venue's own, to the next batch. */
  putCandles(candles: readonly Candle[]): void
  /** Puts a mark on the tape, behind the rows handed in before it. */
  putMark(mark: TapeMark): void
  /** Stores a new or changed incident with what is written next; only the latest is kept until then. */
  putIncident(incident: Incident): void
  /** Forgets an incident that is a part of another one. */
  dropIncident(id: string): void
  /** Lets the database grow to so many pages and no further, for runs of faults; null: as far as it will. */
  limitPages(pages: number | null): void
  /**
   * Lets a file take the place of the rows that it holds, in one transaction; `clearSealed` deletes them.
   * One of the two is asked at a time. @throws StorageError with nothing changed.
   */
  seal(sealed: SealedHour, nowMs: number): Promise<void>
  /** Deletes some of the rows that lie in files; says whether any are left. @throws StorageError */
  clearSealed(nowMs: number): Promise<boolean>
  /**
   * Deletes some of what retention lets go, in a transaction of some milliseconds; says whether any of it
   * is left. Asked one at a time. @throws StorageError with nothing changed.
   */
  forget(step: Forgetting, nowMs: number): Promise<boolean>
  /**
   * Notes in the ledger which trades cannot be read because their file is damaged, or that they can again;
   * says whether anything changed. @throws StorageError with nothing changed.
   */
  noteTape(finding: TapeFinding, nowMs: number): Promise<boolean>
  /**
   * Keeps what an audit found, and mends candles where the record says so, as revisions; says how many.
   * Asked one at a time. @throws StorageError with nothing changed.
   */
  putAudit(record: AuditRecord): Promise<number>
  /** Resolves when all that was handed in so far is committed. @throws StorageError when the writer gave up. */
  flush(): Promise<void>
  figures(): WriterFigures
  /** What waits to be written, and its bounds. */
  structures(): readonly StructureRow[]
  /**
   * Flushes, marks the run as stopped in order, and ends the thread; never longer than `deadlineMs`,
   * and then without the mark.
   */
  close(options: { readonly stoppedMs: number; readonly deadlineMs?: number }): Promise<void>
}

/** Stored candles, oldest first. */
export type StoredCandles = {
  readonly candles: readonly Candle[]
  /** False when older ones of the range were left out. */
  readonly complete: boolean
}

export type TradesQuery = Extract<Query, { name: 'trades' }>

/** Some trades of an instrument by their ids, which are looked for around a stretch of venue time. */
export type TradesByIdQuery = {
  readonly instrument: InstrumentId
  /** Without repeats, in any order. */
  readonly ids: readonly (number | string)[]
  /** Null: as `toMs`. */
  readonly fromMs: number | null
  readonly toMs: number
}

/** Gaps that touch [fromMs, toMs), the newest `limit` of them; null: all instruments, unbounded. */
export type GapsQuery = Omit<Extract<Query, { name: 'gaps' }>, 'name'> & {
  /** Only those that are not settled, of all instruments. */
  readonly isOpen?: true
}

/** Outages that touch [fromMs, toMs), the newest `limit` of them; null: all venues, unbounded. */
export type IncidentsQuery = Omit<Extract<Query, { name: 'incidents' }>, 'name'>

/** Times as in a query; null: unbounded. */
export type LedgerQuery = {
  readonly instrument: string
  readonly fromMs: number | null
  readonly toMs: number | null
}

/**
 * What is stored of an instrument's ledger over a range, each oldest first: what touches it, and the
 * stretches beside it that say what the time around them is: the next one after it, and the newest
 * before it where none touches. Of very many gaps the newest, and stretches from there on.
 */
export type StoredLedger = {
  readonly coverage: readonly Coverage[]
  readonly gaps: readonly Gap[]
}

/** How big the store is. */
export type StoreFigures = {
  readonly databaseBytes: number
  readonly instruments: number
  readonly runs: number
}

/** Where one instrument stood when the store last heard of it. */
export type StoredSeed = {
  readonly instrument: InstrumentId
  readonly seed: InstrumentSeed | null
}

/**
 * Answers queries, one at a time and in order, without holding up the writer. Unknown instruments and
 * intervals have no rows. Rejects with StorageError; with the signal's reason when aborted.
 */
export interface StoreReader {
  /**
   * The newest `limit` candles with openMs in range; intervals not stored are derived from finer ones.
   * States are the ledger's.
   */
  candles(query: CandleQuery, signal?: AbortSignal): Promise<StoredCandles>
  trades(query: TradesQuery, signal?: AbortSignal): Promise<readonly TradeRecord[]>
  /**
   * Those of the ids that are stored, in no order; flagged trades are left out. Looked for from the hour
   * after the stretch down to the newest trades before it: an id that is stored elsewhere is not found.
   */
  tradesById(query: TradesByIdQuery, signal?: AbortSignal): Promise<readonly Trade[]>
  /** By their end, oldest first. */
  gaps(query: GapsQuery, signal?: AbortSignal): Promise<readonly Gap[]>
  /** By their beginning, oldest first; those of all venues are of each one. */
  incidents(query: IncidentsQuery, signal?: AbortSignal): Promise<readonly Incident[]>
  ledger(query: LedgerQuery, signal?: AbortSignal): Promise<StoredLedger>
  /** What a pipeline needs to go on counting, in the order asked for. */
  seed(
    instruments: readonly InstrumentId[],
    intervals: readonly Interval[],
    nowMs: number
  ): Promise<readonly StoredSeed[]>
  figures(): Promise<StoreFigures>
  close(): Promise<void>
}
