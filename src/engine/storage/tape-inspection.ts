import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import type { InstrumentId } from '../../core/market/instrument.ts'
import { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeGroup } from '../../recordings/tape-file.ts'
import { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { hourMs, pathIn, type VenueHour } from './sealed-hour.ts'
import type { TapeLook, TapeLooked, TapeLoss } from './tape-finding.ts'

type File = VenueHour & {
  readonly part: number
  readonly path: string
  readonly checksum: number
}

type Stretch = {
  readonly instrument: InstrumentId
  readonly trades: number
  readonly fromMs: number | null
  readonly toMs: number | null
}

/** Looks whether the files of the manifest are as they were written; changes nothing. */
export class TapeInspection {
  readonly #folder: string
  readonly #files: Database.Statement<unknown[], File>
  readonly #stretches: Database.Statement<unknown[], Stretch>
  readonly #noted: Database.Statement<unknown[], string>

  constructor(database: Database.Database) {
    this.#folder = dirname(database.name)
    this.#files = database.prepare(
      `SELECT venue, hour, part, path, checksum FROM tape_file WHERE replaced_ms IS NULL
       ORDER BY hour, venue, part`
    )
    // What was collected of an hour: of the rest nothing was lost.
    this.#stretches = database.prepare(
      `SELECT i.venue || ':' || i.symbol AS instrument, s.trades,
         (SELECT min(c.from_ms) FROM coverage c WHERE c.instrument = i.id
           AND c.to_ms > @fromMs AND c.from_ms < @toMs) AS fromMs,
         (SELECT max(c.to_ms) FROM coverage c WHERE c.instrument = i.id
           AND c.to_ms > @fromMs AND c.from_ms < @toMs) AS toMs
       FROM instrument i CROSS JOIN tape_stretch s
         ON s.instrument = i.id AND s.hour = @hour AND s.part = @part
       WHERE i.venue = @venue`
    )
    this.#noted = database
      .prepare<unknown[], string>(
        "SELECT DISTINCT reason FROM gap WHERE cause = 'damaged-file' AND reason IS NOT NULL"
      )
      .pluck()
  }

  look({ paths, from, files, depth }: TapeLook): TapeLooked {
    const all = this.#files.all()
    const noted = this.#notedPaths(all)
    const isAsked = (path: string) => noted.has(path) || paths?.includes(path) === true
    const chosen =
      paths === null ? all.slice(from, from + files) : all.filter(({ path }) => isAsked(path))
    const findings = chosen.flatMap((file) => {
      const isNoted = noted.has(file.path)
      const losses = this.#lossesOf(file, isNoted ? 'groups' : depth)
      const { venue, hour, part, path } = file
      return isNoted || losses.length > 0 ? [{ venue, hour, part, path, losses }] : []
    })
    const isOver = paths !== null || from + files >= all.length
    return { findings, next: isOver ? null : from + files }
  }

  #notedPaths(files: readonly File[]): ReadonlySet<string> {
    const reasons = this.#noted.all()
    if (reasons.length === 0) return new Set()
    return new Set(
      files.map(({ path }) => path).filter((path) => reasons.some((text) => text.startsWith(path)))
    )
  }

  #lossesOf(file: File, depth: TapeLook['depth']): readonly TapeLoss[] {
    const path = pathIn(this.#folder, file.path)
    try {
      using reader = new TapeFileReader(path)
      if (reader.checksum !== file.checksum) {
        const problem = 'it is not the file that was stored here'
        throw new RecordingError('recording-damaged', problem, { file: path, offset: 0 })
      }
      if (depth === 'heads') return []
      return reader.header.groups.flatMap((group) => this.#lossesIn(reader, group, file))
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error
      return this.#wholeFile(file, this.#reasonOf(error, file))
    }
  }

  #lossesIn(reader: TapeFileReader, group: TapeGroup, file: File): readonly TapeLoss[] {
    try {
      reader.check(group)
      return []
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error
      const reason = this.#reasonOf(error, file)
      const range = { fromMs: group.fromMs, toMs: Math.floor(group.toMs) + 1 }
      return reader.header.instruments.flatMap((instrument) => {
        const trades = reader.countOf(group, instrument)
        return trades === 0 ? [] : [{ instrument, ...range, trades, reason }]
      })
    }
  }

  /** What the manifest says of a file of which nothing can be read. */
  #wholeFile({ venue, hour, part }: File, reason: string): readonly TapeLoss[] {
    const range = { fromMs: hour * hourMs, toMs: (hour + 1) * hourMs }
    return this.#stretches.all({ venue, hour, part, ...range }).map((stretch) => ({
      instrument: stretch.instrument,
      fromMs: Math.max(stretch.fromMs ?? range.fromMs, range.fromMs),
      toMs: Math.min(stretch.toMs ?? range.toMs, range.toMs),
      trades: stretch.trades,
      reason
    }))
  }

  #reasonOf({ message }: RecordingError, { path }: File): string {
    return message.replace(pathIn(this.#folder, path), path)
  }
}
