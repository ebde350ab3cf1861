import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeGroup } from '../../recordings/tape-file.ts'
import type { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { pickRows, TapeRowsBuilder, type TapeRows } from '../../recordings/tape-rows.ts'
import { ManifestFiles } from './manifest-files.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tapeRowFrom, tradeTupleColumns } from './trade-tuple.ts'

/** Of fewer instruments each one is read for itself, of more all that a file holds. */
const fewInstruments = 4

/** Trades that are read at once. */
export type StoredStretch = {
  /** None of its trades arrived before. */
  readonly firstArrival: number
  /** In order of arrival; null where they cannot be read, which is noted. */
  readonly read: () => TapeRows | null
}

/** Tells whether a file holds a trade that is a row too: it came again while the file was damaged. */
export type IsInFile = (of: StoredInstrument, hour: number, id: number | string) => boolean

type FileRow = readonly [path: string, checksum: number, cutArrival: number]

/**
 * The stored trades of some instruments as a tape, an hour of venue time at a time: row groups of its
 * files, and the rows that lie in none. Bound: the trades that whoever reads holds, and open files of the hours
 * not yet read to their end.
 */
export class SnapshotTape {
  readonly #files: ManifestFiles
  readonly #instruments: readonly StoredInstrument[]
  readonly #isInFile: IsInFile
  readonly #hourFrom: Database.Statement<unknown[], number | null>
  readonly #sealedHourFrom: Database.Statement<unknown[], number | null>
  readonly #filesOf: Database.Statement<unknown[], FileRow>
  readonly #arrivals: Database.Statement<unknown[], number | null>
  readonly #rows: Database.Statement<unknown[], TradeTuple>
  readonly #open = new Set<TapeFileReader>()

  constructor(
    database: Database.Database,
    instruments: readonly StoredInstrument[],
    isInFile: IsInFile
  ) {
    this.#files = new ManifestFiles(database)
    this.#instruments = instruments
    this.#isInFile = isInFile
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    const hourFrom = (table: string) =>
      value<number | null>(`SELECT min(hour) FROM ${table} WHERE instrument = ? AND hour >= ?`)
    this.#hourFrom = hourFrom('trade')
    this.#sealedHourFrom = hourFrom('tape_stretch')
    this.#filesOf = database
      .prepare<unknown[], FileRow>(
        `SELECT path, checksum, cut_arrival FROM tape_file
         WHERE venue = ? AND hour = ? AND replaced_ms IS NULL ORDER BY part`
      )
      .raw()
    const since = 'FROM trade WHERE instrument = ? AND hour = ? AND arrival > ?'
    this.#arrivals = value(`SELECT min(arrival) ${since}`)
    this.#rows = database
      .prepare<unknown[], TradeTuple>(`SELECT ${tradeTupleColumns} ${since}`)
      .raw()
  }

  /** Hours that hold trades, ascending; both bounds included. Stretches had before can no longer be read. */
  hours(firstHour: number, lastHour: number): readonly number[] {
    this.close()
    const hours = new Set<number>()
    for (const { row } of this.#instruments) {
      for (const from of [this.#hourFrom, this.#sealedHourFrom]) {
        for (let next = firstHour; ; next += 1) {
          next = from.get(row, next) ?? Infinity
          if (next > lastHour) break
          hours.add(next)
        }
      }
    }
    return [...hours].sort((a, b) => a - b)
  }

  stretches(hour: number): readonly StoredStretch[] {
    const venues = Map.groupBy(this.#instruments, ({ id }) => id.slice(0, id.indexOf(':')))
    return [...venues].flatMap(([venue, instruments]) => {
      const files = this.#filesOf.all(venue, hour)
      const cutArrival = Math.max(-1, ...files.map(([, , cut]) => cut))
      const ofFiles = files.flatMap((file) => this.#stretchesOf(file, instruments))
      return [...ofFiles, ...this.#rowsOf(hour, cutArrival, instruments)]
    })
  }

  /** What could not be read since this was last asked for. */
  takeDamage(): readonly RecordingError[] {
    return this.#files.takeDamage()
  }

  close(): void {
    for (const reader of this.#open) reader.close()
    this.#open.clear()
  }

  #stretchesOf(
    [path, checksum]: FileRow,
    instruments: readonly StoredInstrument[]
  ): readonly StoredStretch[] {
    const reader = this.#files.open(path, checksum)
    if (reader === null) return []
    this.#open.add(reader)
    const held = new Set(reader.header.instruments)
    const wanted = instruments.map(({ id }) => id).filter((id) => held.has(id))
    const asked: readonly (InstrumentId | null)[] =
      wanted.length <= fewInstruments ? wanted : [null]
    const parts = reader.header.groups.flatMap((group) =>
      asked
        .filter((instrument) => instrument === null || reader.countOf(group, instrument) > 0)
        .map((instrument) => ({ group, instrument }))
    )
    let left = parts.length
    const read = (group: TapeGroup, instrument: InstrumentId | null) => {
      const rows = this.#files.read(() => reader.read(group, instrument))
      left -= 1
      if (left === 0) this.#closeFile(reader)
      return rows
    }
    if (left === 0) this.#closeFile(reader)
    return parts.map(({ group, instrument }) => ({
      firstArrival: group.firstArrival,
      read: () => read(group, instrument)
    }))
  }

  #closeFile(reader: TapeFileReader): void {
    if (this.#open.delete(reader)) reader.close()
  }

  /** Rows of an hour are kept by instrument and id, so that they are read as a whole and put in order. */
  #rowsOf(
    hour: number,
    cutArrival: number,
    instruments: readonly StoredInstrument[]
  ): readonly StoredStretch[] {
    let firstArrival = Infinity
    for (const { row } of instruments)
      firstArrival = Math.min(firstArrival, this.#arrivals.get(row, hour, cutArrival) ?? Infinity)
    if (firstArrival === Infinity) return []
    const read = () => {
      const builder = new TapeRowsBuilder()
      for (const of of instruments) {
        for (const each of this.#rows.iterate(of.row, hour, cutArrival)) {
          if (cutArrival >= 0 && this.#isInFile(of, hour, each[0])) continue
          builder.append(tapeRowFrom(of.id, each))
        }
      }
      return byArrival(builder.take())
    }
    return [{ firstArrival, read }]
  }
}

function byArrival(rows: TapeRows): TapeRows {
  const { arrival } = rows
  const places = Uint32Array.from(arrival.keys())
  return pickRows(
    rows,
    places.sort((a, b) => (arrival[a] ?? 0) - (arrival[b] ?? 0))
  )
}
