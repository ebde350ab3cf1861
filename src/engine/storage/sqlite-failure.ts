import Database from 'better-sqlite3'
import { RecordingError } from '../../recordings/recording-error.ts'
import type { StorageErrorCode } from './storage-error.ts'
import { StorageError } from './storage-error.ts'

const codes: readonly (readonly [prefix: string, code: StorageErrorCode, words: string])[] = [
  ['SQLITE_CORRUPT', 'storage-corrupt', 'is damaged'],
  ['SQLITE_NOTADB', 'storage-not-ours', 'is not a Tapedeck database'],
  ['SQLITE_BUSY', 'storage-busy', 'is locked by another process'],
  ['SQLITE_LOCKED', 'storage-busy', 'is locked by another process'],
  ['SQLITE_FULL', 'storage-disk-full', 'cannot grow: the disk is full'],
  ['SQLITE_IOERR', 'storage-failed', 'cannot be read or written'],
  ['SQLITE_READONLY', 'storage-folder', 'may not be written'],
  ['SQLITE_PERM', 'storage-folder', 'may not be opened'],
  ['SQLITE_CANTOPEN', 'storage-folder', 'cannot be opened']
]

/** Says what a thrown value of SQLite means; errors that are ours already pass through. */
export function storageFailure(thrown: unknown, file: string): StorageError {
  if (thrown instanceof StorageError) return thrown
  if (thrown instanceof RecordingError) {
    const detail = { file: thrown.file, offset: thrown.offset, recording: thrown.code }
    return new StorageError('storage-tape', thrown.message, { detail, cause: thrown })
  }
  if (!(thrown instanceof Database.SqliteError)) {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    if (isBindingMissing(thrown)) {
      const message = `the SQLite module does not load here (${process.platform} ${process.arch}): run npm ci`
      return new StorageError('wrong-runtime', message, { detail: { text }, cause: thrown })
    }
    return new StorageError('storage-failed', `${file}: ${text}`, {
      detail: { file },
      cause: thrown
    })
  }
  const known = codes.find(([prefix]) => thrown.code.startsWith(prefix))
  const [, code, words] = known ?? ['', 'storage-failed' as const, `failed: ${thrown.message}`]
  return new StorageError(code, `${file} ${words} (${thrown.code})`, {
    detail: { file, sqlite: thrown.code, text: thrown.message },
    cause: thrown
  })
}

/** Its native part is missing, or made for another system. */
function isBindingMissing(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown)) return false
  return thrown.code === 'ERR_DLOPEN_FAILED' || thrown.code === 'MODULE_NOT_FOUND'
}
