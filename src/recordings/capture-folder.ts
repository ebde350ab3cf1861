import { closeSync, mkdirSync, openSync, readdirSync, rmSync, rmdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { unwritable } from './recording-error.ts'

/** How captures are named: a folder for each venue and day, a file for each hour, and for what it grows beyond. */
const namePattern = /^\d{4}-\d\d-\d\d\/\d\d-\d{3,}\.jsonl\.zst$/

/** A file that is being written. */
export type OpenCapture = {
  readonly path: string
  readonly file: number
}

/** A capture of the folder. */
type Known = { readonly path: string; bytes: number }

/**
 * A folder of captures, and how much it may take: past that the oldest files go, whatever venue they are
 * of, those that are being written excepted. Knows all its files: one for each hour and venue.
 */
export class CaptureFolder {
  readonly #path: string
  readonly #mostBytes: number
  /** By path. */
  readonly #known = new Map<string, Known>()
  readonly #open = new Set<string>()
  #bytes = 0
  #isLookedThrough = false

  /** @param mostBytes Of all files together. */
  constructor(path: string, mostBytes: number) {
    this.#path = path
    this.#mostBytes = mostBytes
  }

  /** Makes a new file for an hour; one that is there is never written again. @throws RecordingError */
  create(venue: string, atMs: number): OpenCapture {
    this.#lookThrough()
    const [day = '', time = ''] = new Date(atMs).toISOString().split('T')
    const folder = join(this.#path, venue, day)
    for (let number = 0; ; number += 1) {
      const name = `${time.slice(0, 2)}-${String(number).padStart(3, '0')}.jsonl.zst`
      const path = join(folder, name)
      if (this.#known.has(path)) continue
      const file = createFile(path)
      this.#note(path, 0)
      if (file === null) continue
      this.#open.add(path)
      return { path, file }
    }
  }

  /** Takes note of what was written, and makes room for it. */
  grew({ path }: OpenCapture, bytes: number): void {
    this.#note(path, bytes)
    if (this.#bytes > this.#mostBytes) this.#makeRoom()
  }

  /** @throws when the file cannot be closed */
  close({ path, file }: OpenCapture): void {
    this.#open.delete(path)
    closeSync(file)
  }

  /** What earlier runs left. */
  #lookThrough(): void {
    if (this.#isLookedThrough) return
    for (const file of capturesIn(this.#path)) this.#note(file, statSync(file).size)
    this.#isLookedThrough = true
  }

  #note(path: string, bytes: number): void {
    const known = this.#known.get(path) ?? { path, bytes: 0 }
    known.bytes += bytes
    this.#bytes += bytes
    this.#known.set(path, known)
  }

  #makeRoom(): void {
    const closed = [...this.#known.values()].filter(({ path }) => !this.#open.has(path))
    const oldest = closed.map((known) => ({ known, name: nameIn(this.#path, known.path) }))
    oldest.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const { known } of oldest) {
      if (this.#bytes <= this.#mostBytes) return
      rmSync(known.path, { force: true })
      this.#known.delete(known.path)
      this.#bytes -= known.bytes
      removeIfEmpty(dirname(known.path))
    }
  }
}

/** Captures of a folder of one or more venues, of a venue or of a day, by venue, then oldest first. */
export function capturesIn(folder: string): readonly string[] {
  return listFiles(resolve(folder))
    .filter((path) => namePattern.test(dayAndName(path)))
    .sort()
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw unwritable(folder, error)
  }
}

/** Day, hour and number first, so that files of all venues sort by age. */
function nameIn(folder: string, path: string): string {
  return `${dayAndName(path)} ${relative(folder, path)}`
}

function dayAndName(path: string): string {
  return path.split(sep).slice(-2).join('/')
}

function createFile(path: string): number | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'wx')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null
    throw unwritable(path, error)
  }
}

function removeIfEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}
