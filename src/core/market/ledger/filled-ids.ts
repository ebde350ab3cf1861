/** Neighbouring ids of which trades are stored, both ends included, with the venue times of the two ends. */
export type FilledRun = {
  readonly fromId: number
  readonly toId: number
  readonly fromMs: number
  readonly toMs: number
}

/** Runs remembered of one gap; beyond it the oldest is forgotten, and its ids count as missing again. */
const runsRemembered = 512

/** Which ids of a gap came, late or by backfill. */
export class FilledIds {
  /** Ascending, apart from each other. */
  readonly #runs: FilledRun[] = []
  #count = 0

  /** Ascending, apart from each other; may be empty. */
  get runs(): readonly FilledRun[] {
    return this.#runs
  }

  /** How many ids came. */
  get count(): number {
    return this.#count
  }

  has(id: number): boolean {
    const run = this.#runs[this.#firstEndingAt(id)]
    return run !== undefined && run.fromId <= id
  }

  /** Adds ids that come after or between those known; ids known already must not be among them. */
  add(run: FilledRun): void {
    const at = this.#firstEndingAt(run.fromId)
    const before = this.#runs[at - 1]
    const after = this.#runs[at]
    const joinsBefore = before !== undefined && before.toId + 1 === run.fromId
    const joinsAfter = after !== undefined && run.toId + 1 === after.fromId
    const whole = {
      ...run,
      ...(joinsBefore ? { fromId: before.fromId, fromMs: before.fromMs } : {}),
      ...(joinsAfter ? { toId: after.toId, toMs: after.toMs } : {})
    }
    const from = joinsBefore ? at - 1 : at
    this.#runs.splice(from, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0), whole)
    this.#count += run.toId - run.fromId + 1
    if (this.#runs.length > runsRemembered) this.#forgetOldest()
  }

  #forgetOldest(): void {
    const oldest = this.#runs.shift()
    if (oldest !== undefined) this.#count -= oldest.toId - oldest.fromId + 1
  }

  #firstEndingAt(id: number): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#runs[middle]?.toId ?? Infinity) < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
