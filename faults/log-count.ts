/** Counts lines of a log, and how many came at once. */
export class LogCount {
  readonly #atMs: number[] = []

  /** @param atMs When a line was written, no sooner than the one before. */
  note(atMs = performance.now()): void {
    this.#atMs.push(atMs)
  }

  get lines(): number {
    return this.#atMs.length
  }

  /** The most lines within any stretch of so many ms. */
  peakWithin(ms: number): number {
    let most = 0
    let from = 0
    for (const [at, atMs] of this.#atMs.entries()) {
      while ((this.#atMs[from] ?? atMs) <= atMs - ms) from += 1
      most = Math.max(most, at - from + 1)
    }
    return most
  }
}
