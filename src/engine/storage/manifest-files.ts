import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { RecordingError } from '../../recordings/recording-error.ts'
import { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { pathIn } from './sealed-hour.ts'

/**
 * Opens the files that the manifest names. What cannot be read is left out and noted: the rest still
 * counts.
 */
export class ManifestFiles {
  readonly #folder: string
  /** By message. */
  readonly #damage = new Map<string, RecordingError>()
  #newest: RecordingError | null = null

  constructor(database: Database.Database) {
    this.#folder = dirname(database.name)
  }

  /** @returns Null, and notes it, where the file cannot be read or is another; else whoever asks closes it. */
  open(path: string, checksum: number): TapeFileReader | null {
    return this.read(() => {
      const reader = new TapeFileReader(pathIn(this.#folder, path))
      if (reader.checksum === checksum) return reader
      reader.close()
      const problem = 'it is not the file that was stored here'
      throw new RecordingError('recording-damaged', problem, { file: reader.path, offset: 0 })
    })
  }

  /** Reads something of a file. @returns Null, and notes it, where it is damaged. */
  read<Result>(read: () => Result): Result | null {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error
      this.#damage.set(error.message, error)
      this.#newest = error
      return null
    }
  }

  /** What was wrong with the last file that could not be read; null where all could. */
  get newest(): RecordingError | null {
    return this.#newest
  }

  /** Kinds of damage noted since it was last taken. */
  get damages(): number {
    return this.#damage.size
  }

  /** What could not be read since this was last asked for. */
  takeDamage(): readonly RecordingError[] {
    const damage = [...this.#damage.values()]
    this.#damage.clear()
    return damage
  }
}
