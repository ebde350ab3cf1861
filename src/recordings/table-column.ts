/** What one cell of a table holds. Null where nothing is known, in columns that may. */
export type TableValue = string | number | boolean | null

/** One row: a value for each column, in their order. */
export type TableRow = readonly TableValue[]

/** A column of a table that is written as CSV or Parquet. */
export type TableColumn = {
  readonly name: string
  /**
   * `text`: UTF-8. `number`: a finite double. `count`: a whole number of at most 2^53. `flag`: true or
   * false.
   */
  readonly kind: 'text' | 'number' | 'count' | 'flag'
  /** Whether rows may hold null in it. */
  readonly mayBeNull: boolean
}
