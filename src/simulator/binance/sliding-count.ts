import type { WindowRule } from './tuning.ts'

/** Counts what happened within a sliding time; bounded by its rule. */
export class SlidingCount {
  readonly #rule: WindowRule
  #timesMs: number[] = []

  constructor(rule: WindowRule) {
    this.#rule = rule
  }

  /** Adds one; false when that is more than allowed, and then it is not added. */
  take(nowMs: number): boolean {
    const { most, withinMs } = this.#rule
    this.#timesMs = this.#timesMs.filter((atMs) => atMs > nowMs - withinMs)
    if (this.#timesMs.length >= most) return false
    this.#timesMs.push(nowMs)
    return true
  }
}
