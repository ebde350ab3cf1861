import { backupRequestSchema, type BackupRequest } from '../contracts/backup-request.ts'
import { commandProgress, complain, runCommand, type CommandProblem } from './command-process.ts'
import { BackupError, type BackupErrorCode } from './storage/backup-error.ts'
import { backUpStore, megabytes, type BackupSummary } from './store-backup.ts'

/** Codes for which an argument is at fault. */
const badArguments: ReadonlySet<BackupErrorCode> = new Set([
  'backup-no-data',
  'backup-exists',
  'backup-bad-folder'
])

/** The process that backs up: one JSON argument in, progress on standard error, and the exit code of the command. */
async function run(request: BackupRequest, { signal }: AbortController): Promise<0 | 1> {
  const progress = commandProgress('backup', 'MB')
  try {
    const summary = await backUpStore(request, { progress, signal })
    progress.end()
    process.stderr.write(`${sentenceOf(summary)}\n`)
    for (const file of summary.damage) complain(`${file}; so it is in the backup`)
    return summary.damage.length === 0 ? 0 : 1
  } finally {
    progress.end()
  }
}

function sentenceOf({ folder, databaseBytes, tapeFiles, tapeBytes }: BackupSummary): string {
  const tape = `${tapeFiles} tape files of ${megabytes(tapeBytes)}`
  return `Backed up a database of ${megabytes(databaseBytes)} and ${tape} to ${folder}.`
}

function problemOf(error: unknown): CommandProblem | null {
  if (!(error instanceof BackupError)) return null
  return { message: error.message, exitCode: badArguments.has(error.code) ? 2 : 1 }
}

process.exitCode = await runCommand({ name: 'backup', schema: backupRequestSchema, run, problemOf })
