import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { applicationId, schemaVersion } from './schema.ts'
import { StorageError } from './storage-error.ts'

const headerBytes = 100
const magic = 'SQLite format 3\0'
/** Big-endian 32-bit fields; https://sqlite.org/fileformat2.html §1.3, read 2026-11-22. */
const userVersionAt = 60
const applicationIdAt = 68

/**
 * Looks at a database file without SQLite, so that nothing is changed, not even beside it.
 *
 * @returns `missing` when there is no file, `usable` when it is ours and not newer than this program.
 * @throws StorageError `storage-not-ours`, `storage-newer-schema` or `storage-folder`.
 */
export function inspectFile(file: string): 'missing' | 'usable' {
  const header = readHeader(file)
  if (header === null) return 'missing'
  if (header.length === 0) throw notOurs(file, 'is empty; move it away to start anew')
  if (header.length < headerBytes || header.toString('latin1', 0, magic.length) !== magic)
    throw notOurs(file, 'is not a Tapedeck database')
  if (header.readInt32BE(applicationIdAt) !== applicationId)
    throw notOurs(file, "is another program's database")
  assertKnownVersion(file, header.readInt32BE(userVersionAt))
  return 'usable'
}

/** @throws StorageError `storage-newer-schema` when the version is beyond this program's. */
export function assertKnownVersion(file: string, version: number): void {
  if (version <= schemaVersion) return
  throw new StorageError(
    'storage-newer-schema',
    `${file} was written by a newer Tapedeck (schema ${version}, this one knows ${schemaVersion})`,
    { detail: { file, version, known: schemaVersion } }
  )
}

function readHeader(file: string): Buffer | null {
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null
    const handle = openSync(file, 'r')
    const header = Buffer.alloc(headerBytes)
    const read = readSync(handle, header, 0, headerBytes, 0)
    closeSync(handle)
    return header.subarray(0, read)
  } catch (thrown) {
    throw new StorageError('storage-folder', `${file} cannot be read`, {
      detail: { file },
      cause: thrown
    })
  }
}

function notOurs(file: string, words: string): StorageError {
  return new StorageError('storage-not-ours', `${file} ${words}`, { detail: { file } })
}
