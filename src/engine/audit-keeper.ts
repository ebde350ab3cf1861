import type { Interval } from '../core/market/interval.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { LogFields } from './collector/log.ts'
import type { AuditRecord, CandleDifference, LastAudit } from './storage/audit-record.ts'
import type { CandleAuditor } from './storage/store-jobs.ts'
import type { StoreWriter } from './storage/store.ts'

/** First so long after the start, which has other things to do. */
const firstLookMs = 600_000
/** How late an audit begins at most. */
const lookMs = 300_000
/** Between two instruments. */
const pauseMs = 20
const dayLengthMs = 86_400_000
/** Differences that are kept one by one. */
const mostListed = 1_000

type Parts = {
  readonly writer: Pick<StoreWriter, 'putAudit'>
  readonly openAuditor: () => Promise<CandleAuditor>
  /** Looks through every page; `ok`, or what is wrong. */
  readonly checkPages: () => Promise<string>
  /** Its `nowMs` is the run clock. */
  readonly clock: Pick<Clock, 'after' | 'nowMs'>
  /** Those that are collected. */
  readonly intervals: readonly Interval[]
  /** Time of day, ms after 00:00 UTC. */
  readonly atMs: number
  readonly isRepair: boolean
  /** Told what the newest audit found and did not mend, after a start too. */
  readonly found: (audit: LastAudit) => void
  readonly log: (level: 'info' | 'warn' | 'error', event: string, fields: LogFields) => void
}

/**
 * Looks the store through once a day: its pages, and whether the candles of the day before are what their
 * trades make. One that was missed is made up for.
 */
export class AuditKeeper {
  readonly #parts: Parts
  #timer: Timer | null = null
  #auditor: CandleAuditor | null = null
  #last: LastAudit | null = null
  readonly #ending = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  start(): void {
    this.#lookAfter(firstLookMs)
  }

  /** Ends it at once; what it was about is done at the next start. */
  async stop(): Promise<void> {
    this.#ending.abort()
    this.#timer?.cancel()
    await this.#auditor?.end()
  }

  /** Audits when it is time. Never rejects: what fails is told, and tried at the next look. */
  async look(): Promise<void> {
    const dueMs = this.#dueMs()
    if (this.#isOver() || this.#isDone(dueMs)) return
    try {
      await this.#audit(dueMs)
    } catch (error) {
      if (!this.#isOver()) this.#parts.log('warn', 'audit-failed', { reason: String(error) })
    } finally {
      await this.#auditor?.end()
      this.#auditor = null
    }
  }

  #isOver(): boolean {
    return this.#ending.signal.aborted
  }

  #lookAfter(delayMs: number): void {
    if (this.#isOver()) return
    this.#timer = this.#parts.clock.after(delayMs, () => {
      void this.look().then(() => {
        this.#lookAfter(lookMs)
      })
    })
  }

  /** The last moment at which one was to be made. */
  #dueMs(): number {
    const { clock, atMs } = this.#parts
    return Math.floor((clock.nowMs() - atMs) / dayLengthMs) * dayLengthMs + atMs
  }

  /** One from the future was made under a clock that was wrong. */
  #isDone(dueMs: number): boolean {
    const lastMs = this.#last?.atMs ?? -Infinity
    return lastMs >= dueMs && lastMs <= this.#parts.clock.nowMs()
  }

  async #audit(dueMs: number): Promise<void> {
    const { openAuditor, checkPages, found } = this.#parts
    this.#auditor = await openAuditor()
    if (this.#isOver()) return
    const { instruments, last } = await this.#auditor.auditStart()
    this.#last = last
    if (last !== null) found(last)
    if (this.#isDone(dueMs)) return
    const pages = await checkPages()
    const dayMs = Math.floor(dueMs / dayLengthMs) * dayLengthMs - dayLengthMs
    let [compared, differences] = [0, 0]
    const listed: CandleDifference[] = []
    for (const instrument of instruments) {
      if (this.#isOver()) return
      const { intervals, clock } = this.#parts
      const nowMs = clock.nowMs()
      const audit = await this.#auditor.audit({ instrument, dayMs, intervals, nowMs })
      compared += audit.compared
      differences += audit.differences
      listed.push(...audit.listed.slice(0, mostListed - listed.length))
      await this.#pause()
    }
    await this.#keep({ dayMs, pages, compared, differences, listed })
  }

  async #keep(
    result: Pick<AuditRecord, 'dayMs' | 'pages' | 'compared' | 'differences' | 'listed'>
  ): Promise<void> {
    const { writer, clock, isRepair, found, log } = this.#parts
    if (this.#isOver()) return
    const record = { ...result, atMs: clock.nowMs(), isRepair }
    const repaired = await writer.putAudit(record)
    const { atMs, dayMs, pages, compared, differences } = record
    this.#last = { atMs, dayMs, pages, left: differences - repaired }
    found(this.#last)
    const day = new Date(dayMs).toISOString().slice(0, 10)
    const isClean = pages === 'ok' && differences === 0
    log(isClean ? 'info' : 'error', 'store-audited', {
      ...{ day, pages, candles: compared, differences, repaired }
    })
  }

  async #pause(): Promise<void> {
    const paused = Promise.withResolvers<undefined>()
    this.#parts.clock.after(pauseMs, () => paused.resolve(undefined))
    await paused.promise
  }
}
