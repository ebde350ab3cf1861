import type { GapCause } from './gap.ts'
import type { LinkMark } from './link-mark.ts'

/** Why nothing carried an instrument for a while. */
export type Interruption = { readonly cause: GapCause; readonly reason: string | null }

/** What a mark means for an instrument that several links may carry. */
export type LinkChange = 'first' | 'more' | 'last' | 'fewer'

/** The links that carry one instrument now. Bound: as many as a collector opens for it. */
export class StandingLinks {
  readonly #connections = new Set<string>()

  /** True while at least one link carries the instrument. */
  get areAny(): boolean {
    return this.#connections.size > 0
  }

  /**
   * Takes note of a mark. `first`: a link carries the instrument again. `last`: none does any more.
   * `more`, `fewer`: others stand, or the mark was told before.
   */
  take({ state, connection }: LinkMark): LinkChange {
    if (state === 'up') {
      const wereAny = this.areAny
      this.#connections.add(connection)
      return wereAny ? 'more' : 'first'
    }
    const wasStanding = this.#connections.delete(connection)
    return wasStanding && !this.areAny ? 'last' : 'fewer'
  }
}
