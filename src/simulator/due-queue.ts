/** What can be waited for. */
export type Due = {
  /** Epoch ms; may only change while the entry is the first one, followed by `sink`. */
  readonly dueMs: number
}

/** Entries by due time: a binary heap whose first entry falls due next. Ties keep no order of their own. */
export class DueQueue<Entry extends Due> {
  readonly #heap: Entry[]

  constructor(entries: readonly Entry[]) {
    this.#heap = entries.toSorted((a, b) => a.dueMs - b.dueMs)
  }

  get first(): Entry | undefined {
    return this.#heap[0]
  }

  /** Puts the first entry where its new due time belongs. */
  sink(): void {
    const heap = this.#heap
    const moved = heap[0]
    if (moved === undefined) return
    let hole = 0
    for (;;) {
      const left = heap[2 * hole + 1]
      if (left === undefined) break
      const right = heap[2 * hole + 2]
      const goesRight = right !== undefined && right.dueMs < left.dueMs
      const child = goesRight ? right : left
      if (child.dueMs >= moved.dueMs) break
      heap[hole] = child
      hole = 2 * hole + (goesRight ? 2 : 1)
    }
    heap[hole] = moved
  }
}
