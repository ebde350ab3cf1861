/** Looks at the event loop that an engine tells the worst of each second. */
const looksPerSecond = 25
/** Where one look in a hundred is late, so many of all seconds have none that is. */
const secondsWithout = 0.99 ** looksPerSecond

/** What an engine told of how late its event loop was, second by second. */
export class LoopReadings {
  #lateMs: number[] = []
  /** In the second before. */
  #waitedMs = 0

  /**
   * @param lateMs The worst look of a second; null: nothing was measured.
   * @param waitedMs How long its thread waited for a core in that second. So much is the machine's lateness,
   *   in this second and, as the two are not cut at the same moment, in the next.
   */
  note(lateMs: number | null, waitedMs = 0): void {
    if (lateMs !== null) this.#lateMs.push(Math.max(0, lateMs - waitedMs - this.#waitedMs))
    this.#waitedMs = waitedMs
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
