import type { TradeEntry } from './trade-entry.ts'

/** Trades that the window keeps at least, once it has seen that many. */
export const tickWindow = 256

const mostKept = 384
const firstCapacity = 32

/** Columns of one trade, side by side so that a trade is one stretch of memory. */
const columns = 7
const eventColumn = 0
const priceColumn = 1
const sizeColumn = 2
const majorColumn = 3
const minorColumn = 4
const arrivalColumn = 5
const buyColumn = 6

/** How a window stands: plain data, its own until it is cloned. */
export type TickWindowStanding = { readonly length: number; readonly table: Float64Array }

/**
 * The latest trades of one instrument's day in TradeOrder. Grows to 384 trades (22 kB); whoever fills
 * it then drops the oldest, so that 256 stay.
 */
export class TickWindow {
  #length = 0
  #table = new Float64Array(firstCapacity * columns)

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
    const start = at * columns
    if (this.#length * columns === this.#table.length) this.#grow()
    const table = this.#table
    if (at < this.#length) table.copyWithin(start + columns, start, this.#length * columns)
    table[start + eventColumn] = entry.eventMs
    table[start + priceColumn] = entry.price
    table[start + sizeColumn] = entry.size
    table[start + majorColumn] = entry.major
    table[start + minorColumn] = entry.minor
    table[start + arrivalColumn] = entry.arrival
    table[start + buyColumn] = entry.isBuy ? 1 : 0
    this.#length += 1
  }

  /** Fills `into` with all of a kept trade but its units and run clock. */
  read(at: number, into: TradeEntry): void {
    const table = this.#table
    const start = at * columns
    into.eventMs = table[start + eventColumn] ?? 0
    into.price = table[start + priceColumn] ?? 0
    into.size = table[start + sizeColumn] ?? 0
    into.major = table[start + majorColumn] ?? 0
    into.minor = table[start + minorColumn] ?? 0
    into.arrival = table[start + arrivalColumn] ?? 0
    into.isBuy = table[start + buyColumn] === 1
  }

  arrivalAt(at: number): number {
    return this.#table[at * columns + arrivalColumn] ?? 0
  }

  dropOldest(count: number): void {
    this.#table.copyWithin(0, count * columns, this.#length * columns)
    this.#length -= count
  }

  clear(): void {
    this.#length = 0
  }

  standing(): TickWindowStanding {
    return { length: this.#length, table: this.#table }
  }

  takeUp({ length, table }: TickWindowStanding): void {
    this.#length = length
    // A copy holds only what a view shows, and is as long.
    this.#table = new Float64Array(table)
  }

  #comesBefore(entry: TradeEntry, at: number): boolean {
    const start = at * columns
    const major = this.#table[start + majorColumn] ?? 0
    if (entry.major !== major) return entry.major < major
    return entry.minor < (this.#table[start + minorColumn] ?? 0)
  }

  #grow(): void {
    const table = new Float64Array(Math.min(this.#table.length * 2, mostKept * columns))
    table.set(this.#table)
    this.#table = table
  }
}
