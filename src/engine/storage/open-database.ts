import { accessSync, constants, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { assertKnownVersion, inspectFile } from './file-header.ts'
import type { Migration } from './schema.ts'
import { applicationId, migrations, pageSize } from './schema.ts'
import { storageFailure } from './sqlite-failure.ts'
import { StorageError } from './storage-error.ts'

/** Whose data a file holds; fixed when it is made. */
export type StoreMode = 'live' | 'simulated' | 'replay'

/** Node-API version that better-sqlite3 13 needs; without it, it crashes the process silently. */
const neededNapi = 10
const busyTimeoutMs = 50
const writerCacheKib = 16_384
const readerCacheKib = 8_192
/** 16 MiB of changed pages between checkpoints; the log file is cut back to 64 MiB. */
const checkpointPages = 4_096
const logLimitBytes = 64 * 1024 * 1024
/** Files up to this size are checked whole at each open: 0.2 s, 1.3 s on a busy machine. */
const wholeCheckBytes = 128 * 1024 * 1024

/** How to open a database for writing. */
export type OpenForWriting = {
  readonly file: string
  readonly mode: StoreMode
  /** Epoch ms, written into a new file. */
  readonly nowMs: number
}

/**
 * Opens the market database for its one writer, made anew when missing. WAL and FULL are set and read
 * back.
 *
 * @throws StorageError; the file is then as it was.
 */
export function openForWriting(options: OpenForWriting): Database.Database {
  assertRuntime()
  const { file } = options
  try {
    assertFolder(file)
    if (inspectFile(file) === 'missing') create(options)
    const database = new Database(file, { fileMustExist: true, timeout: busyTimeoutMs })
    return closedOnFailure(database, () => {
      assertOurs(database, options)
      setDurable(database)
      database.pragma(`cache_size = -${writerCacheKib}`)
      database.pragma(`wal_autocheckpoint = ${checkpointPages}`)
      database.pragma(`journal_size_limit = ${logLimitBytes}`)
      migrate(database, migrations)
    })
  } catch (thrown) {
    throw storageFailure(thrown, file)
  }
}

/**
 * Opens the market database for queries, beside its writer or alone.
 *
 * @throws StorageError
 */
export function openForReading(file: string): Database.Database {
  assertRuntime()
  try {
    if (inspectFile(file) === 'missing')
      throw new StorageError('storage-folder', `${file} does not exist`, { detail: { file } })
    const database = new Database(file, { readonly: true, timeout: busyTimeoutMs })
    return closedOnFailure(database, () => {
      assertKnownVersion(file, pragmaNumber(database, 'user_version'))
      database.pragma(`cache_size = -${readerCacheKib}`)
    })
  } catch (thrown) {
    throw storageFailure(thrown, file)
  }
}

/**
 * Brings a database to the newest schema, each step in a transaction of its own.
 *
 * @param steps Ascending, without holes.
 */
export function migrate(database: Database.Database, steps: readonly Migration[]): void {
  for (const step of steps) {
    if (step.version <= pragmaNumber(database, 'user_version')) continue
    database.transaction(() => {
      database.exec(step.sql)
      database.pragma(`user_version = ${step.version}`)
    })()
  }
}

/** @throws StorageError `wrong-runtime`. */
export function assertRuntime(napi: string | undefined = process.versions['napi']): void {
  if (Number(napi) >= neededNapi) return
  throw new StorageError(
    'wrong-runtime',
    `Tapedeck needs Node 24 or newer, this is ${process.version}`,
    { detail: { napi: napi ?? null, needed: neededNapi } }
  )
}

/**
 * Makes the file under another name first: a half-made one is never found under its own.
 */
function create({ file, mode, nowMs }: OpenForWriting): void {
  const draft = `${file}.new`
  for (const path of [draft, `${draft}-wal`, `${draft}-shm`, `${draft}-journal`])
    rmSync(path, { force: true })
  const database = new Database(draft, { timeout: busyTimeoutMs })
  try {
    database.pragma(`page_size = ${pageSize}`)
    database.pragma('auto_vacuum = INCREMENTAL')
    database.transaction(() => {
      database.pragma(`application_id = ${applicationId}`)
      migrate(database, migrations)
      const insert = database.prepare('INSERT INTO meta (key, value) VALUES (?, ?)')
      insert.run('format', 'tapedeck')
      insert.run('mode', mode)
      insert.run('created_ms', String(nowMs))
    })()
    database.pragma('journal_mode = WAL')
  } finally {
    database.close()
  }
  renameSync(draft, file)
}

function assertFolder(file: string): void {
  const folder = dirname(file)
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined || !found.isDirectory())
    throw new StorageError('storage-folder', `${folder} is not a folder`, { detail: { folder } })
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (thrown) {
    throw new StorageError('storage-folder', `${folder} may not be written`, {
      detail: { folder },
      cause: thrown
    })
  }
}

function assertOurs(database: Database.Database, options: OpenForWriting): void {
  const { file, mode } = options
  assertKnownVersion(file, pragmaNumber(database, 'user_version'))
  assertIntact(database, file)
  const read = database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?')
  const format = read.get('format')?.value
  if (format !== 'tapedeck')
    throw new StorageError('storage-not-ours', `${file} is not a Tapedeck database`, {
      detail: { file, format: format ?? null }
    })
  const stored = read.get('mode')?.value
  if (stored === mode) return
  throw new StorageError(
    'storage-mode-mismatch',
    `${file} holds ${stored ?? 'unknown'} data and cannot take ${mode} data; use another data folder`,
    { detail: { file, stored: stored ?? null, mode } }
  )
}

function assertIntact(database: Database.Database, file: string): void {
  if (!isCheckedAtOpening(file)) return
  const answer = checkPages(database)
  if (answer === 'ok') return
  throw new StorageError('storage-corrupt', `${file} is damaged`, {
    detail: { file, text: answer }
  })
}

/** Whether every opening checks the file whole; of a larger one it would hold up the first rows. */
export function isCheckedAtOpening(file: string): boolean {
  return statSync(file).size <= wholeCheckBytes
}

/**
 * Looks through every page of a database: 2 s for 512 MiB that lie in memory, 21 s for 1 GiB that does not.
 *
 * @returns `ok`, or what is wrong in SQLite's words, also when it could not read on.
 */
export function checkPages(database: Database.Database): string {
  try {
    return String(database.pragma('quick_check(1)', { simple: true }))
  } catch (thrown) {
    if (thrown instanceof Database.SqliteError && thrown.code.startsWith('SQLITE_CORRUPT'))
      return `${thrown.message} (${thrown.code})`
    throw thrown
  }
}

/** FULL after WAL: entering WAL makes the library fall back to NORMAL. */
function setDurable(database: Database.Database): void {
  const journal = database.pragma('journal_mode = WAL', { simple: true })
  database.pragma('synchronous = FULL')
  const synchronous = pragmaNumber(database, 'synchronous')
  if (journal === 'wal' && synchronous === 2) return
  throw new StorageError(
    'storage-not-durable',
    `${database.name} does not keep write-ahead logging with full synchronisation here`,
    { detail: { file: database.name, journal: String(journal), synchronous } }
  )
}

function pragmaNumber(database: Database.Database, name: string): number {
  return Number(database.pragma(name, { simple: true }))
}

function closedOnFailure(database: Database.Database, prepare: () => void): Database.Database {
  try {
    prepare()
    return database
  } catch (thrown) {
    database.close()
    throw thrown
  }
}
