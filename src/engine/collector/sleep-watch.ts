import type { Clock } from './clock.ts'

type Clocks = Pick<Clock, 'monotonicMs' | 'wallMs'>

const sleptMs = 5_000

/**
 * What a look at the clocks tells.
 *
 * `slept`: the machine, or this process, stood still. `jumped`: the wall clock ran ahead of the
 * monotonic one; on Linux that is a sleep as well as a clock that was set.
 */
export type Sleep = 'awake' | 'slept' | 'jumped'

/** Notices, at regular looks, that the machine slept. */
export class SleepWatch {
  readonly #clock: Clocks
  readonly #everyMs: number
  #lookedMs: number
  #lookedWallMs: number

  /** @param everyMs Usual time between two looks. */
  constructor(clock: Clocks, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#lookedMs = clock.monotonicMs()
    this.#lookedWallMs = clock.wallMs()
  }

  /** Compares the clocks with the last look. */
  look(): Sleep {
    const passedMs = this.#clock.monotonicMs() - this.#lookedMs
    const aheadMs = this.#clock.wallMs() - this.#lookedWallMs - passedMs
    this.forget()
    if (passedMs > this.#everyMs + sleptMs) return 'slept'
    return aheadMs > sleptMs ? 'jumped' : 'awake'
  }

  /** What happened until now is known and dealt with. */
  forget(): void {
    this.#lookedMs = this.#clock.monotonicMs()
    this.#lookedWallMs = this.#clock.wallMs()
  }
}
