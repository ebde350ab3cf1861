import type { HostClock } from './host-clock.ts'

/** A timer this late was not held up by whom it waits for: this process itself stood still. */
const ownDelayMs = 1_000
/** What was said meanwhile is read first. */
const graceMs = 2_000

/** One bounded wait at a time: a new one replaces the last. Time that this process slept does not count. */
export class Patience {
  readonly #clock: HostClock
  #cancel: () => void = () => undefined

  constructor(clock: HostClock) {
    this.#clock = clock
  }

  expect(withinMs: number, onTimeout: () => void): void {
    this.#cancel()
    const dueMs = this.#clock.nowMs() + withinMs
    this.#cancel = this.#clock.after(withinMs, () => {
      if (this.#clock.nowMs() - dueMs < ownDelayMs) onTimeout()
      else this.expect(graceMs, onTimeout)
    })
  }

  end(): void {
    this.#cancel()
  }
}
