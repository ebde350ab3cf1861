import type { StorageError } from './storage-error.ts'
import type { WriterEvents } from './store.ts'

/** Tells the writer's owner about states, on change only. */
export class WriteNotices {
  readonly #events: WriterEvents
  #trouble: StorageError | null = null
  #pressure: 'high' | 'normal' = 'normal'

  constructor(events: WriterEvents) {
    this.#events = events
  }

  setPressure(pressure: 'high' | 'normal'): void {
    if (pressure === this.#pressure) return
    this.#pressure = pressure
    this.#events.onPressure?.(pressure)
  }

  setTrouble(trouble: StorageError | null): void {
    if (trouble?.code === this.#trouble?.code) return
    this.#trouble = trouble
    this.#events.onTrouble?.(trouble)
  }
}
