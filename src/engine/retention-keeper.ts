import type { Clock, Timer } from './collector/clock.ts'
import type { LogFields } from './collector/log.ts'
import type { RetentionPlanner } from './storage/store-jobs.ts'
import { isSameForgetting, type Forgetting, type RetentionTerms } from './storage/retention-rule.ts'
import type { StoreWriter } from './storage/store.ts'

/** First so long after the start, when the tape has been looked after. */
const firstLookMs = 180_000
const lookMs = 1_800_000
/** Between two deletions, so that batches go between them. */
const pauseMs = 20
/** What was done is told once in so long. */
const tellMs = 86_400_000
const megabyte = 1_000_000

type Parts = {
  readonly writer: Pick<StoreWriter, 'forget'>
  readonly openPlanner: () => Promise<RetentionPlanner>
  /** Its `nowMs` is the run clock. */
  readonly clock: Pick<Clock, 'after' | 'nowMs' | 'monotonicMs'>
  readonly terms: RetentionTerms
  readonly log: (level: 'info' | 'warn', event: string, fields: LogFields) => void
}

/** Deletes what is not to be kept any longer, now and then, a few rows at a time. */
export class RetentionKeeper {
  readonly #parts: Parts
  #timer: Timer | null = null
  #planner: RetentionPlanner | null = null
  /** Steps done since they were last told, by kind. */
  readonly #done = new Map<Forgetting['kind'], number>()
  #toldMs = -Infinity
  #fullToldMs = -Infinity
  readonly #ending = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  start(): void {
    this.#lookAfter(firstLookMs)
  }

  /** Ends it at once; what it was about is done again at the next start. */
  async stop(): Promise<void> {
    this.#ending.abort()
    this.#timer?.cancel()
    await this.#planner?.end()
  }

  /** Deletes all that is due. Never rejects: what fails is told, and tried at the next look. */
  async look(): Promise<void> {
    if (this.#isOver()) return
    try {
      this.#planner = await this.#parts.openPlanner()
      await this.#forgetAll(this.#planner)
      this.#tell()
    } catch (error) {
      if (!this.#isOver()) this.#parts.log('warn', 'retention-failed', { reason: String(error) })
    } finally {
      await this.#planner?.end()
      this.#planner = null
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

  /** A step that comes again did not help: it waits for the next look. */
  async #forgetAll(planner: RetentionPlanner): Promise<void> {
    const { terms, clock } = this.#parts
    let before: Forgetting | null = null
    while (!this.#isOver()) {
      const { next, usedBytes } = await planner.plan({ ...terms, nowMs: clock.nowMs() })
      if (next === null) this.#tellRoom(usedBytes)
      if (next === null || (before !== null && isSameForgetting(before, next))) return
      await this.#forget(next)
      before = next
    }
  }

  async #forget(step: Forgetting): Promise<void> {
    const { writer, clock } = this.#parts
    while (!this.#isOver() && (await writer.forget(step, clock.nowMs()))) await this.#pause()
    this.#done.set(step.kind, (this.#done.get(step.kind) ?? 0) + 1)
    await this.#pause()
  }

  async #pause(): Promise<void> {
    const paused = Promise.withResolvers<undefined>()
    this.#parts.clock.after(pauseMs, () => paused.resolve(undefined))
    await paused.promise
  }

  #tell(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    if (this.#done.size === 0 || nowMs - this.#toldMs < tellMs) return
    this.#toldMs = nowMs
    this.#parts.log('info', 'retention', Object.fromEntries(this.#done))
    this.#done.clear()
  }

  /** What is left may not go. */
  #tellRoom(usedBytes: number): void {
    const { clock, terms, log } = this.#parts
    const nowMs = clock.monotonicMs()
    if (usedBytes <= (terms.mostBytes ?? Infinity) || nowMs - this.#fullToldMs < tellMs) return
    this.#fullToldMs = nowMs
    const usedMb = Math.ceil(usedBytes / megabyte)
    log('warn', 'retention-over-limit', { usedMb, mostMb: (terms.mostBytes ?? 0) / megabyte })
  }
}
