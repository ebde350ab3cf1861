const secondsKept = 60
const minutesKept = 60
const secondMs = 1_000
const minuteMs = 60_000

/** How it stands: plain data, its own until it is cloned. */
export type RecentActivityStanding = {
  readonly trades: Uint32Array
  readonly tradesKept: number
  readonly second: number
  readonly closes: Float64Array
  readonly minute: number
}

/** How busy an instrument was in the last minute and where it closed in each of the last 60. */
export class RecentActivity {
  readonly #trades = new Uint32Array(secondsKept)
  #tradesKept = 0
  #second = 0
  readonly #closes = new Float64Array(minutesKept).fill(NaN)
  #minute = 0

  /** Counts a trade at the run clock's now. */
  count(runNowMs: number): void {
    const second = Math.floor(runNowMs / secondMs)
    if (second > this.#second) this.#advanceTo(second)
    const slot = this.#second % secondsKept
    this.#trades[slot] = (this.#trades[slot] ?? 0) + 1
    this.#tradesKept += 1
  }

  /** Sets the close of the minute that holds `eventMs`; minutes that are already past stay. */
  close(eventMs: number, price: number): void {
    const minute = Math.floor(eventMs / minuteMs)
    if (minute < this.#minute) return
    const from = Math.max(this.#minute + 1, minute - minutesKept + 1)
    const carried = this.#closes[this.#minute % minutesKept] ?? NaN
    for (let past = from; past < minute; past += 1) this.#closes[past % minutesKept] = carried
    this.#closes[minute % minutesKept] = price
    this.#minute = minute
  }

  tradesLastMinute(runNowMs: number): number {
    const second = Math.floor(runNowMs / secondMs)
    if (second > this.#second) this.#advanceTo(second)
    return this.#tradesKept
  }

  /** The last 60 closes up to the run clock's minute, oldest first. */
  spark(runNowMs: number): (number | null)[] {
    const last = Math.max(Math.floor(runNowMs / minuteMs), this.#minute)
    return Array.from(Array(minutesKept).keys(), (at) => this.#closeAt(last - minutesKept + 1 + at))
  }

  standing(): RecentActivityStanding {
    return {
      trades: this.#trades,
      tradesKept: this.#tradesKept,
      second: this.#second,
      closes: this.#closes,
      minute: this.#minute
    }
  }

  takeUp({ trades, tradesKept, second, closes, minute }: RecentActivityStanding): void {
    this.#trades.set(trades)
    this.#tradesKept = tradesKept
    this.#second = second
    this.#closes.set(closes)
    this.#minute = minute
  }

  #closeAt(minute: number): number | null {
    if (minute <= this.#minute - minutesKept) return null
    const close = this.#closes[Math.min(minute, this.#minute) % minutesKept] ?? NaN
    return Number.isNaN(close) ? null : close
  }

  #advanceTo(second: number): void {
    const from = Math.max(this.#second + 1, second - secondsKept + 1)
    for (let past = from; past <= second; past += 1) {
      const slot = past % secondsKept
      this.#tradesKept -= this.#trades[slot] ?? 0
      this.#trades[slot] = 0
    }
    this.#second = second
  }
}
