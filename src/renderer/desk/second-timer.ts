/** One timer for everything that ages: fires once a second for all listeners together. */
export class SecondTimer {
  readonly #listeners = new Set<() => void>()
  readonly #handle: ReturnType<typeof setInterval>

  constructor() {
    this.#handle = setInterval(() => {
      for (const listener of [...this.#listeners]) listener()
    }, 1_000)
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    clearInterval(this.#handle)
    this.#listeners.clear()
  }
}
