import type { InstrumentId } from '../../core/market/instrument.ts'

/** Instruments of one connection that the venue refuses, and why. */
export class Refusals {
  readonly #reasons = new Map<InstrumentId, string>()

  has(instrument: InstrumentId): boolean {
    return this.#reasons.has(instrument)
  }

  /** False when it is refused already. */
  add(instrument: InstrumentId, reason: string): boolean {
    if (this.#reasons.has(instrument)) return false
    this.#reasons.set(instrument, reason)
    return true
  }

  /** False when it was not refused. */
  delete(instrument: InstrumentId): boolean {
    return this.#reasons.delete(instrument)
  }

  /** Forgets all; gives those that were refused. */
  clear(): readonly InstrumentId[] {
    const ids = [...this.#reasons.keys()]
    this.#reasons.clear()
    return ids
  }

  /** One sentence for each. */
  sentences(): readonly string[] {
    return [...this.#reasons].map(([id, reason]) => `${id} is refused by the venue: ${reason}`)
  }
}
