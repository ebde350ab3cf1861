import { planRetry } from '../../core/market/backoff.ts'
import type { Random } from '../../core/market/random.ts'
import type { Clock, Timer } from './clock.ts'
import type { CloseCause } from './close-cause.ts'
import type { Admission, Asker } from './connect-queue.ts'
import type { Governor } from './governor.ts'

/** The tries of one connection: how many were in vain, and what it waits for before the next. One wait at a time. */
export class Attempts {
  readonly #asker: Pick<Asker, 'connection' | 'rank'>
  readonly #clock: Clock
  readonly #random: Random
  readonly #governor: Governor
  #inVain = 0
  #nextMs: number | null = null
  #admission: Admission | null = null
  #timer: Timer | null = null

  constructor(
    parts: { readonly clock: Clock; readonly random: Random; readonly governor: Governor },
    asker: Pick<Asker, 'connection' | 'rank'>
  ) {
    this.#asker = asker
    this.#clock = parts.clock
    this.#random = parts.random
    this.#governor = parts.governor
  }

  /** Losses since it was last healthy. */
  get inVain(): number {
    return this.#inVain
  }

  /** When the next one comes, epoch ms of the run clock; null while none is planned for a time. */
  get nextMs(): number | null {
    return this.#nextMs
  }

  /** What comes next begins anew. */
  forget(): void {
    this.#inVain = 0
  }

  /** Counts a loss. @returns Ms to wait for its cause, unless that is the venue's rate. */
  lost(cause: CloseCause, healthyMs: number): number {
    const retry = planRetry({ attempt: this.#inVain, healthyMs }, this.#random)
    this.#inVain = retry.attempt
    if (cause.class === 'rate') return retry.delayMs
    const spreadMs = cause.spreadMs === 0 ? 0 : this.#random() * cause.spreadMs
    return Math.max(retry.delayMs, cause.leastDelayMs) + spreadMs
  }

  /** Waits for its turn. */
  seek(asker: Pick<Asker, 'admitted' | 'held'>): void {
    this.cancel()
    this.#admission = this.#governor.admit({
      ...this.#asker,
      admitted: (ticket) => {
        this.#nextMs = null
        asker.admitted(ticket)
      },
      held: (hold) => {
        this.#nextMs = hold.nextMs
        asker.held?.(hold)
      }
    })
  }

  wait(delayMs: number, over: () => void): void {
    this.cancel()
    this.expect(this.#clock.nowMs() + delayMs)
    this.#timer = this.#clock.after(delayMs, over)
  }

  /** Tells when the next one will come, which somebody else decides. */
  expect(atMs: number | null): void {
    this.#nextMs = atMs
  }

  cancel(): void {
    this.#admission?.cancel()
    this.#admission = null
    this.#timer?.cancel()
    this.#timer = null
    this.#nextMs = null
  }
}
