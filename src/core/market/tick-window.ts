import type { TradeEntry } from './trade-entry.ts'

/** Trades that the window keeps at least, once it has seen that many. */
export const tickWindow = 256

const mostKept = 384
const firstCapacity = 32

/**
 * The latest trades of one instrument's day in TradeOrder, in columns. Grows to 384 trades (18 kB)
 * and is then cut back to 256.
 */
export class TickWindow {
  #capacity = firstCapacity
  #length = 0
  #events = new Float64Array(firstCapacity)
  #prices = new Float64Array(firstCapacity)
  #sizes = new Float64Array(firstCapacity)
  #majors = new Float64Array(firstCapacity)
  #minors = new Float64Array(firstCapacity)
  #arrivals = new Float64Array(firstCapacity)
  #buys = new Uint8Array(firstCapacity)

  get length(): number {
    return this.#length
  }

  /** True when the next insertion needs `dropOldest` first. */
  get isFull(): boolean {
    return this.#length === mostKept
  }

  /** Where the entry belongs: the number of kept trades that come before it. */
  placeOf(entry: TradeEntry): number {
    let at = this.#length
    while (at > 0 && this.#comesBefore(entry, at - 1)) at -= 1
    return at
  }

  insert(at: number, entry: TradeEntry): void {
    if (this.#length === this.#capacity) this.#grow()
    if (at < this.#length) this.#shift(at + 1, at, this.#length)
    this.#events[at] = entry.eventMs
    this.#prices[at] = entry.price
    this.#sizes[at] = entry.size
    this.#majors[at] = entry.major
    this.#minors[at] = entry.minor
    this.#arrivals[at] = entry.arrival
    this.#buys[at] = entry.isBuy ? 1 : 0
    this.#length += 1
  }

  /** Fills `into` with all of a kept trade but its units and run clock. */
  read(at: number, into: TradeEntry): void {
    into.eventMs = this.#events[at] ?? 0
    into.price = this.#prices[at] ?? 0
    into.size = this.#sizes[at] ?? 0
    into.major = this.#majors[at] ?? 0
    into.minor = this.#minors[at] ?? 0
    into.arrival = this.#arrivals[at] ?? 0
    into.isBuy = this.#buys[at] === 1
  }

  arrivalAt(at: number): number {
    return this.#arrivals[at] ?? 0
  }

  dropOldest(count: number): void {
    this.#shift(0, count, this.#length)
    this.#length -= count
  }

  clear(): void {
    this.#length = 0
  }

  #comesBefore(entry: TradeEntry, at: number): boolean {
    const major = this.#majors[at] ?? 0
    return entry.major < major || (entry.major === major && entry.minor < (this.#minors[at] ?? 0))
  }

  #shift(target: number, from: number, to: number): void {
    this.#events.copyWithin(target, from, to)
    this.#prices.copyWithin(target, from, to)
    this.#sizes.copyWithin(target, from, to)
    this.#majors.copyWithin(target, from, to)
    this.#minors.copyWithin(target, from, to)
    this.#arrivals.copyWithin(target, from, to)
    this.#buys.copyWithin(target, from, to)
  }

  #grow(): void {
    this.#capacity = Math.min(this.#capacity * 2, mostKept)
    this.#events = grown(this.#events, this.#capacity)
    this.#prices = grown(this.#prices, this.#capacity)
    this.#sizes = grown(this.#sizes, this.#capacity)
    this.#majors = grown(this.#majors, this.#capacity)
    this.#minors = grown(this.#minors, this.#capacity)
    this.#arrivals = grown(this.#arrivals, this.#capacity)
    const buys = new Uint8Array(this.#capacity)
    buys.set(this.#buys)
    this.#buys = buys
  }
}

function grown(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity)
  larger.set(column)
  return larger
}
