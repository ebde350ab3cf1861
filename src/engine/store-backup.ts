import { access, constants, mkdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { BackupRequest } from '../contracts/backup-request.ts'
import { syncFolder } from '../recordings/tape-file-writer.ts'
import type { ProgressListener } from './replay/progress.ts'
import { BackupError } from './storage/backup-error.ts'
import { BackupSource, checkCopy } from './storage/backup-source.ts'
import { StorageError } from './storage/storage-error.ts'
import { TapeCopies, uncopied } from './storage/tape-copies.ts'

const storeFile = 'tapedeck.db'
const megabyte = 1_000_000

/** What a backup came to. */
export type BackupSummary = {
  /** Folder that was made. */
  readonly folder: string
  readonly databaseBytes: number
  readonly tapeFiles: number
  readonly tapeBytes: number
  /** Tape files that are damaged or missing where they lie, in words. */
  readonly damage: readonly string[]
}

type BackupMeans = { readonly progress: ProgressListener; readonly signal: AbortSignal }
type Job = BackupMeans & { readonly source: BackupSource; readonly dataDir: string }

/**
 * Copies one state of a store into a new folder, beside an engine that may be writing it: the database,
 * and the tape files that it names. The folder appears when all of it was written and read back.
 *
 * @throws BackupError, StorageError; nothing is left then.
 */
export async function backUpStore(
  { dataDir, out }: BackupRequest,
  means: BackupMeans
): Promise<BackupSummary> {
  const folder = await checkOut(out)
  const source = openSource(dataDir)
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.part`)
  try {
    await assertRoom(folder, source)
    await mkdir(draft).catch((error: unknown) => {
      throw uncopied(dataDir, error)
    })
    const copied = await copyInto(draft, { ...means, source, dataDir })
    await publish(draft, folder)
    return { folder, ...copied }
  } finally {
    source.close()
    await rm(draft, { recursive: true, force: true })
  }
}

/**
 * The files first, which takes longest; then the state, the few files that came until then, and at last
 * its pages. A file that another one takes the place of stays for ten minutes.
 */
async function copyInto(
  draft: string,
  { source, dataDir, progress, signal }: Job
): Promise<Omit<BackupSummary, 'folder'>> {
  let expected = totalBytes(source)
  const stopped = () =>
    signal.aborted ? new BackupError('backup-stopped', 'stopped: nothing was written') : null
  const tell = (bytes: number) =>
    progress.tell({ rows: Math.floor(bytes / megabyte), share: bytes / expected })
  const files = new TapeCopies(dataDir, draft, { tell, stopped })
  await files.follow(source.manifest())
  source.freeze()
  const manifest = source.manifest()
  expected = totalBytes(source)
  await files.follow(manifest)
  const databaseBytes = source.bytes()
  const to = join(draft, storeFile)
  await source.copyTo(to, { tell: (bytes) => tell(files.bytes + bytes), stopped })
  const found = checkCopy(to)
  if (found !== 'ok') {
    const damaged = `${join(dataDir, storeFile)} or the disk is damaged: its copy does not hold (${found})`
    throw new BackupError('backup-not-whole', damaged)
  }
  const damage = files.damage()
  return { databaseBytes, tapeFiles: manifest.length, tapeBytes: files.bytes, damage }
}

async function publish(draft: string, folder: string): Promise<void> {
  syncFolder(draft)
  try {
    await rename(draft, folder)
  } catch (error) {
    throw uncopied(draft, error)
  }
  syncFolder(dirname(folder))
}

function totalBytes(source: BackupSource): number {
  return source.manifest().reduce((sum, { bytes }) => sum + bytes, source.bytes())
}

async function checkOut(out: string): Promise<string> {
  const folder = resolve(out)
  const above = dirname(folder)
  const found = await stat(above).catch(() => null)
  if (found?.isDirectory() !== true)
    throw new BackupError('backup-bad-folder', `FILE: ${above} is not a folder`)
  await access(above, constants.W_OK | constants.X_OK).catch(() => {
    throw new BackupError('backup-bad-folder', `FILE: ${above} may not be written`)
  })
  if ((await stat(folder).catch(() => null)) === null) return folder
  throw new BackupError('backup-exists', `FILE: ${folder} exists; name one that does not`)
}

async function assertRoom(folder: string, source: BackupSource): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(folder))
  const [needed, free] = [totalBytes(source), bavail * bsize]
  if (free >= needed) return
  throw new BackupError(
    'backup-no-room',
    `FILE: ${dirname(folder)} has room for ${megabytes(free)}, needed are ${megabytes(needed)}`
  )
}

/** Bytes in words. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / megabyte).toLocaleString('en-US')} MB`
}

function openSource(dataDir: string): BackupSource {
  try {
    return new BackupSource(join(dataDir, storeFile))
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'storage-folder') throw error
    throw new BackupError('backup-no-data', `--data-dir: ${error.message}`)
  }
}
