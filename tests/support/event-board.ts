type Listener = (...args: never[]) => void

/** Listeners by event, told with whatever the test says happened. */
export class EventBoard {
  readonly #listeners = new Map<string, Set<Listener>>()

  readonly on = (event: string, listener: Listener): this => {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
    return this
  }

  readonly off = (event: string, listener: Listener): this => {
    this.#listeners.get(event)?.delete(listener)
    return this
  }

  emit(event: string, ...args: readonly unknown[]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      ;(listener as (...told: readonly unknown[]) => void)(...args)
    }
  }

  count(event: string): number {
    return this.#listeners.get(event)?.size ?? 0
  }
}
