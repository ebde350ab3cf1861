import Database from 'better-sqlite3'
import { BackupError } from './backup-error.ts'
import { checkPages, openForReading } from './open-database.ts'
import { storageFailure } from './sqlite-failure.ts'

/** 2 MiB between two looks at whether to go on. */
const pagesPerStep = 512
/** Since then trades may lie in files. */
const filesVersion = 5

/** A file of trades that counts, as the manifest tells it. */
export type ManifestFile = {
  /** From the folder of the database, with `/`. */
  readonly path: string
  readonly bytes: number
  readonly checksum: number
}

/** Who is asked between two steps. */
export type CopySteps = {
  /** Bytes copied so far. */
  readonly tell: (bytes: number) => void
  /** Why to go no further; null: go on. */
  readonly stopped: () => BackupError | null
}

/**
 * A market database that is copied while its writer goes on. From `freeze` on it shows one state; the
 * log that the writer keeps cannot be cut back until `close`.
 */
export class BackupSource {
  readonly #file: string
  readonly #database: Database.Database

  /** @throws StorageError */
  constructor(file: string) {
    this.#file = file
    this.#database = openForReading(file)
  }

  /** Begins the one state that is copied. @throws StorageError */
  freeze(): void {
    this.#trying(() => {
      this.#database.exec('BEGIN')
      // The state is that of the first read.
      this.#database.prepare('SELECT count(*) FROM meta').get()
    })
  }

  /** Bytes of the database without its log. */
  bytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size')
  }

  /** Files that hold trades, the oldest hour first. @throws StorageError */
  manifest(): readonly ManifestFile[] {
    return this.#trying(() => {
      if (this.#pragma('user_version') < filesVersion) return []
      return this.#database
        .prepare<[], ManifestFile>(
          `SELECT path, bytes, checksum FROM tape_file WHERE replaced_ms IS NULL
           ORDER BY hour, venue, part`
        )
        .all()
    })
  }

  /**
   * Copies every page of the state. SQLite would begin anew at each commit of the writer, were it not
   * for the transaction that `freeze` opened.
   *
   * @param to A file that is not there yet.
   * @throws StorageError, what `stopped` says.
   */
  async copyTo(to: string, { tell, stopped }: CopySteps): Promise<void> {
    const pageBytes = this.#pragma('page_size')
    try {
      await this.#database.backup(to, {
        progress: ({ totalPages, remainingPages }) => {
          tell((totalPages - remainingPages) * pageBytes)
          const stop = stopped()
          if (stop !== null) throw stop
          return pagesPerStep
        }
      })
    } catch (thrown) {
      throw thrown instanceof BackupError ? thrown : storageFailure(thrown, to)
    }
  }

  close(): void {
    this.#database.close()
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }))
  }

  #trying<Result>(read: () => Result): Result {
    try {
      return read()
    } catch (thrown) {
      throw storageFailure(thrown, this.#file)
    }
  }
}

/**
 * Looks at every page of a copied database.
 *
 * @returns `ok`, or what is wrong in SQLite's words.
 * @throws StorageError when it cannot be looked at.
 */
export function checkCopy(file: string): string {
  try {
    // Not read-only: who closes it last takes its log away.
    const database = new Database(file, { fileMustExist: true })
    try {
      return checkPages(database)
    } finally {
      database.close()
    }
  } catch (thrown) {
    throw storageFailure(thrown, file)
  }
}
