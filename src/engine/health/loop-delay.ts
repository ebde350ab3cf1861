/** How late the engine's most frequent timer came: what else waited for the event loop waited as long. */
export class LoopDelay {
  readonly #everyMs: number
  #dueMs: number
  #lateMs: number[] = []

  /** @param nowMs Monotonic, as all times here; the timer was started just now. */
  constructor(everyMs: number, nowMs: number) {
    this.#everyMs = everyMs
    this.#dueMs = nowMs + everyMs
  }

  /** The timer came. */
  came(nowMs: number): void {
    this.#lateMs.push(Math.max(0, nowMs - this.#dueMs))
    this.#dueMs = nowMs + this.#everyMs
  }

  /** The p99 since the last reading, ms; null when the timer did not come. */
  read(): number | null {
    const sorted = this.#lateMs.sort((a, b) => a - b)
    this.#lateMs = []
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1]
    return p99 === undefined ? null : Math.round(p99 * 100) / 100
  }
}
