import { createTokenBucket } from '../../core/market/token-bucket.ts'
import type { TokenBucket } from '../../core/market/token-bucket.ts'
import type { VenueLimits } from '../../venues/venue.ts'
import type { Clock, Timer } from './clock.ts'

const windowMs = 300_000
const shortestPauseMs = 1_000
const firstPauseMs = 30_000
const longestPauseMs = 600_000

/** Pause of a venue that would not let us in; trying on would make it worse, ms. */
export const refusedPauseMs = 300_000
/** How soon a low request looks again while live ones wait. */
const lowAgainMs = 100

/**
 * Who asks by REST. `live`: discovery and what a person waits for. `low`: backfill, which takes a token only
 * while no live request waits, and leaves half of the burst to those that may come.
 */
export type RestLane = 'live' | 'low'

/** The right to try one connection; its holder says how it went, once. */
export type ConnectTicket = {
  opened(): void
  failed(): void
}

/** A place in the queue for a ticket. */
export type Admission = { cancel(): void }

/**
 * One venue's budget, shared by all its connections and its REST client: what is asked of the venue
 * passes here first, so its limits cannot be broken by many shards at once.
 *
 * After a pause one connection goes ahead as canary; the others follow, within the budget, once it
 * opened.
 */
export class Governor {
  readonly #clock: Clock
  readonly #connects: TokenBucket
  readonly #rest: TokenBucket
  /** Tokens that the low lane leaves; at least one where the burst is more than one. */
  readonly #spare: number
  #liveWaiting = 0
  readonly #per5Minutes: number | null
  /** Monotonic times of the connects of the last five minutes, oldest first; at most `per5Minutes`. */
  #recent: number[] = []
  #queue: ((ticket: ConnectTicket) => void)[] = []
  #pausedUntilMs = -Infinity
  #pauses = 0
  /** The ticket of the canary under way, `wanted` when the next one is it. */
  #canary: ConnectTicket | 'wanted' | null = null
  #timer: Timer | null = null

  constructor(limits: Pick<VenueLimits, 'connects' | 'rest'>, clock: Clock) {
    this.#clock = clock
    this.#connects = createTokenBucket(limits.connects, clock.monotonicMs())
    this.#rest = createTokenBucket(limits.rest, clock.monotonicMs())
    this.#spare = Math.floor(Math.max(1, limits.rest.burst) / 2)
    this.#per5Minutes = limits.connects.per5Minutes
  }

  /** Queues for a ticket; `admitted` is called at once where the budget allows, else later, in order. */
  admit(admitted: (ticket: ConnectTicket) => void): Admission {
    this.#queue.push(admitted)
    this.#pump()
    return {
      cancel: () => {
        this.#queue = this.#queue.filter((other) => other !== admitted)
        if (this.#queue.length === 0) this.#disarm()
      }
    }
  }

  /**
   * Pauses everything asked of the venue.
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
    this.#canary = 'wanted'
    this.#pump()
    return this.#pausedUntilMs - nowMs
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

  /** The venue answered a REST request: the next pause is a first one again. */
  answered(): void {
    if (this.pausedMs() === 0) this.#pauses = 0
  }

  /** Ms until the present pause ends, 0 when there is none. */
  pausedMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.#clock.monotonicMs())
  }

  close(): void {
    this.#queue = []
    this.#disarm()
  }

  #pump(): void {
    this.#disarm()
    while (this.#queue.length > 0 && (this.#canary === null || this.#canary === 'wanted')) {
      const waitMs = this.#connectWaitMs()
      if (waitMs > 0) {
        this.#timer = this.#clock.after(waitMs, () => this.#pump())
        return
      }
      this.#grant()
    }
  }

  #connectWaitMs(): number {
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

  #grant(): void {
    const admitted = this.#queue.shift()
    if (admitted === undefined) return
    const nowMs = this.#clock.monotonicMs()
    this.#connects.take(nowMs)
    if (this.#per5Minutes !== null) this.#recent.push(nowMs)
    const ticket: ConnectTicket = {
      opened: () => {
        if (this.#canary !== ticket) return
        this.#canary = null
        this.#pauses = 0
        this.#pump()
      },
      failed: () => {
        if (this.#canary !== ticket) return
        this.#canary = 'wanted'
        this.#pump()
      }
    }
    if (this.#canary === 'wanted') this.#canary = ticket
    admitted(ticket)
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = null
  }
}
