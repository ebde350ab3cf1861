import { VenueError } from '../core/venue-error.ts'
import type { Clock, Timer } from './collector/clock.ts'
import type { Collector } from './collector/collector.ts'
import type { Log } from './collector/log.ts'
import type { RunClock } from './run-clock.ts'

const lookMs = 1_000
const everyMs = 3_600_000
/** A correction is read a second time: at the start, and after a sleep, answers are slow. */
const secondMs = 60_000
const firstRetryMs = 10_000
const lastRetryMs = 600_000
/** How often a venue is looked at that is not asked because none of its connections is live. */
const restingMs = 60_000
/** A slower answer tells the time too loosely. */
const slowestMs = 4_000

/** A venue whose clock can be asked for. */
export type TimedVenue = {
  readonly id: string
  /** Venue clock, epoch ms. @throws VenueError */
  fetchTimeMs(signal: AbortSignal): Promise<number>
  /** While no connection is live, as with a closed market, it is left in peace. */
  isLive(): boolean
}

/** A collector's venue, asked within its budget. */
export function timedVenue(collector: Pick<Collector, 'venue' | 'rest' | 'rows'>): TimedVenue {
  const { venue } = collector
  return {
    id: venue.id,
    fetchTimeMs: (signal) => venue.fetchTimeMs(collector.rest(signal)),
    isLive: () => collector.rows().some(({ state }) => state === 'live')
  }
}

type Asking = {
  dueMs: number
  failures: number
  isBusy: boolean
  /** Nothing was read since the wall clock stepped. */
  mustAsk: boolean
}

/**
 * Keeps a run's clock right by asking the venues for the time: at the start, every hour while they are
 * live, and at once when the wall clock stepped.
 */
export class TimeWatch {
  readonly #parts: {
    readonly venues: readonly TimedVenue[]
    readonly runClock: RunClock
    readonly clock: Clock
    readonly log: Log
  }
  readonly #asking: Map<TimedVenue, Asking>
  readonly #abort = new AbortController()
  #timer: Timer | null = null
  #correctionMs = 0

  constructor(parts: {
    readonly venues: readonly TimedVenue[]
    readonly runClock: RunClock
    readonly clock: Clock
    readonly log: Log
  }) {
    this.#parts = parts
    const first = { dueMs: -Infinity, failures: 0, isBusy: false, mustAsk: true }
    this.#asking = new Map(parts.venues.map((venue) => [venue, { ...first }]))
  }

  /** Asks at once, and goes on until closed. */
  start(): void {
    this.#timer = this.#parts.clock.after(lookMs, () => this.start())
    this.#look()
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = null
    this.#abort.abort()
  }

  #look(): void {
    const { runClock, clock, log } = this.#parts
    const { steppedMs, settled } = runClock.look()
    if (steppedMs !== 0) {
      log.warn('clock-stepped', { byMs: Math.round(steppedMs) })
      for (const asking of this.#asking.values())
        Object.assign(asking, { dueMs: -Infinity, mustAsk: true })
    }
    if (settled !== null) log.info('clock-step-settled', { settled })
    this.#tellCorrection()
    const nowMs = clock.monotonicMs()
    for (const [venue, asking] of this.#asking) {
      if (asking.isBusy || nowMs < asking.dueMs) continue
      if (asking.mustAsk || venue.isLive()) void this.#ask(venue, asking)
      else asking.dueMs = nowMs + restingMs
    }
  }

  #tellCorrection(): void {
    const { runClock, log } = this.#parts
    if (runClock.isDoubted || runClock.correctionMs === this.#correctionMs) return
    this.#correctionMs = runClock.correctionMs
    log.warn('clock-corrected', { byMs: -Math.round(this.#correctionMs) })
  }

  /** Never rejects: a venue that does not tell is asked again. */
  async #ask(venue: TimedVenue, asking: Asking): Promise<void> {
    const { runClock, clock } = this.#parts
    asking.isBusy = true
    try {
      await this.#read(venue)
      const isSecondDue = asking.mustAsk && runClock.correctionMs !== 0
      asking.failures = 0
      asking.mustAsk = false
      asking.dueMs = clock.monotonicMs() + (isSecondDue ? secondMs : everyMs)
    } catch (error) {
      const isFinal = error instanceof VenueError && error.retry === 'never'
      const retryMs = Math.min(lastRetryMs, firstRetryMs * 2 ** asking.failures)
      asking.failures += 1
      asking.dueMs = clock.monotonicMs() + (isFinal ? everyMs : retryMs)
    } finally {
      asking.isBusy = false
    }
  }

  async #read(venue: TimedVenue): Promise<void> {
    const { runClock, clock, log } = this.#parts
    const before = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() }
    const venueMs = await venue.fetchTimeMs(this.#abort.signal)
    if (this.#abort.signal.aborted) return
    const tookMs = clock.monotonicMs() - before.monotonicMs
    const steppedMs = Math.abs(clock.wallMs() - before.wallMs - tookMs)
    if (tookMs > slowestMs || steppedMs > lookMs) throw tooLoose(venue.id)
    const wallMs = before.wallMs + tookMs / 2
    if (runClock.read(venue.id, venueMs, wallMs) === 'refused') {
      log.warn('venue-clock-stepped', { venue: venue.id, aheadMs: Math.round(venueMs - wallMs) })
    }
  }
}

function tooLoose(venue: string): VenueError {
  return new VenueError('venue-bad-answer', `${venue}: its time came too late to be of use`, {
    retry: 'after'
  })
}
