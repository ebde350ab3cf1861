import type { InstrumentId } from '../../core/market/instrument.ts'

type Refusal = { readonly reason: string; readonly atMs: number }

/** Instruments of one connection that the venue refuses, why, and since when (monotonic). */
export class Refusals {
  readonly #refusals = new Map<InstrumentId, Refusal>()

  has(instrument: InstrumentId): boolean {
    return this.#refusals.has(instrument)
  }

  /** False when it is refused already. */
  add(instrument: InstrumentId, reason: string, atMs: number): boolean {
    if (this.#refusals.has(instrument)) return false
    this.#refusals.set(instrument, { reason, atMs })
    return true
  }

  /** False when it was not refused. */
  delete(instrument: InstrumentId): boolean {
    return this.#refusals.delete(instrument)
  }

  /** Those refused for one reason, no later than then. */
  since(atMs: number, reason: string): readonly InstrumentId[] {
    return [...this.#refusals].flatMap(([id, refusal]) =>
      refusal.reason === reason && refusal.atMs <= atMs ? [id] : []
    )
  }

  /** Forgets all; gives those that were refused. */
  clear(): readonly InstrumentId[] {
    const ids = [...this.#refusals.keys()]
    this.#refusals.clear()
    return ids
  }

  /** One sentence for each. */
  sentences(): readonly string[] {
    return [...this.#refusals].map(([id, { reason }]) => `${id} is refused by the venue: ${reason}`)
  }
}
