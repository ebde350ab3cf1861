/**
 * Rows of numbers, oldest first, in typed columns. Grows by doubling up to its bound; from then on each
 * new row replaces the oldest one.
 */
export class ColumnRing {
  #bound: number
  #columns: Float64Array[]
  #capacity: number
  #first = 0
  #length = 0

  constructor(columnCount: number, bound: number) {
    this.#bound = bound
    this.#capacity = Math.min(bound, 64)
    this.#columns = Array.from({ length: columnCount }, () => new Float64Array(this.#capacity))
  }

  get length(): number {
    return this.#length
  }

  /** Lets it hold so many rows; it never shrinks. */
  raiseBound(bound: number): void {
    this.#bound = Math.max(this.#bound, bound)
  }

  push(row: readonly number[]): void {
    if (this.#length === this.#capacity && this.#capacity < this.#bound) this.#grow()
    if (this.#length === this.#capacity) this.#first = (this.#first + 1) % this.#capacity
    else this.#length += 1
    for (let column = 0; column < row.length; column += 1) {
      this.set(this.#length - 1, column, row[column] ?? NaN)
    }
  }

  /** @param index 0 is the oldest row. */
  get(index: number, column: number): number {
    return this.#columns[column]?.[(this.#first + index) % this.#capacity] ?? NaN
  }

  set(index: number, column: number, value: number): void {
    const values = this.#columns[column]
    if (values !== undefined) values[(this.#first + index) % this.#capacity] = value
  }

  #grow(): void {
    const capacity = Math.min(this.#bound, this.#capacity * 2)
    this.#columns = this.#columns.map((values) => {
      const grown = new Float64Array(capacity)
      grown.set(values.subarray(this.#first))
      grown.set(values.subarray(0, this.#first), values.length - this.#first)
      return grown
    })
    this.#first = 0
    this.#capacity = capacity
  }
}
