import type { Instrument } from '../../core/market/instrument.ts'
import type { RebuildRequest, RebuildResult } from '../../core/market/rebuild.ts'
import type { Session } from '../../core/market/session-calendar.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import type { AuditRecord } from './audit-record.ts'
import type { CandleBlock } from './candle-block.ts'
import type { IncidentChanges } from './incident-rows.ts'
import type { LedgerBlock } from './ledger-block.ts'
import type { StoreMode } from './open-database.ts'
import type { Forgetting } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import type { StorageErrorData } from './storage-error.ts'
import type { TapeFinding } from './tape-finding.ts'
import type { TradeBlock } from './trade-columns.ts'

/** What the writer thread is started with. */
export type WriterSetup = {
  readonly file: string
  readonly mode: StoreMode
  readonly startedMs: number
  /** Row of `run` to go on with after the thread was started again; null starts a new run. */
  readonly run: number | null
  /** Instruments whose registration this run had committed before the thread was started again, in order. */
  readonly registered: readonly InstrumentRegistration[]
  /** Sizes of all tick candles collected; they decide how much of a day a rebuild hands back. */
  readonly tickSizes: readonly number[]
  /** All that is done is one transaction, which `commitWhole` ends: see WriterDatabase. */
  readonly isWhole?: true
}

/** An instrument as the store needs to know it. */
export type InstrumentRegistration = {
  readonly instrument: Instrument
  readonly tradeIds: TradeIds
  /** Session of its calendar, by whose days tick candles count; null without a calendar. */
  readonly session: Session | null
  /** After this long past its end a candle is final. */
  readonly graceMs: number
}

/** One step of work, numbered from 1 within the run; steps are done in order, each once, in one transaction. */
export type WriterWork =
  /** Ordinals count registrations from 0, in order. */
  | {
      readonly kind: 'register'
      readonly sequence: number
      readonly instruments: readonly InstrumentRegistration[]
    }
  | {
      readonly kind: 'batch'
      readonly sequence: number
      readonly trades: TradeBlock
      readonly candles: CandleBlock
      /** Of the same moment as the trades: a gap is stored with the trade that showed it. */
      readonly ledger: LedgerBlock
      /** Carried out when all of the above is in; a crash cannot part them from the trades they follow. */
      readonly rebuilds: readonly RebuildRequest[]
      readonly runNowMs: number
    }
  | { readonly kind: 'incidents'; readonly sequence: number; readonly changes: IncidentChanges }

export type WriterRequest =
  | WriterWork
  /** The database may have so many pages and no more; null: as many as it takes. */
  | { readonly kind: 'limit'; readonly pages: number | null }
  /** A file takes the place of the rows that it holds; answered by `sealed`. */
  | { readonly kind: 'seal'; readonly sealed: SealedHour; readonly nowMs: number }
  /** Deletes some of the rows that lie in files; answered by `sealed`. */
  | { readonly kind: 'clear'; readonly nowMs: number }
  /** Deletes some of what retention lets go; answered by `forgot`. */
  | { readonly kind: 'forget'; readonly step: Forgetting; readonly nowMs: number }
  /** Notes which files of trades are damaged, or no longer are; answered by `noted`. */
  | { readonly kind: 'note'; readonly finding: TapeFinding; readonly nowMs: number }
  /** Keeps what an audit found; answered by `audited`. */
  | { readonly kind: 'audit'; readonly record: AuditRecord }
  | { readonly kind: 'close'; readonly stoppedMs: number }

/** What became of a batch. */
export type BatchOutcome = {
  readonly trades: number
  /** Rows whose id was stored before; kept as they were. */
  readonly duplicates: number
  /** Those of the duplicates that told something else than the stored row. */
  readonly conflicts: number
  readonly candles: number
}

export type WriterReply =
  | { readonly kind: 'opened'; readonly run: RunStart }
  /** A long batch goes on; sent before each of its rebuilds. */
  | { readonly kind: 'working' }
  /** Rebuild number `place` of a batch, from 0; the batch is committed, and told as such after all of them. */
  | {
      readonly kind: 'rebuilt'
      readonly sequence: number
      readonly place: number
      readonly result: RebuildResult
    }
  /** Committed, now or at an earlier sending (`outcome` null then). */
  | {
      readonly kind: 'committed'
      readonly sequence: number
      readonly outcome: BatchOutcome | null
      readonly databaseBytes: number
    }
  /** Nothing of it was stored; send it again, and all that follows. */
  | { readonly kind: 'refused'; readonly sequence: number; readonly error: StorageErrorData }
  /** `error`: nothing was changed. */
  | {
      readonly kind: 'sealed'
      /** Whether rows are left that lie in files. */
      readonly isLeft: boolean
      readonly error: StorageErrorData | null
    }
  /** Of a `note`. `error`: nothing was changed. */
  | {
      readonly kind: 'noted'
      readonly isChanged: boolean
      readonly error: StorageErrorData | null
    }
  /** Of a `forget`. `error`: nothing was changed. */
  | {
      readonly kind: 'forgot'
      /** Whether any of it is left. */
      readonly isLeft: boolean
      readonly error: StorageErrorData | null
    }
  /** Of an `audit`: how many candles were mended. `error`: nothing was changed. */
  | {
      readonly kind: 'audited'
      readonly repaired: number
      readonly error: StorageErrorData | null
    }
  /** A file of trades could not be read: its trades were left out of what was done. */
  | { readonly kind: 'damaged'; readonly error: StorageErrorData }
  | { readonly kind: 'closed' }
  /** The thread ends next. */
  | { readonly kind: 'failed'; readonly error: StorageErrorData }

/** What the store knows when a run begins. */
export type RunStart = {
  /** Counts starts of this file, from 1. */
  readonly run: number
  /** The run before did not stop in order. False for the first. */
  readonly isUncleanStart: boolean
  /** Run clock at the last batch of the run before; null where there was none. */
  readonly lastSeenMs: number | null
  /**
   * `ok`: every page was looked at when the file was opened. `not-checked`: it is too large for that;
   * after an unclean start it is to be checked beside the writer, see `checkIntegrity`.
   */
  readonly integrity: 'ok' | 'not-checked'
  /** The first arrival that is free. */
  readonly nextArrival: number
}
