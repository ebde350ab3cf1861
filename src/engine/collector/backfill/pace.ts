import { planRetry } from '../../../core/market/backoff.ts'
import type { Random } from '../../../core/market/random.ts'
import type { Clock } from '../clock.ts'

/** How long a venue is left alone after failures, whatever was asked: the longer the more there were in a row. */
export class Pace {
  readonly #clock: Clock
  readonly #random: Random
  #failures = 0
  /** Monotonic. */
  #notBeforeMs = -Infinity

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock
    this.#random = random
  }

  /** Whether something may be asked now. */
  get isOpen(): boolean {
    return this.#clock.monotonicMs() >= this.#notBeforeMs
  }

  worked(): void {
    this.#failures = 0
  }

  failed(): void {
    const retry = planRetry({ attempt: this.#failures, healthyMs: 0 }, this.#random)
    this.#failures = retry.attempt
    this.#notBeforeMs = this.#clock.monotonicMs() + retry.delayMs
  }
}
