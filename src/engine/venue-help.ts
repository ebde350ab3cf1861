import { waitAtMost, type WaitOutcome } from './bounded-wait.ts'
import type { Clock } from './collector/clock.ts'

/** How long one query waits for its venue, over all it asks of it. */
const helpMs = 2_000

/** The time that one query may wait for its venue, spent over several questions. */
export class VenueHelp {
  readonly #clock: Clock
  #leftMs = helpMs

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Nothing more is asked of the venue for this query. */
  get isSpent(): boolean {
    return this.#leftMs <= 0
  }

  /** Waits for an answer as long as time is left. */
  async wait<Value>(ask: () => Promise<Value>): Promise<WaitOutcome<Value>> {
    if (this.isSpent) return { kind: 'late' }
    const beganMs = this.#clock.monotonicMs()
    const outcome = await waitAtMost(ask(), this.#leftMs, this.#clock)
    this.#leftMs -= this.#clock.monotonicMs() - beganMs
    return outcome
  }
}
