import type Database from 'better-sqlite3'

/** Candles of one instrument that count so many trades each. */
export type TickSeries = { readonly instrument: number; readonly length: number }

/** Tells which final tick candles are stored, without reading them. */
export class StoredTickSeries {
  readonly #instruments: Database.Statement<unknown[], number>
  readonly #nextLength: Database.Statement<unknown[], number>
  readonly #firstDay: Database.Statement<unknown[], number | null>

  constructor(database: Database.Database) {
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#instruments = value('SELECT id FROM instrument WHERE id >= ? ORDER BY id')
    this.#nextLength = value(
      'SELECT length FROM tick_candle WHERE instrument = ? AND length > ? ORDER BY length LIMIT 1'
    )
    this.#firstDay = value(
      'SELECT min(day_ms) FROM tick_candle WHERE instrument = ? AND length = ?'
    )
  }

  /** Each with where its oldest day begins, by instrument. @param from The first instrument. */
  *all(from = 0): Generator<TickSeries & { readonly firstMs: number }> {
    for (const instrument of this.#instruments.all(from)) {
      let length = this.#nextLength.get(instrument, 0)
      while (length !== undefined) {
        const firstMs = this.#firstDay.get(instrument, length) ?? Infinity
        yield { instrument, length, firstMs }
        length = this.#nextLength.get(instrument, length)
      }
    }
  }
}
