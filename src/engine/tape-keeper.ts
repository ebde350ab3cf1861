import type { LogFields } from './collector/log.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { HourCompactor } from './storage/store-jobs.ts'
import type { StoreWriter } from './storage/store.ts'

/** First so long after the start, which has other things to do. */
const firstLookMs = 60_000
const lookMs = 300_000
/** Between two deletions, so that batches go between them. */
const clearPauseMs = 20
/** An open gap holds an hour back for so long at most. */
const gapPatienceMs = 72 * 3_600_000

type Parts = {
  readonly writer: Pick<StoreWriter, 'seal' | 'clearSealed'>
  readonly openCompactor: () => Promise<HourCompactor>
  /** Its `nowMs` is the run clock. */
  readonly clock: Pick<Clock, 'after' | 'nowMs'>
  /** How long after its end an hour is moved. */
  readonly afterMs: number
  readonly log: (level: 'info' | 'warn', event: string, fields: LogFields) => void
}

/** Moves the trades of old hours into files, now and then, beside everything else. */
export class TapeKeeper {
  readonly #parts: Parts
  #timer: Timer | null = null
  #compactor: HourCompactor | null = null
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
    await this.#compactor?.end()
  }

  /** Moves every hour that is due. Never rejects: what fails is told, and tried at the next look. */
  async look(): Promise<void> {
    try {
      await this.#clear()
      while (!this.#isOver && (await this.#moveOne()));
    } catch (error) {
      if (!this.#isOver) this.#parts.log('warn', 'tape-not-compacted', { reason: String(error) })
    } finally {
      await this.#compactor?.end()
      this.#compactor = null
    }
  }

  get #isOver(): boolean {
    return this.#ending.signal.aborted
  }

  #lookAfter(delayMs: number): void {
    if (this.#isOver) return
    this.#timer = this.#parts.clock.after(delayMs, () => {
      void this.look().then(() => {
        this.#lookAfter(lookMs)
      })
    })
  }

  async #moveOne(): Promise<boolean> {
    const { writer, clock, afterMs, log, openCompactor } = this.#parts
    this.#compactor ??= await openCompactor()
    if (this.#isOver) return false
    const rule = { nowMs: clock.nowMs(), afterMs, gapAfterMs: gapPatienceMs }
    const sealed = await this.#compactor.compact(rule)
    if (sealed === null) return false
    await writer.seal(sealed, clock.nowMs())
    const { path, trades, bytes } = sealed
    log('info', 'hour-compacted', { path, trades, bytes })
    await this.#clear()
    return true
  }

  async #clear(): Promise<void> {
    const { writer, clock } = this.#parts
    while (!this.#isOver && (await writer.clearSealed(clock.nowMs()))) {
      const paused = Promise.withResolvers<undefined>()
      clock.after(clearPauseMs, () => paused.resolve(undefined))
      await paused.promise
    }
  }
}
