import type { Clock, Timer } from '../../src/engine/collector/clock.ts'

type Pending = { readonly dueMs: number; readonly order: number; readonly callback: () => void }

/** A clock that stands still until it is moved. Both of its times move together unless the wall is stepped. */
export class FakeClock implements Clock {
  #monotonicMs = 0
  #wallMs: number
  #order = 0
  #pending: Pending[] = []

  constructor(wallMs = 1_800_000_000_000) {
    this.#wallMs = wallMs
  }

  /** Timers waiting. */
  get pending(): number {
    return this.#pending.length
  }

  nowMs(): number {
    return this.#wallMs
  }

  wallMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending = {
      dueMs: this.#monotonicMs + Math.max(0, delayMs),
      order: ++this.#order,
      callback
    }
    this.#pending.push(pending)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending)
      }
    }
  }

  /** Lets time pass; timers fire in order, each at its own time. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#pending = this.#pending.filter((other) => other !== next)
      this.#move(next.dueMs)
      next.callback()
    }
    this.#move(endMs)
  }

  /** Lets time pass with no timer firing until its end: a machine asleep. */
  sleep(ms: number): void {
    this.#move(this.#monotonicMs + ms)
    this.advance(0)
  }

  /** Sets the wall clock without time passing; to the process, a sleep of a Linux machine is the same. */
  stepWall(ms: number): void {
    this.#wallMs += ms
  }

  #next(endMs: number): Pending | undefined {
    return this.#pending
      .filter(({ dueMs }) => dueMs <= endMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0]
  }

  #move(monotonicMs: number): void {
    if (monotonicMs <= this.#monotonicMs) return
    this.#wallMs += monotonicMs - this.#monotonicMs
    this.#monotonicMs = monotonicMs
  }
}
