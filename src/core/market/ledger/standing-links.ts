import type { GapCause } from './gap.ts'
import type { LinkMark } from './link-mark.ts'

/** Why nothing carried an instrument for a while. */
export type Interruption = { readonly cause: GapCause; readonly reason: string | null }

/** Trades came, and the store had no room for them. */
export const storeFull: Interruption = { cause: 'store-full', reason: null }

/** Trades came, and taking them in failed. */
export const notTakenIn: Interruption = { cause: 'missing-ids', reason: 'taking it in failed' }

/** What a mark means for an instrument that several links may carry. */
export type LinkChange = 'first' | 'more' | 'again' | 'last' | 'fewer' | 'unknown'

/** The links that carry one instrument now. Bound: as many as a collector opens for it. */
export class StandingLinks {
  /** Run clock at which each began. */
  readonly #begun = new Map<string, number>()

  /** True while at least one link carries the instrument. */
  get areAny(): boolean {
    return this.#begun.size > 0
  }

  /** Run clock at which the oldest of them began; Infinity while there is none. */
  get oldestMs(): number {
    return Math.min(...this.#begun.values())
  }

  /**
   * Takes note of a mark. `first`: a link carries the instrument again. `last`: none does any more.
   * `more`, `fewer`: others stand. `again`, `unknown`: the mark was told before.
   */
  take({ state, connection, atMs }: LinkMark): LinkChange {
    const isKnown = this.#begun.has(connection)
    if (state === 'up') {
      if (isKnown) return 'again'
      this.#begun.set(connection, atMs)
      return this.#begun.size === 1 ? 'first' : 'more'
    }
    if (!isKnown) return 'unknown'
    this.#begun.delete(connection)
    return this.areAny ? 'fewer' : 'last'
  }
}
