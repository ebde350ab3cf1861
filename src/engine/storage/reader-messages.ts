import type { Incident } from '../../contracts/incident.ts'
import type { CandleQuery, TradeRecord } from '../../contracts/state-stream.ts'
import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { SealRule } from './due-hours.ts'
import type { AuditRequest, AuditStart, InstrumentAudit } from './audit-record.ts'
import type { RetentionPlan, RetentionRule } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import type { TapeLook, TapeLooked } from './tape-finding.ts'
import type { StorageErrorData } from './storage-error.ts'
import type {
  GapsQuery,
  IncidentsQuery,
  LedgerQuery,
  StoredCandles,
  StoredLedger,
  StoredSeed,
  StoreFigures,
  TradesByIdQuery,
  TradesQuery
} from './store.ts'

/** What the reader thread is started with. */
export type ReaderSetup = { readonly file: string }

/** One question; the thread answers each before it takes the next. */
export type ReaderRequest =
  | { readonly kind: 'candles'; readonly query: CandleQuery }
  | { readonly kind: 'trades'; readonly query: TradesQuery }
  | { readonly kind: 'tradesById'; readonly query: TradesByIdQuery }
  | { readonly kind: 'gaps'; readonly query: GapsQuery }
  | { readonly kind: 'incidents'; readonly query: IncidentsQuery }
  | { readonly kind: 'ledger'; readonly query: LedgerQuery }
  | {
      readonly kind: 'seed'
      readonly instruments: readonly InstrumentId[]
      readonly intervals: readonly Interval[]
      readonly nowMs: number
    }
  | { readonly kind: 'figures' }
  /** Looks at every page of the file. */
  | { readonly kind: 'check' }
  /** Writes the oldest hour that is due into a file. */
  | { readonly kind: 'compact'; readonly rule: SealRule }
  /** Finds what is to be deleted next. */
  | { readonly kind: 'forget'; readonly rule: RetentionRule }
  /** Looks whether files of trades are as they were written. */
  | { readonly kind: 'inspect'; readonly look: TapeLook }
  /** What an audit begins with. */
  | { readonly kind: 'auditStart' }
  /** Holds the candles of an instrument against its trades. */
  | { readonly kind: 'audit'; readonly request: AuditRequest }
  | { readonly kind: 'close' }

export type ReaderReply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'candles'; readonly result: StoredCandles }
  | { readonly kind: 'trades'; readonly result: readonly TradeRecord[] }
  | { readonly kind: 'tradesById'; readonly result: readonly Trade[] }
  | { readonly kind: 'gaps'; readonly result: readonly Gap[] }
  | { readonly kind: 'incidents'; readonly result: readonly Incident[] }
  | { readonly kind: 'ledger'; readonly result: StoredLedger }
  | { readonly kind: 'seed'; readonly result: readonly StoredSeed[] }
  | { readonly kind: 'figures'; readonly result: StoreFigures }
  | { readonly kind: 'check'; readonly result: string }
  /** Null: none is due. */
  | { readonly kind: 'compact'; readonly result: SealedHour | null }
  | { readonly kind: 'forget'; readonly result: RetentionPlan }
  | { readonly kind: 'inspect'; readonly result: TapeLooked }
  | { readonly kind: 'auditStart'; readonly result: AuditStart }
  | { readonly kind: 'audit'; readonly result: InstrumentAudit }
  /** A file of trades could not be read: the answer that follows is without them. */
  | { readonly kind: 'damaged'; readonly error: StorageErrorData }
  | { readonly kind: 'failed'; readonly error: StorageErrorData }
