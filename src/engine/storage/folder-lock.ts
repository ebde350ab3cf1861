import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { StorageError } from './storage-error.ts'

const lockFile = 'tapedeck.lock'
const mostAttempts = 5
/** A lock this young may still be in the making: its owner is not yet written. */
const makingMs = 2_000

/** Who holds a data folder. */
type LockOwner = {
  readonly pid: number
  /** When the process started, as the system tells it, so that a reused pid does not count; null where unknown. */
  readonly startedAt: string | null
}

/** A held lock. */
export interface FolderLock {
  /** Lets the folder go; harmless when called twice. */
  release(): void
}

/**
 * Takes the data folder for this process, before anything in it is opened. The lock of a process that
 * is gone is taken over.
 *
 * @param folder Created when missing.
 * @throws StorageError `storage-locked` when a running process holds it; `storage-folder` when the
 * folder cannot be made or written.
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, lockFile)
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) })
  try {
    mkdirSync(folder, { recursive: true })
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      if (create(file, mine)) return new HeldLock(file, mine)
      const owner = readOwner(file)
      if (owner === null ? isYoung(file) : isRunning(owner)) throw held(folder, owner)
      setAside(file, owner)
    }
  } catch (thrown) {
    throw thrown instanceof StorageError ? thrown : unusable(folder, thrown)
  }
  throw held(folder, null)
}

class HeldLock implements FolderLock {
  readonly #file: string
  readonly #content: string

  constructor(file: string, content: string) {
    this.#file = file
    this.#content = content
  }

  release(): void {
    if (readText(this.#file) === this.#content) rmSync(this.#file, { force: true })
  }
}

function create(file: string, content: string): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, content)
    closeSync(handle)
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    throw thrown
  }
}

/**
 * Moves a dead owner's lock away, so that of two starters only one removes it: whoever finds that it
 * moved a newer lock puts that back.
 */
function setAside(file: string, owner: LockOwner | null): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return
    throw thrown
  }
  const moved = readOwner(aside)
  if (moved !== null && moved.pid !== owner?.pid && isRunning(moved)) {
    const content = readText(aside)
    if (content !== null) create(file, content)
  }
  rmSync(aside, { force: true })
}

function readOwner(file: string): LockOwner | null {
  const text = readText(file)
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('pid' in value)) return null
    const startedAt = 'startedAt' in value ? value.startedAt : null
    if (typeof value.pid !== 'number' || !Number.isInteger(value.pid)) return null
    return { pid: value.pid, startedAt: typeof startedAt === 'string' ? startedAt : null }
  } catch {
    return null
  }
}

function isRunning(owner: LockOwner): boolean {
  try {
    process.kill(owner.pid, 0)
  } catch (thrown) {
    if (codeOf(thrown) !== 'EPERM') return false
  }
  const startedAt = startOf(owner.pid)
  return startedAt === null || owner.startedAt === null || startedAt === owner.startedAt
}

/**
 * Start time of a process: field 22 of /proc/PID/stat, in clock ticks since boot, together with the
 * boot's id. Null on systems without /proc.
 */
function startOf(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`)
  const boot = readText('/proc/sys/kernel/random/boot_id')
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return ticks === undefined || boot === null ? null : `${boot.trim()}:${ticks}`
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function isYoung(file: string): boolean {
  const changedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return changedMs !== undefined && Date.now() - changedMs < makingMs
}

function held(folder: string, owner: LockOwner | null): StorageError {
  const who = owner === null ? '' : ` (process ${owner.pid})`
  return new StorageError('storage-locked', `${folder} is in use by another Tapedeck${who}`, {
    detail: { folder, pid: owner?.pid ?? null }
  })
}

function unusable(folder: string, thrown: unknown): StorageError {
  const code = codeOf(thrown) ?? 'unknown'
  return new StorageError('storage-folder', `${folder} cannot be used as data folder (${code})`, {
    detail: { folder, code },
    cause: thrown
  })
}

function codeOf(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null
  return typeof thrown.code === 'string' ? thrown.code : null
}
