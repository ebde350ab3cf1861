import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { invariant } from '../../core/invariant.ts'
import { splitInstrumentId } from '../../core/market/instrument.ts'
import type { SealedHour } from './sealed-hour.ts'
import { pathIn } from './sealed-hour.ts'

/** A query begun before a file was replaced may read it so long. */
const readMs = 600_000

type Clearing = {
  readonly instrument: number
  readonly hour: number
  readonly cut_arrival: number
}

/** The manifest, as the writer keeps it: files take the place of rows, and the rows are deleted. */
export class SealedHours {
  readonly #folder: string
  readonly #putFile: Database.Statement
  readonly #replaceFile: Database.Statement
  readonly #dropStretches: Database.Statement
  readonly #putStretch: Database.Statement
  readonly #putClearing: Database.Statement
  readonly #nextClearing: Database.Statement<unknown[], Clearing>
  readonly #deleteRows: Database.Statement
  readonly #dropClearing: Database.Statement
  readonly #replaced: Database.Statement<unknown[], { readonly path: string }>
  readonly #dropFile: Database.Statement

  constructor(database: Database.Database) {
    this.#folder = dirname(database.name)
    this.#putFile = database.prepare(
      `INSERT INTO tape_file (venue, hour, part, path, bytes, trades, checksum, cut_arrival)
       VALUES (@venue, @hour, @part, @path, @bytes, @trades, @checksum, @cutArrival)`
    )
    this.#replaceFile = database.prepare(
      `UPDATE tape_file SET replaced_ms = @nowMs
       WHERE venue = @venue AND hour = @hour AND part = @part AND replaced_ms IS NULL`
    )
    const ofVenue = 'instrument IN (SELECT id FROM instrument WHERE venue = @venue)'
    this.#dropStretches = database.prepare(
      `DELETE FROM tape_stretch WHERE ${ofVenue} AND hour = @hour AND part = @part`
    )
    this.#putStretch = database.prepare(
      `INSERT INTO tape_stretch (instrument, hour, part, trades, flagged, first_id, last_id)
       SELECT id, @hour, @part, @trades, @flagged, CAST(@first AS INTEGER), CAST(@last AS INTEGER)
       FROM instrument WHERE venue = @venue AND symbol = @symbol`
    )
    this.#putClearing = database.prepare(
      `INSERT INTO tape_clearing (instrument, hour, cut_arrival)
       SELECT id, @hour, @cutArrival FROM instrument WHERE venue = @venue
       AND EXISTS (SELECT 1 FROM trade t WHERE t.instrument = instrument.id AND t.hour = @hour)
       ON CONFLICT (instrument, hour) DO UPDATE SET cut_arrival = excluded.cut_arrival`
    )
    this.#nextClearing = database.prepare(
      'SELECT instrument, hour, cut_arrival FROM tape_clearing LIMIT 1'
    )
    this.#deleteRows = database.prepare(
      `DELETE FROM trade WHERE (instrument, hour, id) IN (
         SELECT instrument, hour, id FROM trade
         WHERE instrument = ? AND hour = ? AND arrival <= ? LIMIT ?)`
    )
    this.#dropClearing = database.prepare(
      'DELETE FROM tape_clearing WHERE instrument = ? AND hour = ?'
    )
    this.#replaced = database.prepare(
      'SELECT path FROM tape_file WHERE replaced_ms IS NOT NULL AND replaced_ms <= ?'
    )
    this.#dropFile = database.prepare(
      'DELETE FROM tape_file WHERE path = ? AND replaced_ms IS NOT NULL'
    )
  }

  /** Lets a file count, and its rows no longer; to be called within a transaction. */
  seal(sealed: SealedHour, nowMs: number): void {
    const { venue, hour, part, replaces, stretches } = sealed
    for (const replaced of replaces) {
      this.#replaceFile.run({ venue, hour, part: replaced, nowMs })
      this.#dropStretches.run({ venue, hour, part: replaced })
    }
    const { path, bytes, trades, checksum, cutArrival } = sealed
    this.#putFile.run({ venue, hour, part, path, bytes, trades, checksum, cutArrival })
    for (const { instrument, ids, ...counts } of stretches) {
      const { first, last } = ids ?? { first: null, last: null }
      const { symbol } = splitInstrumentId(instrument)
      const put = this.#putStretch.run({ ...counts, venue, symbol, hour, part, first, last })
      invariant(put.changes === 1, `expected a stored instrument: ${instrument}`)
    }
    this.#putClearing.run({ venue, hour, cutArrival })
  }

  /**
   * Deletes rows that lie in files, at most `limit`; to be called within a transaction.
   *
   * @returns Whether any are left.
   */
  clear(limit: number): boolean {
    let room = limit
    for (let next = this.#nextClearing.get(); next !== undefined; next = this.#nextClearing.get()) {
      if (room <= 0) return true
      const { instrument, hour } = next
      const { changes } = this.#deleteRows.run(instrument, hour, next.cut_arrival, room)
      if (changes < room) this.#dropClearing.run(instrument, hour)
      room -= Math.max(changes, 1)
    }
    return false
  }

  /** Removes files that others took the place of, when nobody reads them any more. */
  dropReplaced(nowMs: number): void {
    for (const { path } of this.#replaced.all(nowMs - readMs)) {
      rmSync(pathIn(this.#folder, path), { force: true })
      this.#dropFile.run(path)
    }
  }
}
