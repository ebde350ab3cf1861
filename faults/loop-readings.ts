/** What an engine told of how late its event loop was, second by second. */
export class LoopReadings {
  #lateMs: number[] = []

  /** @param lateMs The worst of a second but its last hundredth; null: nothing was measured. */
  note(lateMs: number | null): void {
    if (lateMs !== null) this.#lateMs.push(lateMs)
  }

  /** Forgets all so far: the start is busier than what follows. */
  forget(): void {
    this.#lateMs = []
  }

  /** Within it 99 of 100 seconds stayed; null before the first. */
  get p99Ms(): number | null {
    const sorted = this.#lateMs.toSorted((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? null
  }

  /** Within it all seconds but the worst stayed; null before the second one. */
  get besidesWorstMs(): number | null {
    return this.#lateMs.toSorted((a, b) => a - b).at(-2) ?? null
  }

  /** The worst second; null before the first. */
  get maxMs(): number | null {
    return this.#lateMs.length === 0 ? null : Math.max(...this.#lateMs)
  }
}
