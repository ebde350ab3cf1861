/** Missing ids, both ends included. */
export type IdRange = { readonly fromId: number; readonly toId: number }

/**
 * What an id tells about a trade. `next`: the one expected. `gap`: new, and ids before it are missing.
 * `late`: it was missing. `duplicate`: seen before. `uncertain`: older than what is remembered, may be
 * either.
 */
export type IdVerdict = 'next' | 'gap' | 'late' | 'duplicate' | 'uncertain'

/** Holes remembered per instrument; beyond it the oldest is forgotten, and ids up to its end become uncertain. */
export const holesRemembered = 256

/** Follows the trade ids of one instrument whose venue numbers trades +1. */
export class IdTracker {
  #highest: number | null = null
  /** Ids below are not remembered. */
  #floor: number
  /** Ascending, apart from each other. */
  readonly #holes: IdRange[] = []
  #missing: IdRange | null = null
  #holesForgotten = 0

  /**
   * @param known Ids of the newest stored trades, ascending; the ids between them are holes. Null when
   *   nothing is stored: then every id is new.
   */
  constructor(known: readonly number[] | null) {
    this.#floor = known === null ? -Infinity : (known[0] ?? Infinity)
    for (const id of known ?? []) this.#skipTo(id)
    this.#missing = null
  }

  /** The highest id seen or announced; null before the first. */
  get highest(): number | null {
    return this.#highest
  }

  /** The ids that the last `gap` found missing. */
  get missing(): IdRange | null {
    return this.#missing
  }

  /** Missing ids, ascending. What lies before the lowest id seen does not count as missing. */
  get holes(): readonly IdRange[] {
    return this.#holes.filter(({ fromId }) => Number.isFinite(fromId))
  }

  /** How many holes were forgotten for want of room; their ids became uncertain. */
  get holesForgotten(): number {
    return this.#holesForgotten
  }

  /** Takes note of a trade's id. */
  take(id: number): IdVerdict {
    if (this.#highest !== null && id === this.#highest + 1) {
      this.#highest = id
      return 'next'
    }
    if (this.#highest === null || id > this.#highest) return this.#skipTo(id)
    if (id < this.#floor) return 'uncertain'
    return this.#fill(id)
  }

  /** Takes the venue's word that an id exists; it counts as missing until its trade comes. */
  announce(id: number): 'gap' | 'known' {
    if (this.#highest !== null && id <= this.#highest) return 'known'
    const isGap = this.#highest !== null
    this.#addHole((this.#highest ?? -Infinity) + 1, id)
    this.#highest = id
    return isGap ? 'gap' : 'known'
  }

  #skipTo(id: number): IdVerdict {
    const previous = this.#highest
    this.#highest = id
    if (previous === null) {
      if (this.#floor === -Infinity) this.#addHole(-Infinity, id - 1)
      return 'next'
    }
    if (id === previous + 1) return 'next'
    this.#addHole(previous + 1, id - 1)
    return 'gap'
  }

  #fill(id: number): IdVerdict {
    const at = this.#holeAt(id)
    const hole = this.#holes[at]
    if (hole === undefined) return 'duplicate'
    const left = hole.fromId < id ? [{ fromId: hole.fromId, toId: id - 1 }] : []
    const right = id < hole.toId ? [{ fromId: id + 1, toId: hole.toId }] : []
    this.#holes.splice(at, 1, ...left, ...right)
    this.#forgetOldest()
    return 'late'
  }

  #addHole(fromId: number, toId: number): void {
    this.#missing = { fromId, toId }
    this.#holes.push(this.#missing)
    this.#forgetOldest()
  }

  #forgetOldest(): void {
    if (this.#holes.length <= holesRemembered) return
    const oldest = this.#holes.shift()
    this.#floor = (oldest?.toId ?? -Infinity) + 1
    this.#holesForgotten += 1
  }

  #holeAt(id: number): number {
    let low = 0
    let high = this.#holes.length - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const hole = this.#holes[middle]
      if (hole === undefined) break
      if (id < hole.fromId) high = middle - 1
      else if (id > hole.toId) low = middle + 1
      else return middle
    }
    return -1
  }
}
