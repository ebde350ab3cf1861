import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeGroup } from '../../recordings/tape-file.ts'
import type { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { pickRows, type TapeRows } from '../../recordings/tape-rows.ts'
import { ManifestFiles } from './manifest-files.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TapeLoss } from './tape-finding.ts'
import { TapeLosses, type ManifestFile } from './tape-losses.ts'
import { UnfiledRows, type IsInFile, type UnfiledHour } from './unfiled-rows.ts'

/** Of fewer instruments each one is read for itself, of more all that a file holds. */
const fewInstruments = 4

/** Trades that are read at once. */
export type StoredStretch = {
  /** None of its trades arrived before. */
  readonly firstArrival: number
  /** In order of arrival; null where they cannot be read, which is noted. */
  readonly read: () => TapeRows | null
}

type FileRow = readonly [path: string, checksum: number, cutArrival: number, part: number]

/**
 * The trades of some instruments that were stored up to an arrival, as a tape, an hour of venue time at a
 * time: row groups of its files, and the rows that lie in none. Bound: the trades that whoever reads
 * holds, and open files of the hours not yet read to their end.
 */
export class SnapshotTape {
  readonly #files: ManifestFiles
  readonly #instruments: readonly StoredInstrument[]
  readonly #endArrival: number
  readonly #unfiled: UnfiledRows
  readonly #hourFrom: Database.Statement<unknown[], number | null>
  readonly #sealedHourFrom: Database.Statement<unknown[], number | null>
  readonly #filesOf: Database.Statement<unknown[], FileRow>
  readonly #open = new Set<TapeFileReader>()
  readonly #lossesIn: TapeLosses
  readonly #losses: TapeLoss[] = []

  constructor(
    database: Database.Database,
    of: {
      readonly instruments: readonly StoredInstrument[]
      /** Above that of every trade. */
      readonly endArrival: number
      readonly isInFile: IsInFile
    }
  ) {
    this.#files = new ManifestFiles(database)
    this.#lossesIn = new TapeLosses(database)
    this.#instruments = of.instruments
    this.#endArrival = of.endArrival
    this.#unfiled = new UnfiledRows(database, { ...of, files: this.#files })
    const hourFrom = (table: string) =>
      database
        .prepare<unknown[], number | null>(
          `SELECT min(hour) FROM ${table} WHERE instrument = ? AND hour >= ?`
        )
        .pluck()
    this.#hourFrom = hourFrom('trade')
    this.#sealedHourFrom = hourFrom('tape_stretch')
    this.#filesOf = database
      .prepare<unknown[], FileRow>(
        `SELECT path, checksum, cut_arrival, part FROM tape_file
         WHERE venue = ? AND hour = ? AND replaced_ms IS NULL ORDER BY part`
      )
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

  /** May be read later, whatever is moved into files meanwhile. */
  stretches(hour: number): readonly StoredStretch[] {
    const venues = Map.groupBy(this.#instruments, ({ id }) => id.slice(0, id.indexOf(':')))
    return [...venues].flatMap(([venue, instruments]) => {
      const files = this.#filesOf.all(venue, hour)
      const cutArrival = Math.max(-1, ...files.map(([, , cut]) => cut))
      const ofFiles = files.flatMap(([path, checksum, , part]) =>
        this.#stretchesOf({ venue, hour, part, path, checksum }, instruments)
      )
      return [...ofFiles, ...this.#rowsOf({ venue, hour, instruments, cutArrival })]
    })
  }

  /** What could not be read since this was last asked for. */
  takeDamage(): readonly RecordingError[] {
    return this.#files.takeDamage()
  }

  /** Trades that could not be read, of all instruments, since this was last asked for; those of a group as often as it was tried. */
  takeLosses(): readonly TapeLoss[] {
    return this.#losses.splice(0)
  }

  close(): void {
    for (const reader of this.#open) reader.close()
    this.#open.clear()
  }

  #stretchesOf(
    file: ManifestFile & { readonly checksum: number },
    instruments: readonly StoredInstrument[]
  ): readonly StoredStretch[] {
    const reader = this.#files.open(file.path, file.checksum)
    if (reader === null) {
      this.#noteLosses((error) => this.#lossesIn.ofFile(file, error))
      return []
    }
    this.#open.add(reader)
    const held = new Set(reader.header.instruments)
    const wanted = instruments.map(({ id }) => id).filter((id) => held.has(id))
    const asked: readonly (InstrumentId | null)[] =
      wanted.length <= fewInstruments ? wanted : [null]
    const groups = reader.header.groups.filter(
      ({ firstArrival }) => firstArrival < this.#endArrival
    )
    const parts = groups.flatMap((group) =>
      asked
        .filter((instrument) => instrument === null || reader.countOf(group, instrument) > 0)
        .map((instrument) => ({ group, instrument }))
    )
    let left = parts.length
    const read = (group: TapeGroup, instrument: InstrumentId | null) => {
      const rows = this.#files.read(() => reader.read(group, instrument))
      if (rows === null)
        this.#noteLosses((error) => this.#lossesIn.ofGroup(file, { reader, group }, error))
      left -= 1
      if (left === 0) this.#closeFile(reader)
      return rows === null || group.lastArrival < this.#endArrival ? rows : this.#ended(rows)
    }
    if (left === 0) this.#closeFile(reader)
    return parts.map(({ group, instrument }) => ({
      firstArrival: group.firstArrival,
      read: () => read(group, instrument)
    }))
  }

  #noteLosses(of: (error: RecordingError) => readonly TapeLoss[]): void {
    const error = this.#files.newest
    if (error !== null) this.#losses.push(...of(error))
  }

  #closeFile(reader: TapeFileReader): void {
    if (this.#open.delete(reader)) reader.close()
  }

  #rowsOf(unfiled: UnfiledHour): readonly StoredStretch[] {
    const firstArrival = this.#unfiled.firstArrival(unfiled)
    if (firstArrival === Infinity) return []
    return [{ firstArrival, read: () => this.#unfiled.read(unfiled) }]
  }

  /** Of a file that was written later, what was stored before. */
  #ended(rows: TapeRows): TapeRows {
    const places = Uint32Array.from(rows.arrival.keys())
    return pickRows(
      rows,
      places.filter((at) => (rows.arrival[at] ?? Infinity) < this.#endArrival)
    )
  }
}
