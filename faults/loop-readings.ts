/** Looks at the event loop that an engine tells the worst of each second. */
const looksPerSecond = 25
/** Where one look in a hundred is late, so many of all seconds have none that is. */
const secondsWithout = 0.99 ** looksPerSecond

/** What an engine told of how late its event loop was, second by second. */
export class LoopReadings {
  #lateMs: number[] = []

  /** @param lateMs The worst look of a second; null: nothing was measured. */
  note(lateMs: number | null): void {
    if (lateMs !== null) this.#lateMs.push(lateMs)
  }

  /** Forgets all so far: the start is busier than what follows. */
  forget(): void {
    this.#lateMs = []
  }

  /** Within it stayed 99 of 100 looks, taken that they are late by chance; null before the first second. */
  get p99Ms(): number | null {
    const sorted = this.#lateMs.toSorted((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * secondsWithout) - 1] ?? null
  }

  /** The worst look; null before the first second. */
  get maxMs(): number | null {
    return this.#lateMs.length === 0 ? null : Math.max(...this.#lateMs)
  }
}
