import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { RecordingError } from '../../recordings/recording-error.ts'
import type { TapeGroup } from '../../recordings/tape-file.ts'
import { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { pathIn } from './sealed-hour.ts'
import type { TapeLook, TapeLooked, TapeLoss } from './tape-finding.ts'
import { TapeLosses, type ManifestFile } from './tape-losses.ts'

type File = ManifestFile & { readonly checksum: number }

/** Looks whether the files of the manifest are as they were written; changes nothing. */
export class TapeInspection {
  readonly #folder: string
  readonly #files: Database.Statement<unknown[], File>
  readonly #losses: TapeLosses
  readonly #noted: Database.Statement<unknown[], string>

  constructor(database: Database.Database) {
    this.#folder = dirname(database.name)
    this.#files = database.prepare(
      `SELECT venue, hour, part, path, checksum FROM tape_file WHERE replaced_ms IS NULL
       ORDER BY hour, venue, part`
    )
    this.#losses = new TapeLosses(database)
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
      return this.#losses.ofFile(file, error)
    }
  }

  #lossesIn(reader: TapeFileReader, group: TapeGroup, file: File): readonly TapeLoss[] {
    try {
      reader.check(group)
      return []
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error
      return this.#losses.ofGroup(file, { reader, group }, error)
    }
  }
}
