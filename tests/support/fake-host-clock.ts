import type { HostClock } from '../../src/service/host-clock.ts'

type Pending = { readonly dueMs: number; readonly callback: () => void }

/** Monotonic time that moves only when told. */
export class FakeHostClock implements HostClock {
  #nowMs = 0
  readonly #pending = new Set<Pending>()

  readonly nowMs = (): number => this.#nowMs

  readonly after = (delayMs: number, callback: () => void): (() => void) => {
    const pending = { dueMs: this.#nowMs + delayMs, callback }
    this.#pending.add(pending)
    return () => this.#pending.delete(pending)
  }

  get pendingTimers(): number {
    return this.#pending.size
  }

  /** Lets time pass with no timer firing until its end: a process that stood still. */
  sleep(ms: number): void {
    this.#nowMs += ms
    this.advance(0)
  }

  /** Moves on, calling back in order of time whatever becomes due. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs
    for (;;) {
      const due = [...this.#pending].filter((pending) => pending.dueMs <= endMs)
      const next = due.sort((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined) break
      this.#pending.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      next.callback()
    }
    this.#nowMs = endMs
  }
}
