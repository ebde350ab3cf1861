import { join } from 'node:path'
import { timeOfDayMs } from '../contracts/audit-settings.ts'
import { durationMs } from '../contracts/duration.ts'
import { AuditKeeper } from './audit-keeper.ts'
import type { Clock } from './collector/clock.ts'
import { storeFile, type EngineStoreParts } from './engine-store.ts'
import type { TroubleWatch } from './health/trouble-watch.ts'
import { RetentionKeeper } from './retention-keeper.ts'
import { retentionTerms } from './retention-terms.ts'
import type { LastAudit } from './storage/audit-record.ts'
import { checkIntegrity, openStoreJobs } from './storage/open-reader.ts'
import type { StoreWriter } from './storage/store.ts'
import { TapeKeeper } from './tape-keeper.ts'
import { TapeWatch } from './tape-watch.ts'

type Parts = Pick<EngineStoreParts, 'config' | 'threads' | 'log'> & {
  readonly writer: StoreWriter
  readonly clock: Clock
  readonly trouble: Pick<TroubleWatch, 'storeDamaged' | 'tapeDamaged' | 'candlesDiffer'>
}

type Means = Parts & { readonly options: { readonly file: string; readonly threadUrl: URL } }

/** Those who look after a store beside the run. */
export class StoreKeepers {
  readonly #tapeWatch: TapeWatch
  readonly #keepers: readonly (TapeKeeper | TapeWatch | RetentionKeeper | AuditKeeper)[]

  constructor(parts: Parts) {
    const file = join(parts.config.dataDir, storeFile)
    const means = { ...parts, options: { file, threadUrl: parts.threads.reader } }
    const { enabled } = parts.config.settings.audit
    const audit = enabled ? [auditKeeper(means)] : []
    this.#tapeWatch = tapeWatch(means)
    this.#keepers = [tapeKeeper(means), this.#tapeWatch, retentionKeeper(means), ...audit]
  }

  /** A reader could not read a file of trades. */
  suspect(file: string): void {
    this.#tapeWatch.suspect(file)
  }

  start(): void {
    for (const keeper of this.#keepers) keeper.start()
  }

  /** Ends them at once; what they were about is done again at the next start. */
  async stop(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.stop()))
  }
}

/** Moves the trades of old hours into files. */
function tapeKeeper({ config, log, writer, clock, options }: Means): TapeKeeper {
  const afterMs = durationMs(config.settings.tape.compact_after)
  return new TapeKeeper({
    ...{ writer, clock, afterMs, log },
    openCompactor: () => openStoreJobs(options)
  })
}

/** Looks whether the files of trades are whole. */
function tapeWatch({ log, writer, clock, trouble, options }: Means): TapeWatch {
  return new TapeWatch({
    ...{ writer, clock, log },
    openInspector: () => openStoreJobs(options),
    onDamage: (what) => trouble.tapeDamaged(what)
  })
}

/** Deletes what the settings do not keep. */
function retentionKeeper({ config, log, writer, clock, options }: Means): RetentionKeeper {
  const terms = retentionTerms(config.settings.retention)
  return new RetentionKeeper({
    ...{ writer, clock, terms, log },
    openPlanner: () => openStoreJobs(options)
  })
}

/** Looks the store through once a day. */
function auditKeeper({ config, log, writer, clock, trouble, options }: Means): AuditKeeper {
  const { at, repair } = config.settings.audit
  return new AuditKeeper({
    ...{ writer, clock, log },
    openAuditor: () => openStoreJobs(options),
    checkPages: () => checkIntegrity(options),
    intervals: config.settings.intervals,
    atMs: timeOfDayMs(at),
    isRepair: repair,
    found: (audit) => {
      if (audit.pages !== 'ok') trouble.storeDamaged(audit.pages)
      trouble.candlesDiffer(sentenceOf(audit))
    }
  })
}

/** Null: all is well. */
function sentenceOf({ left, dayMs }: LastAudit): string | null {
  if (left === 0) return null
  const day = new Date(dayMs).toISOString().slice(0, 10)
  const candles = left === 1 ? `1 candle of ${day} is` : `${left} candles of ${day} are`
  return `${candles} not what the trades make: see v_audit_candle`
}
