import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RecordingError } from '../../recordings/recording-error.ts'
import { syncFolder } from '../../recordings/tape-file-writer.ts'
import { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import { BackupError } from './backup-error.ts'
import type { CopySteps, ManifestFile } from './backup-source.ts'
import { pathIn } from './sealed-hour.ts'

/** Copies of tape files in another folder, each read back when it is written. */
export class TapeCopies {
  readonly #from: string
  readonly #to: string
  readonly #steps: CopySteps
  /** By path. */
  readonly #copied = new Map<string, ManifestFile>()
  /** In words, by path. */
  readonly #damage = new Map<string, string>()
  readonly #afterCopy: (copy: string) => void
  #bytes = 0

  /**
   * @param from Folder of the database.
   * @param to The same of the copy.
   * @param afterCopy Called when a copy is written and not yet read back.
   */
  constructor(
    from: string,
    to: string,
    steps: CopySteps,
    afterCopy: (copy: string) => void = () => undefined
  ) {
    this.#from = from
    this.#to = to
    this.#steps = steps
    this.#afterCopy = afterCopy
  }

  /** Copied so far. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Makes the copies those of a manifest: copies what is missing, removes what it does not name. A file
   * that is damaged where it lies is copied as it is.
   *
   * @throws BackupError when a copy is not what it was made of, or cannot be made; what `stopped` says.
   */
  async follow(manifest: readonly ManifestFile[]): Promise<void> {
    const named = new Map(manifest.map((file) => [file.path, file]))
    for (const file of this.#copied.values()) {
      if (named.get(file.path)?.checksum !== file.checksum) await this.#remove(file)
    }
    for (const path of this.#damage.keys()) if (!named.has(path)) this.#damage.delete(path)
    for (const file of manifest) {
      if (this.#copied.has(file.path)) continue
      const stop = this.#steps.stopped()
      if (stop !== null) throw stop
      await this.#copy(file)
      this.#steps.tell(this.#bytes)
    }
    this.#syncFolders(manifest)
  }

  /** What is wrong with files where they lie, in words; empty when all are as they were written. */
  damage(): readonly string[] {
    return [...this.#damage.values()]
  }

  async #copy(file: ManifestFile): Promise<void> {
    const [from, to] = [pathIn(this.#from, file.path), pathIn(this.#to, file.path)]
    try {
      await mkdir(dirname(to), { recursive: true })
      await copyFile(from, to, constants.COPYFILE_FICLONE)
      await synchronise(to)
      this.#afterCopy(to)
    } catch (error) {
      if (isMissing(error)) {
        this.#damage.set(file.path, `${from}: it is missing`)
        return
      }
      throw uncopied(from, error)
    }
    this.#copied.set(file.path, file)
    this.#bytes += file.bytes
    const problem = problemOf(to, file)
    if (problem === null) this.#damage.delete(file.path)
    else this.#damage.set(file.path, this.#damageOf(file, problem))
  }

  /** @throws BackupError when the file is whole where it lies. */
  #damageOf(file: ManifestFile, problem: string): string {
    const original = problemOf(pathIn(this.#from, file.path), file)
    if (original !== null) return original
    throw new BackupError('backup-not-whole', `the copy is not what it was made of: ${problem}`)
  }

  #syncFolders(manifest: readonly ManifestFile[]): void {
    const folders = new Set<string>()
    for (const { path } of manifest) {
      for (let at = dirname(path); at !== '.'; at = dirname(at)) folders.add(at)
    }
    for (const folder of folders) {
      const copied = pathIn(this.#to, folder)
      if (existsSync(copied)) syncFolder(copied)
    }
  }

  async #remove({ path, bytes }: ManifestFile): Promise<void> {
    await rm(pathIn(this.#to, path), { force: true })
    this.#copied.delete(path)
    this.#bytes -= bytes
  }
}

/** Says that a copy could not be made, and why. */
export function uncopied(from: string, cause: unknown): BackupError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new BackupError('backup-not-whole', `${from} cannot be copied (${reason})`, { cause })
}

async function synchronise(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What is wrong with a file, in words; null when it is the one that the manifest tells. */
function problemOf(path: string, { checksum }: ManifestFile): string | null {
  try {
    using reader = new TapeFileReader(path)
    if (reader.checksum !== checksum) return `${path}: it is not the file that was stored here`
    reader.verify()
    return null
  } catch (error) {
    if (error instanceof RecordingError) return error.message
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
