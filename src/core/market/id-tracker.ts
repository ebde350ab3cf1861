/** Missing ids, both ends included. */
export type IdRange = { readonly fromId: number; readonly toId: number }

/**
 * What an id tells about a trade. `next`: the one expected. `gap`: new, and ids before it are missing.
 * `late`: it was missing. `duplicate`: seen before. `uncertain`: of a time that is not remembered id by
 * id, may be either.
 */
export type IdVerdict = 'next' | 'gap' | 'late' | 'duplicate' | 'uncertain'

/** Holes remembered per instrument; beyond it the two oldest grow into one, with the ids between them uncertain. */
export const holesRemembered = 256

/** `isSure`: each id of it is missing; else some may be stored already. */
type Hole = IdRange & { readonly isSure: boolean }

/** Follows the trade ids of one instrument whose venue numbers trades +1. */
export class IdTracker {
  #highest: number | null = null
  /** Ids below are not remembered, but for holes. */
  readonly #floor: number
  /** Ascending, apart from each other. */
  readonly #holes: Hole[] = []
  #missing: IdRange | null = null
  #merged: IdRange | null = null
  #holesMerged = 0

  /**
   * @param known Ids of the newest stored trades, ascending; the ids between them are holes. Null when
   *   nothing is stored: then every id is new.
   * @param missing Ids known to be missing, ascending; those before the first of `known` may in part be
   *   stored nevertheless.
   */
  constructor(known: readonly number[] | null, missing: readonly IdRange[] = []) {
    this.#floor = known === null ? -Infinity : (known[0] ?? Infinity)
    if (known === null && missing[0] !== undefined) this.announce(missing[0].fromId - 1)
    if (known !== null) this.#holes.push(...missing.flatMap((range) => this.#belowFloor(range)))
    for (const id of known ?? []) this.#skipTo(id)
    for (const { toId } of missing) this.announce(toId)
    this.#missing = null
    this.#merged = null
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
    return this.#holes
      .filter(({ fromId }) => Number.isFinite(fromId))
      .map(({ fromId, toId }) => ({ fromId, toId }))
  }

  /** How often two holes grew into one for want of room; the ids between them became uncertain. */
  get holesMerged(): number {
    return this.#holesMerged
  }

  /** Tells whether an id is known to be stored. */
  isStored(id: number): boolean {
    if (this.#highest === null || id > this.#highest || id < this.#floor) return false
    return this.#holeAt(id) === -1
  }

  /** The hole that two grew into since this was last asked; null when none did. */
  takeMerged(): IdRange | null {
    const merged = this.#merged
    this.#merged = null
    return merged
  }

  /** Tells whether an id is known to be missing. */
  isMissing(id: number): boolean {
    return Number.isFinite(this.#holes[this.#holeAt(id)]?.fromId ?? NaN)
  }

  /** Takes note of all ids after the highest up to this one, which came one after the other. */
  reach(id: number): void {
    if (this.#highest !== null && id > this.#highest) this.#highest = id
  }

  /** Takes note of a trade's id. */
  take(id: number): IdVerdict {
    if (this.#highest === null || id > this.#highest) return this.#skipTo(id)
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

  #belowFloor({ fromId, toId }: IdRange): Hole[] {
    const lastId = Math.min(toId, this.#floor - 1)
    return fromId <= lastId ? [{ fromId, toId: lastId, isSure: false }] : []
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
    if (hole === undefined) return id < this.#floor ? 'uncertain' : 'duplicate'
    const left = hole.fromId < id ? [{ ...hole, toId: id - 1 }] : []
    const right = id < hole.toId ? [{ ...hole, fromId: id + 1 }] : []
    this.#holes.splice(at, 1, ...left, ...right)
    this.#mergeOldest()
    return hole.isSure ? 'late' : 'uncertain'
  }

  #addHole(fromId: number, toId: number): void {
    this.#missing = { fromId, toId }
    this.#holes.push({ fromId, toId, isSure: true })
    this.#mergeOldest()
  }

  #mergeOldest(): void {
    if (this.#holes.length <= holesRemembered) return
    const at = this.#holes[0]?.fromId === -Infinity ? 1 : 0
    const [older, newer] = this.#holes.slice(at)
    if (older === undefined || newer === undefined) return
    this.#merged = {
      fromId: Math.min(this.#merged?.fromId ?? Infinity, older.fromId),
      toId: Math.max(this.#merged?.toId ?? -Infinity, newer.toId)
    }
    this.#holes.splice(at, 2, { fromId: older.fromId, toId: newer.toId, isSure: false })
    this.#holesMerged += 1
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
