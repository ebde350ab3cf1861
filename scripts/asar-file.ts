import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

type Entry = {
  readonly files?: Readonly<Record<string, Entry>>
  readonly size?: number
  /** Decimal, from the end of the header; absent where the file lies beside the archive. */
  readonly offset?: string
  readonly unpacked?: boolean
  readonly executable?: boolean
}

/** One file of an archive. */
export type AsarEntry = {
  /** With forward slashes, without a leading one. */
  readonly path: string
  readonly bytes: number
  /** Beside the archive, in `app.asar.unpacked`, rather than in it. */
  readonly isUnpacked: boolean
}

/**
 * An asar archive, read as its format is documented: two pickled lengths, a header in JSON, then the
 * files (https://github.com/electron/asar, read 2026-11-22).
 */
export class AsarFile {
  readonly entries: readonly AsarEntry[]
  readonly bytes: number
  readonly #path: string
  readonly #content: Buffer
  readonly #start: number
  readonly #found = new Map<string, Entry>()

  constructor(path: string) {
    this.#path = path
    this.#content = readFileSync(path)
    this.bytes = this.#content.length
    this.#start = 8 + this.#content.readUInt32LE(4)
    const text = this.#content.toString('utf8', 16, 16 + this.#content.readUInt32LE(12))
    this.#walk('', JSON.parse(text) as Entry)
    this.entries = [...this.#found].map(([entryPath, entry]) => ({
      path: entryPath,
      bytes: entry.size ?? 0,
      isUnpacked: entry.unpacked === true
    }))
  }

  /** @throws Error when there is no such file in the archive. */
  read(path: string): Buffer {
    const entry = this.#found.get(path)
    if (entry?.offset === undefined) throw new Error(`${path} is not in ${this.#path}`)
    const from = this.#start + Number(entry.offset)
    return this.#content.subarray(from, from + (entry.size ?? 0))
  }

  /** Writes everything out as Electron would see it, files beside the archive included. */
  extract(folder: string): void {
    for (const { path, isUnpacked } of this.entries) {
      const target = join(folder, path)
      mkdirSync(dirname(target), { recursive: true })
      if (isUnpacked) copyFileSync(join(`${this.#path}.unpacked`, path), target)
      else writeFileSync(target, this.read(path))
      if (this.#found.get(path)?.executable === true) chmodSync(target, 0o755)
    }
  }

  #walk(path: string, entry: Entry): void {
    if (entry.files === undefined) {
      this.#found.set(path, entry)
      return
    }
    for (const [name, child] of Object.entries(entry.files)) {
      this.#walk(path === '' ? name : `${path}/${name}`, child)
    }
  }
}
