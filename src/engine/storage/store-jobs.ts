import type { AuditRequest, AuditStart, InstrumentAudit } from './audit-record.ts'
import type { SealRule } from './due-hours.ts'
import type { RetentionPlan, RetentionRule } from './retention-rule.ts'
import type { SealedHour } from './sealed-hour.ts'
import type { TapeLook, TapeLooked } from './tape-finding.ts'

/** Long work on a store, in a thread and a connection of its own. */
interface StoreJob {
  /** Ends it at once, whatever it does. */
  end(): Promise<void>
}

/** Moves hours into files. */
export interface HourCompactor extends StoreJob {
  /** Writes the oldest hour that is due into a file; null when none is. @throws StorageError */
  compact(rule: SealRule): Promise<SealedHour | null>
}

/** Finds what retention lets go. */
export interface RetentionPlanner extends StoreJob {
  /** @throws StorageError */
  plan(rule: RetentionRule): Promise<RetentionPlan>
}

/** Looks at the files of trades. */
export interface TapeInspector extends StoreJob {
  /** @throws StorageError */
  inspect(look: TapeLook): Promise<TapeLooked>
}

/** Holds candles against their trades. */
export interface CandleAuditor extends StoreJob {
  /** @throws StorageError */
  auditStart(): Promise<AuditStart>
  /** @throws StorageError */
  audit(request: AuditRequest): Promise<InstrumentAudit>
}

/** All of it, one question at a time. */
export type StoreJobs = HourCompactor & RetentionPlanner & TapeInspector & CandleAuditor
