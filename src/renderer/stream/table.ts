/** What one frame changed in a table. */
export type TableChange = {
  readonly ids: readonly string[]
  /** True when rows came or went, false when rows only got new values. */
  readonly membership: boolean
}

type RowWithId = { readonly id: string }

/**
 * Rows of one table of the state stream, outside React: a listener of a row is called only when that
 * row changes, so a price costs what its own cells cost.
 *
 * Writers call `replaceAll` or `apply` on every table first and `publish` afterwards; listeners
 * therefore never see half a frame.
 */
export class Table<Row extends RowWithId> {
  readonly #rows = new Map<string, Row>()
  readonly #rowListeners = new Map<string, Set<() => void>>()
  readonly #listeners = new Set<(change: TableChange) => void>()
  readonly #changed = new Set<string>()
  #membership = false
  #list: readonly Row[] | null = null

  get size(): number {
    return this.#rows.size
  }

  find(id: string): Row | undefined {
    return this.#rows.get(id)
  }

  /** All rows; the same array until something changes. */
  list(): readonly Row[] {
    this.#list ??= [...this.#rows.values()]
    return this.#list
  }

  replaceAll(rows: readonly Row[]): void {
    const gone = new Set(this.#rows.keys())
    for (const row of rows) gone.delete(row.id)
    this.apply(rows, [...gone])
  }

  apply(changed: readonly Row[], removed: readonly string[]): void {
    for (const row of changed) {
      if (!this.#rows.has(row.id)) this.#membership = true
      this.#rows.set(row.id, row)
      this.#changed.add(row.id)
    }
    for (const id of removed) {
      if (!this.#rows.delete(id)) continue
      this.#membership = true
      this.#changed.add(id)
    }
    if (this.#changed.size > 0) this.#list = null
  }

  publish(): void {
    if (this.#changed.size === 0) return
    const change: TableChange = { ids: [...this.#changed], membership: this.#membership }
    this.#changed.clear()
    this.#membership = false
    for (const id of change.ids) {
      const listeners = this.#rowListeners.get(id)
      if (listeners !== undefined) for (const listener of [...listeners]) listener()
    }
    for (const listener of [...this.#listeners]) listener(change)
  }

  subscribe(listener: (change: TableChange) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  subscribeRow(id: string, listener: () => void): () => void {
    const listeners = this.#rowListeners.get(id) ?? new Set<() => void>()
    this.#rowListeners.set(id, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#rowListeners.delete(id)
    }
  }
}
