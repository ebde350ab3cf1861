import { createTokenBucket } from '../../core/market/token-bucket.ts'
import type { TokenBucket } from '../../core/market/token-bucket.ts'
import type { VenueLimits } from '../../venues/venue.ts'
import type { Clock } from './clock.ts'

const windowMs = 300_000
const shortestPauseMs = 1_000
const firstPauseMs = 30_000
const longestPauseMs = 600_000
/** How soon a low request looks again while live ones wait. */
const lowAgainMs = 100

/**
 * Who asks by REST. `live`: discovery and what a person waits for. `low`: backfill, which takes a token only
 * while no live request waits, and leaves half of the burst to those that may come.
 */
export type RestLane = 'live' | 'low'

/**
 * What may be asked of a venue, or of several that count together: connects, REST requests, and the
 * pauses the venue wants. All that goes out passes here first, so no limit is broken by many at once.
 */
export class VenueBudget {
  readonly #clock: Clock
  readonly #connects: TokenBucket
  readonly #rest: TokenBucket
  /** Tokens that the low lane leaves; at least one where the burst is more than one. */
  readonly #spare: number
  readonly #per5Minutes: number | null
  /** Monotonic times of the connects of the last five minutes, oldest first; at most `per5Minutes`. */
  #recent: number[] = []
  #liveWaiting = 0
  #pausedUntilMs = -Infinity
  #pauses = 0
  readonly #onPaused = new Set<() => void>()

  constructor(limits: Pick<VenueLimits, 'connects' | 'rest'>, clock: Clock) {
    this.#clock = clock
    this.#connects = createTokenBucket(limits.connects, clock.monotonicMs())
    this.#rest = createTokenBucket(limits.rest, clock.monotonicMs())
    this.#spare = Math.floor(Math.max(1, limits.rest.burst) / 2)
    this.#per5Minutes = limits.connects.per5Minutes
  }

  /** Ms until a connect is allowed, pauses included; 0 when one is now. */
  connectWaitMs(): number {
    const nowMs = this.#clock.monotonicMs()
    const pausedMs = this.#pausedUntilMs - nowMs
    if (pausedMs > 0) return pausedMs
    if (this.#per5Minutes !== null) {
      this.#recent = this.#recent.filter((atMs) => atMs > nowMs - windowMs)
      const oldestMs = this.#recent[this.#recent.length - this.#per5Minutes]
      if (oldestMs !== undefined) return oldestMs + windowMs - nowMs
    }
    return this.#connects.waitMs(nowMs)
  }

  /** Counts a connect that is made now; only when there was nothing to wait for. */
  takeConnect(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#connects.take(nowMs)
    if (this.#per5Minutes !== null) this.#recent.push(nowMs)
  }

  /** Ms until a REST request may be sent, 0 when one was taken from the budget now. */
  takeRest(lane: RestLane = 'live'): number {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs
    const spare = lane === 'live' ? 0 : this.#spare
    if (lane === 'low' && this.#liveWaiting > 0) {
      return Math.max(lowAgainMs, this.#rest.waitMs(nowMs, spare))
    }
    return this.#rest.take(nowMs, spare) ? 0 : Math.max(1, this.#rest.waitMs(nowMs, spare))
  }

  /**
   * A live request waits for its token: nothing is given to the low lane before it has it.
   *
   * @returns To be called once, when it has its token or gave up.
   */
  waitLive(): () => void {
    this.#liveWaiting += 1
    return () => (this.#liveWaiting -= 1)
  }

  /**
   * Pauses everything.
   *
   * @param waitMs What the venue said; null: 30 s, doubling with each pause in a row, at most 10 min.
   * @returns How long the pause is from now, ms.
   */
  pause(waitMs: number | null): number {
    const nowMs = this.#clock.monotonicMs()
    const ownMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#pauses)
    if (nowMs >= this.#pausedUntilMs) this.#pauses += 1
    const pauseMs = Math.max(shortestPauseMs, waitMs ?? ownMs)
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs)
    for (const onPaused of this.#onPaused) onPaused()
    return this.#pausedUntilMs - nowMs
  }

  /** Ms until the present pause ends, 0 when there is none. */
  pausedMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonicMs())
  }

  /** The venue serves us again: the next pause is a first one. */
  served(): void {
    if (this.pausedMs() === 0) this.#pauses = 0
  }

  /** Tells of each pause, be it asked for by another. @returns How to end that. */
  onPaused(told: () => void): () => void {
    this.#onPaused.add(told)
    return () => this.#onPaused.delete(told)
  }
}
