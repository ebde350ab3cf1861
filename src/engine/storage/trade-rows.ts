import type Database from 'better-sqlite3'
import type { ColdTrades } from './cold-trades.ts'
import { hourOf } from './stored-trades.ts'
import type { TradeColumns, TradeRow } from './trade-columns.ts'
import { emptyTradeRow } from './trade-columns.ts'

/** Rows per statement: fewer crossings into SQLite; more gain nothing. */
const rowsPerStatement = 16
const valuesPerRow = 10

type StoredContent = readonly [eventMs: number, price: number, size: number, side: number]

/** What an insertion found; a trade that was contradicted before is no further conflict. */
export type InsertedTrades = { readonly duplicates: number; readonly conflicts: number }

/**
 * Inserts trades and keeps the first of each id, of those in files too. Rows go in sorted by instrument,
 * so that neighbours land on one page.
 */
export class TradeRows {
  readonly #many: ByIdKind
  readonly #one: ByIdKind
  readonly #find: Database.Statement<unknown[], StoredContent>
  readonly #keepConflict: ByIdKind
  readonly #row = emptyTradeRow()
  #values: (number | string)[] = []
  #idsAre: 'number' | 'text' = 'number'
  #duplicates = 0
  #conflicts = 0
  readonly #cold: ColdTrades
  /** Newest sealed hour of each instrument, by row; what lies behind it is in no file. */
  readonly #sealedTo = new Map<number, number>()

  constructor(database: Database.Database, cold: ColdTrades) {
    this.#cold = cold
    const insert = (rows: number): ByIdKind => ({
      number: database.prepare(insertSql(rows, 'CAST(? AS INTEGER)')),
      text: database.prepare(insertSql(rows, '?'))
    })
    this.#many = insert(rowsPerStatement)
    this.#one = insert(1)
    this.#find = database
      .prepare<unknown[], StoredContent>(
        'SELECT event_ms, price, size, side FROM trade WHERE instrument = ? AND hour = ? AND id = ?'
      )
      .raw()
    this.#keepConflict = {
      number: database.prepare(conflictSql('CAST(? AS INTEGER)')),
      text: database.prepare(conflictSql('?'))
    }
  }

  /**
   * @param rowOf Number of an instrument in its table, by registration.
   */
  insert(trades: TradeColumns, rowOf: readonly number[]): InsertedTrades {
    this.#duplicates = 0
    this.#conflicts = 0
    for (const at of sortedByInstrument(trades, rowOf.length)) {
      trades.read(at, this.#row)
      const idsAre = typeof this.#row.id === 'number' ? 'number' : 'text'
      if (idsAre !== this.#idsAre) this.#flush()
      this.#idsAre = idsAre
      const instrument = rowOf[this.#row.instrument] ?? 0
      if (this.#isInFile(this.#row, instrument)) continue
      this.#push(this.#row, instrument)
      if (this.#values.length === rowsPerStatement * valuesPerRow) this.#flush()
    }
    this.#flush()
    return { duplicates: this.#duplicates, conflicts: this.#conflicts }
  }

  /** Hours were sealed: what is known of them is read anew. */
  forgetSealed(): void {
    this.#sealedTo.clear()
  }

  #isInFile(row: TradeRow, instrument: number): boolean {
    const hour = hourOf(row.eventMs)
    const sealedTo = this.#sealedTo.get(instrument) ?? this.#readSealedTo(instrument)
    if (hour > sealedTo || this.#cold.hour(instrument, hour) === null) return false
    const known = this.#cold.find(instrument, hour, row.id)
    if (known === null) return false
    this.#duplicates += 1
    const [, , eventMs, , price, size, side] = known
    const isSame =
      eventMs === row.eventMs && price === row.price && size === row.size && side === row.side
    if (isSame) return true
    const told = [instrument, row.id, row.eventMs, row.receivedMs, row.price, row.size, row.side]
    const keep = this.#keepConflict[typeof row.id === 'number' ? 'number' : 'text']
    this.#conflicts += keep.run(...told).changes
    return true
  }

  #readSealedTo(instrument: number): number {
    const hour = this.#cold.newestHour(instrument) ?? -Infinity
    this.#sealedTo.set(instrument, hour)
    return hour
  }

  #push(row: TradeRow, instrument: number): void {
    this.#values.push(
      instrument,
      hourOf(row.eventMs),
      row.id,
      row.arrival,
      row.eventMs,
      row.receivedMs,
      row.price,
      row.size,
      row.side,
      row.flagged
    )
  }

  #flush(): void {
    const values = this.#values
    if (values.length === 0) return
    this.#values = []
    const rows = values.length / valuesPerRow
    if (rows === rowsPerStatement) {
      this.#note(rows - this.#many[this.#idsAre].run(values).changes, values)
      return
    }
    for (let from = 0; from < values.length; from += valuesPerRow) {
      const one = values.slice(from, from + valuesPerRow)
      this.#note(1 - this.#one[this.#idsAre].run(one).changes, one)
    }
  }

  /** Rows just inserted equal themselves, so that only true conflicts count. */
  #note(duplicates: number, values: readonly (number | string)[]): void {
    if (duplicates === 0) return
    this.#duplicates += duplicates
    for (let from = 0; from < values.length; from += valuesPerRow) {
      const row = values.slice(from, from + valuesPerRow)
      const [instrument, , id, , eventMs, receivedMs, ...content] = row
      const stored = this.#find.get(...row.slice(0, 3))
      const told = [eventMs, ...content]
      if (stored?.every((value, at) => value === told[at]) === true) continue
      const kept = [instrument, id, eventMs, receivedMs, ...content.slice(0, 3)]
      this.#conflicts += this.#keepConflict[this.#idsAre].run(...kept).changes
    }
  }
}

type ByIdKind = { readonly number: Database.Statement; readonly text: Database.Statement }

function insertSql(rows: number, id: string): string {
  const row = `(?, ?, ${id}, ?, ?, ?, ?, ?, ?, ?)`
  return `INSERT OR IGNORE INTO trade
    (instrument, hour, id, arrival, event_ms, received_ms, price, size, side, flagged)
    VALUES ${Array.from({ length: rows }, () => row).join(',')}`
}

function conflictSql(id: string): string {
  return `INSERT OR IGNORE INTO conflicting_trade
    (instrument, id, event_ms, received_ms, price, size, side) VALUES (?, ${id}, ?, ?, ?, ?, ?)`
}

/** Places of the rows, grouped by instrument, in order of appending within each. */
function sortedByInstrument(trades: TradeColumns, instruments: number): Uint32Array {
  const starts = new Uint32Array(instruments + 1)
  for (let at = 0; at < trades.length; at += 1) {
    const next = trades.instrumentAt(at) + 1
    starts[next] = (starts[next] ?? 0) + 1
  }
  for (let one = 1; one <= instruments; one += 1)
    starts[one] = (starts[one] ?? 0) + (starts[one - 1] ?? 0)
  const sorted = new Uint32Array(trades.length)
  for (let at = 0; at < trades.length; at += 1) {
    const one = trades.instrumentAt(at)
    const place = starts[one] ?? 0
    sorted[place] = at
    starts[one] = place + 1
  }
  return sorted
}
