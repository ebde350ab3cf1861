import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import type { TapeRows } from '../../recordings/tape-rows.ts'
import { ManifestFiles } from './manifest-files.ts'
import type { TradeTuple } from './trade-tuple.ts'

/** What the manifest says of an instrument's hour, of all parts together. */
export type ColdHour = {
  readonly trades: number
  readonly flagged: number
  /** Bounds of its ids; null where any is text. */
  readonly ids: { readonly first: number; readonly last: number } | null
  /** Of the rows of `trade`, those that came later lie in no file. */
  readonly cutArrival: number
}

type HourRow = readonly [
  trades: number,
  flagged: number,
  texts: number,
  firstId: number | null,
  lastId: number | null
]
type FileRow = readonly [path: string, checksum: number, cutArrival: number]
type Held = { readonly rows: readonly TradeTuple[]; byId: Map<number | string, TradeTuple> | null }

/** Trades held over all hours; one hour may be larger. */
const mostHeld = 200_000
const mostOpenFiles = 48

/**
 * Trades of sealed hours, read from their files an instrument and hour at a time. What cannot be read is
 * left out and noted: the rest still counts.
 */
export class ColdTrades {
  readonly #opened: ManifestFiles
  readonly #newestHour: Database.Statement<unknown[], number | null>
  readonly #hourBefore: Database.Statement<unknown[], number | null>
  readonly #hoursIn: Database.Statement<unknown[], number>
  readonly #hour: Database.Statement<unknown[], HourRow>
  readonly #files: Database.Statement<unknown[], FileRow>
  readonly #name: Database.Statement<unknown[], InstrumentId>
  readonly #names = new Map<number, InstrumentId>()
  /** Least recently used first, by checksum and path. */
  readonly #open = new Map<string, TapeFileReader>()
  readonly #held = new Map<string, Held>()

  constructor(database: Database.Database) {
    this.#opened = new ManifestFiles(database)
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#newestHour = value('SELECT max(hour) FROM tape_stretch WHERE instrument = ?')
    this.#hourBefore = value('SELECT max(hour) FROM tape_stretch WHERE instrument = ? AND hour < ?')
    this.#hoursIn = value(
      `SELECT DISTINCT hour FROM tape_stretch WHERE instrument = ? AND hour BETWEEN ? AND ?
       ORDER BY hour`
    )
    this.#hour = database
      .prepare<unknown[], HourRow>(
        `SELECT ifnull(sum(trades), 0), sum(flagged), sum(first_id IS NULL), min(first_id), max(last_id)
         FROM tape_stretch WHERE instrument = ? AND hour = ?`
      )
      .raw()
    this.#files = database
      .prepare<unknown[], FileRow>(
        `SELECT f.path, f.checksum, f.cut_arrival
         FROM instrument i CROSS JOIN tape_file f ON f.venue = i.venue AND f.hour = ?
         WHERE i.id = ? AND f.replaced_ms IS NULL ORDER BY f.part`
      )
      .raw()
    this.#name = value("SELECT venue || ':' || symbol FROM instrument WHERE id = ?")
  }

  /** The newest sealed hour that holds trades of an instrument; null when there is none. */
  newestHour(instrument: number): number | null {
    return this.#newestHour.get(instrument) ?? null
  }

  /** The newest sealed hour before another that holds trades of an instrument; null when there is none. */
  hourBefore(instrument: number, hour: number): number | null {
    return this.#hourBefore.get(instrument, hour) ?? null
  }

  /** Sealed hours that hold trades of an instrument, ascending. */
  hoursIn(instrument: number, fromHour: number, lastHour: number): readonly number[] {
    return this.#hoursIn.all(instrument, fromHour, lastHour)
  }

  /** What the manifest says of an hour; null when no file holds trades of the instrument's hour. */
  hour(instrument: number, hour: number): ColdHour | null {
    const [trades = 0, flagged = 0, texts = 0, first = null, last = null] =
      this.#hour.get(instrument, hour) ?? []
    if (trades === 0) return null
    const cuts = this.#files.all(hour, instrument).map(([, , cutArrival]) => cutArrival)
    const ids = texts === 0 && first !== null && last !== null ? { first, last } : null
    return { trades, flagged, ids, cutArrival: Math.max(-1, ...cuts) }
  }

  /** The trades that files hold of an hour, in no order, each id once. */
  rows(instrument: number, hour: number): readonly TradeTuple[] {
    return this.#hold(instrument, hour).rows
  }

  /** The trade of an id that a file holds; null when none does. */
  find(instrument: number, hour: number, id: number | string): TradeTuple | null {
    const ids = this.hour(instrument, hour)?.ids ?? null
    if (ids !== null && !(Number(id) >= ids.first && Number(id) <= ids.last)) return null
    const held = this.#hold(instrument, hour)
    held.byId ??= new Map(held.rows.map((row) => [row[0], row]))
    return held.byId.get(id) ?? null
  }

  /** Kinds of damage noted since it was last taken. */
  get damages(): number {
    return this.#opened.damages
  }

  /** What could not be read since this was last asked for. */
  takeDamage(): readonly RecordingError[] {
    return this.#opened.takeDamage()
  }

  close(): void {
    for (const reader of this.#open.values()) reader.close()
    this.#open.clear()
    this.#held.clear()
  }

  #hold(instrument: number, hour: number): Held {
    const files = this.#files.all(hour, instrument)
    const key = `${instrument} ${hour} ${files.map(([path]) => path).join(' ')}`
    const known = this.#held.get(key)
    if (known !== undefined) return known
    const before = this.#opened.damages
    const held = { rows: this.#read(instrument, files), byId: null }
    // What is damaged may be mended, and is told each time.
    if (this.#opened.damages > before) return held
    let count = held.rows.length
    for (const { rows } of this.#held.values()) count += rows.length
    for (const [oldest, { rows }] of this.#held) {
      if (count <= mostHeld) break
      this.#held.delete(oldest)
      count -= rows.length
    }
    this.#held.set(key, held)
    return held
  }

  #read(instrument: number, files: readonly FileRow[]): readonly TradeTuple[] {
    const name = this.#nameOf(instrument)
    const rows = new Map<number | string, TradeTuple>()
    for (const [path, checksum] of files) {
      const reader = this.#readerOf(path, checksum)
      if (reader === null) continue
      for (const group of reader.header.groups) {
        if (reader.countOf(group, name) === 0) continue
        const found = this.#opened.read(() => reader.read(group, name))
        if (found === null) continue
        for (let at = 0; at < found.length; at += 1) {
          const row = tupleAt(found, at)
          if (!rows.has(row[0])) rows.set(row[0], row)
        }
      }
    }
    return [...rows.values()]
  }

  #readerOf(path: string, checksum: number): TapeFileReader | null {
    const key = `${checksum} ${path}`
    const known = this.#open.get(key)
    if (known !== undefined) {
      this.#open.delete(key)
      this.#open.set(key, known)
      return known
    }
    const opened = this.#opened.open(path, checksum)
    if (opened === null) return null
    this.#open.set(key, opened)
    for (const [oldest, reader] of this.#open) {
      if (this.#open.size <= mostOpenFiles) break
      reader.close()
      this.#open.delete(oldest)
    }
    return opened
  }

  #nameOf(instrument: number): InstrumentId {
    const name = this.#names.get(instrument) ?? this.#name.get(instrument) ?? ':'
    this.#names.set(instrument, name)
    return name
  }
}

function tupleAt(rows: TapeRows, at: number): TradeTuple {
  return [
    rows.id[at] ?? '',
    rows.arrival[at] ?? 0,
    rows.eventMs[at] ?? 0,
    rows.receivedMs[at] ?? 0,
    rows.price[at] ?? 0,
    rows.size[at] ?? 0,
    rows.side[at] ?? 0,
    rows.flagged[at] ?? 0
  ]
}
