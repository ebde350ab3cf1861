import type Database from 'better-sqlite3'
import type { TapeRows } from '../../recordings/tape-rows.ts'
import { pickRows, tapeRowAt, TapeRowsBuilder } from '../../recordings/tape-rows.ts'
import type { ManifestFiles } from './manifest-files.ts'
import type { VenueHour } from './sealed-hour.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tapeRowFrom, tradeTupleColumns } from './trade-tuple.ts'

/** Tells whether a file holds a trade that is a row too: it came again while the file was damaged. */
export type IsInFile = (of: StoredInstrument, hour: number, id: number | string) => boolean

/** Which trades of an hour are meant: those that lay in no file when it was looked at. */
export type UnfiledHour = VenueHour & {
  /** Of that venue. */
  readonly instruments: readonly StoredInstrument[]
  /** What had arrived up to then and lay in a file. */
  readonly cutArrival: number
}

type NewFile = readonly [path: string, checksum: number]

/**
 * Trades below an arrival that lie in no file. Those that are moved into one after their hour was looked
 * at are read from there, so that each is had once, whenever it is asked for.
 */
export class UnfiledRows {
  readonly #files: ManifestFiles
  readonly #isInFile: IsInFile
  readonly #endArrival: number
  readonly #first: Database.Statement<unknown[], number | null>
  readonly #rows: Database.Statement<unknown[], TradeTuple>
  readonly #newFiles: Database.Statement<unknown[], NewFile>

  constructor(
    database: Database.Database,
    of: {
      readonly files: ManifestFiles
      readonly isInFile: IsInFile
      readonly endArrival: number
    }
  ) {
    this.#files = of.files
    this.#isInFile = of.isInFile
    this.#endArrival = of.endArrival
    const some = 'FROM trade WHERE instrument = ? AND hour = ? AND arrival > ? AND arrival < ?'
    this.#first = database.prepare<unknown[], number | null>(`SELECT min(arrival) ${some}`).pluck()
    this.#rows = database
      .prepare<unknown[], TradeTuple>(`SELECT ${tradeTupleColumns} ${some}`)
      .raw()
    this.#newFiles = database
      .prepare<unknown[], NewFile>(
        `SELECT path, checksum FROM tape_file
         WHERE venue = ? AND hour = ? AND replaced_ms IS NULL AND cut_arrival > ? ORDER BY part`
      )
      .raw()
  }

  /** The lowest arrival; Infinity where there are none. To be asked when the hour is looked at. */
  firstArrival({ hour, instruments, cutArrival }: UnfiledHour): number {
    return instruments.reduce((first, { row }) => {
      const own = this.#first.get(row, hour, cutArrival, this.#endArrival)
      return Math.min(first, own ?? Infinity)
    }, Infinity)
  }

  /** All of them in order of arrival: rows are kept by instrument and id, so that they are read as a whole. */
  read(unfiled: UnfiledHour): TapeRows {
    const { hour, instruments, cutArrival } = unfiled
    const builder = new TapeRowsBuilder()
    for (const of of instruments) {
      for (const row of this.#rows.iterate(of.row, hour, cutArrival, this.#endArrival)) {
        if (cutArrival >= 0 && this.#isInFile(of, hour, row[0])) continue
        builder.append(tapeRowFrom(of.id, row))
      }
    }
    const rows = builder.take()
    const files = this.#newFiles.all(unfiled.venue, hour, cutArrival)
    return byArrival(files.length === 0 ? rows : this.#withMoved(rows, files, unfiled))
  }

  /** Some may still be rows too: an arrival tells them. */
  #withMoved(
    rows: TapeRows,
    files: readonly NewFile[],
    { instruments, cutArrival }: UnfiledHour
  ): TapeRows {
    const asked = new Set(instruments.map(({ id }) => id))
    const had = new Set(rows.arrival)
    const builder = new TapeRowsBuilder()
    for (let at = 0; at < rows.length; at += 1) builder.append(tapeRowAt(rows, at))
    for (const [path, checksum] of files) {
      using reader = this.#files.open(path, checksum)
      for (const group of reader?.header.groups ?? []) {
        if (group.lastArrival <= cutArrival || group.firstArrival >= this.#endArrival) continue
        const found = this.#files.read(() => reader?.read(group) ?? null)
        for (let at = 0; at < (found?.length ?? 0) && found !== null; at += 1) {
          const row = tapeRowAt(found, at)
          const { arrival } = row
          const isMeant = arrival > cutArrival && arrival < this.#endArrival && !had.has(arrival)
          if (isMeant && asked.has(row.instrument)) builder.append(row)
        }
      }
    }
    return builder.take()
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
