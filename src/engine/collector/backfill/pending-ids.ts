import type { TradeIdRange } from '../../../venues/venue.ts'

/** Stretches kept apart; beyond it the two oldest become one, and ids between them are asked for again. */
const rangesKept = 256

/** The ids of one gap that REST has not given yet. */
export class PendingIds {
  /** Ascending, apart from each other. */
  #ranges: TradeIdRange[]

  constructor(range: TradeIdRange) {
    this.#ranges = [range]
  }

  /** The highest id wanted; null when none is. */
  get highest(): number | null {
    return this.#ranges.at(-1)?.toId ?? null
  }

  /** The newest stretch that holds ids up to `highestId`, cut off there; null when there is none. */
  newestUpTo(highestId: number): TradeIdRange | null {
    const range = this.#ranges.findLast(({ fromId }) => fromId <= highestId)
    return range === undefined ? null : { ...range, toId: Math.min(range.toId, highestId) }
  }

  /** Forgets all ids outside a range. */
  clip({ fromId, toId }: TradeIdRange): void {
    this.#ranges = this.#ranges
      .map((range) => ({
        fromId: Math.max(range.fromId, fromId),
        toId: Math.min(range.toId, toId)
      }))
      .filter((range) => range.fromId <= range.toId)
  }

  /**
   * Strikes ids out.
   *
   * @param ids Ascending, without repeats.
   * @returns How many of them were wanted.
   */
  remove(ids: readonly number[]): number {
    let removed = 0
    const kept: TradeIdRange[] = []
    let at = 0
    for (const range of this.#ranges) {
      let fromId = range.fromId
      for (; at < ids.length; at += 1) {
        const id = ids[at] ?? Infinity
        if (id > range.toId) break
        if (id < fromId) continue
        if (id > fromId) kept.push({ fromId, toId: id - 1 })
        fromId = id + 1
        removed += 1
      }
      if (fromId <= range.toId) kept.push({ fromId, toId: range.toId })
    }
    const surplus = kept.length - rangesKept
    if (surplus > 0) {
      const [oldest] = kept
      const last = kept[surplus]
      if (oldest !== undefined && last !== undefined) {
        kept.splice(0, surplus + 1, { fromId: oldest.fromId, toId: last.toId })
      }
    }
    this.#ranges = kept
    return removed
  }
}
