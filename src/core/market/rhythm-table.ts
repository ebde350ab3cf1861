const hoursOfDay = 24
/** Fields of a row, as offsets. */
const last = 0
const events = 1
const time = 2
const squares = 3
const pace = 4
const longest = 5
const hourTime = 6
const hourSquares = 7
const fields = 8

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** Half of what was learned is forgotten in 20 minutes, of the longest gap in an hour. */
const halvedInMs = 20 * minuteMs
const longestHalvedInMs = hourMs
/** Gaps over which the pace follows a stream that becomes slower. */
const paceGaps = 16
/** Below this much evidence nothing is said of a stream. */
const leastEvents = 30
const leastTimeMs = 20_000
/** How far into an hour what other days had in it is held against what the last minutes had. */
const hourTrustMs = 20 * minuteMs
/** An hour watched for less says nothing of the next day's. */
const leastHourMs = 10 * minuteMs

/**
 * How long many streams usually rest between two events, each learned from its own gaps.
 *
 * Of a stream it learns the time that is usually left at any moment until its next event, ms. Where
 * events come at random that is their mean gap; where they come in bursts it is that of the lulls,
 * however many events the bursts hold. After a rest of n times as long a stream that is alive is
 * still silent with a chance of about e⁻ⁿ. Learned of late, and for each hour of the day (UTC).
 *
 * 160 bytes a stream; an event costs a few additions and no allocation. Times are monotonic ms.
 */
export class RhythmTable {
  #sums = new Float64Array(0)
  #hours = new Float32Array(0)
  readonly #free: number[] = []
  #size = 0
  #hour = 0
  #intoHourMs = 0
  #agedMs = 0

  /** Makes room for one more stream. @returns Its row. */
  add(): number {
    const row = this.#free.pop() ?? this.#size++
    if ((row + 1) * fields > this.#sums.length) this.#grow()
    this.#sums.fill(0, row * fields, (row + 1) * fields)
    this.#sums[row * fields + last] = -1
    this.#hours.fill(0, row * hoursOfDay, (row + 1) * hoursOfDay)
    return row
  }

  /** Forgets a stream; its row may be given to another. */
  remove(row: number): void {
    this.#free.push(row)
  }

  /** Learns all that another table knows of a stream. */
  adopt(row: number, other: RhythmTable, otherRow: number): void {
    const from = otherRow * fields
    this.#sums.set(other.#sums.subarray(from, from + fields), row * fields)
    const hours = otherRow * hoursOfDay
    this.#hours.set(other.#hours.subarray(hours, hours + hoursOfDay), row * hoursOfDay)
    this.#sums[row * fields + last] = -1
  }

  /** An event of a stream. */
  note(row: number, atMs: number): void {
    const sums = this.#sums
    const at = row * fields
    const lastMs = sums[at] ?? -1
    sums[at] = atMs
    if (lastMs < 0) return
    const gapMs = atMs - lastMs
    if (gapMs <= 0) return
    const squareMs = gapMs * gapMs
    sums[at + events] = (sums[at + events] ?? 0) + 1
    sums[at + time] = (sums[at + time] ?? 0) + gapMs
    sums[at + squares] = (sums[at + squares] ?? 0) + squareMs
    sums[at + hourTime] = (sums[at + hourTime] ?? 0) + gapMs
    sums[at + hourSquares] = (sums[at + hourSquares] ?? 0) + squareMs
    const paceMs = sums[at + pace] ?? 0
    sums[at + pace] = paceMs + (gapMs - paceMs) / paceGaps
    if (gapMs > (sums[at + longest] ?? 0)) sums[at + longest] = gapMs
  }

  /** Nobody listened for a while: the gap that ends next says nothing, of any stream. */
  interrupted(): void {
    for (let at = 0; at < this.#size * fields; at += fields) this.#sums[at] = -1
  }

  /**
   * Forgets a little and follows the hour of the day; to be called every minute or oftener.
   *
   * @param nowMs Epoch ms of the run clock.
   */
  age(nowMs: number): void {
    this.#intoHourMs = nowMs % hourMs
    const hour = Math.floor(nowMs / hourMs) % hoursOfDay
    if (hour !== this.#hour) {
      this.#keepHour()
      this.#hour = hour
    }
    const passedMs = nowMs - this.#agedMs
    if (passedMs >= 0 && passedMs < minuteMs) return
    if (this.#agedMs > 0) this.#forget(Math.max(passedMs, minuteMs))
    this.#agedMs = nowMs
  }

  /** How long a stream usually has still to rest at any moment, ms; Infinity while too little is known of it. */
  usualRestMs(row: number): number {
    const at = row * fields
    const timeMs = this.#sums[at + time] ?? 0
    if ((this.#sums[at + events] ?? 0) < leastEvents || timeMs < leastTimeMs) return Infinity
    const recentMs = Math.max(
      (this.#sums[at + squares] ?? 0) / timeMs / 2,
      this.#sums[at + pace] ?? 0
    )
    const hourlyMs = this.#hours[row * hoursOfDay + this.#hour] ?? 0
    if (hourlyMs <= recentMs) return recentMs
    const trust = Math.max(0, 1 - this.#intoHourMs / hourTrustMs)
    return recentMs * (hourlyMs / recentMs) ** trust
  }

  /** So many usual rests of a stream, more while little is known of it; Infinity while too little is. */
  restsMs(row: number, rests: number): number {
    const restMs = this.usualRestMs(row)
    if (restMs === Infinity) return Infinity
    return restMs * rests * (1 + (3 * leastTimeMs) / (this.#sums[row * fields + time] ?? 0))
  }

  /** The longest gap of late, ms; halved in an hour. */
  longestGapMs(row: number): number {
    return this.#sums[row * fields + longest] ?? 0
  }

  #forget(passedMs: number): void {
    const kept = 0.5 ** (passedMs / halvedInMs)
    const longestKept = 0.5 ** (passedMs / longestHalvedInMs)
    for (let at = 0; at < this.#size * fields; at += fields) {
      for (let field = events; field <= squares; field += 1) {
        this.#sums[at + field] = (this.#sums[at + field] ?? 0) * kept
      }
      this.#sums[at + longest] = (this.#sums[at + longest] ?? 0) * longestKept
    }
  }

  /** Keeps what the hour that ends had, for the same hour of other days. */
  #keepHour(): void {
    for (let row = 0; row < this.#size; row += 1) {
      const at = row * fields
      const timeMs = this.#sums[at + hourTime] ?? 0
      if (timeMs >= leastHourMs) {
        const slot = row * hoursOfDay + this.#hour
        const restMs = (this.#sums[at + hourSquares] ?? 0) / timeMs / 2
        const knownMs = this.#hours[slot] ?? 0
        this.#hours[slot] = knownMs === 0 ? restMs : (knownMs + restMs) / 2
      }
      this.#sums[at + hourTime] = this.#sums[at + hourSquares] = 0
    }
  }

  #grow(): void {
    const rows = Math.max(16, this.#size * 2)
    const sums = new Float64Array(rows * fields)
    sums.set(this.#sums)
    this.#sums = sums
    const hours = new Float32Array(rows * hoursOfDay)
    hours.set(this.#hours)
    this.#hours = hours
  }
}
