/** Collects keys and hands them over together, a fixed time after the first of them; idle when nothing comes. */
export class Coalescer<Key> {
  readonly #everyMs: number
  readonly #flush: (keys: ReadonlySet<Key>) => void
  #marked = new Set<Key>()
  #timer: NodeJS.Timeout | null = null

  constructor(everyMs: number, flush: (keys: ReadonlySet<Key>) => void) {
    this.#everyMs = everyMs
    this.#flush = flush
  }

  mark(key: Key): void {
    this.#marked.add(key)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      const keys = this.#marked
      this.#marked = new Set()
      this.#flush(keys)
    }, this.#everyMs)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#marked.clear()
  }
}
