import type { InstrumentId } from '../../core/market/instrument.ts'

/** A refusal may pass: it is asked again after so long, and twice as long each time after, ms. */
const askAgainMs = { first: 60_000, most: 600_000 } as const

type Refusal = {
  readonly reason: string
  /** Monotonic. */
  readonly atMs: number
  /** How often in a row. */
  readonly times: number
}

/** Instruments of one connection that the venue refuses, why, since when, and when they are asked for again. */
export class Refusals {
  readonly #refusals = new Map<InstrumentId, Refusal>()
  /** Those asked for again, as they were refused last. */
  readonly #former = new Map<InstrumentId, Refusal>()

  has(instrument: InstrumentId): boolean {
    return this.#refusals.has(instrument)
  }

  /** Whether it was refused, and has been asked for again. */
  had(instrument: InstrumentId): boolean {
    return this.#former.has(instrument)
  }

  /** False when it is refused already. */
  add(instrument: InstrumentId, reason: string, atMs: number): boolean {
    if (this.#refusals.has(instrument)) return false
    const former = this.#former.get(instrument)
    const isAgain = former !== undefined && atMs - former.atMs < 2 * askAgainMs.most
    this.#refusals.set(instrument, { reason, atMs, times: isAgain ? former.times + 1 : 1 })
    this.#former.delete(instrument)
    return true
  }

  /** False when it was not refused. */
  delete(instrument: InstrumentId): boolean {
    this.#former.delete(instrument)
    return this.#refusals.delete(instrument)
  }

  /** When the first is to be asked for again, monotonic; Infinity while none is refused. */
  get dueMs(): number {
    return Math.min(...[...this.#refusals.values()].map(dueMsOf))
  }

  /** Takes those that are to be asked for again by now. */
  takeDue(nowMs: number): readonly InstrumentId[] {
    const due = [...this.#refusals].filter(([, refusal]) => dueMsOf(refusal) <= nowMs)
    for (const [id, refusal] of due) {
      this.#refusals.delete(id)
      this.#former.set(id, refusal)
    }
    return due.map(([id]) => id)
  }

  /** Forgets all; gives those that were refused. */
  clear(): readonly InstrumentId[] {
    const ids = [...this.#refusals.keys()]
    this.#refusals.clear()
    this.#former.clear()
    return ids
  }

  /** One sentence for each. */
  sentences(): readonly string[] {
    return [...this.#refusals].map(([id, { reason }]) => `${id} is refused by the venue: ${reason}`)
  }
}

function dueMsOf({ atMs, times }: Refusal): number {
  return atMs + Math.min(askAgainMs.most, askAgainMs.first * 2 ** (times - 1))
}
