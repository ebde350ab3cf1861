import { importRequestSchema, type ImportRequest } from '../contracts/import-request.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { commandProgress, runCommand, type CommandProblem } from './command-process.ts'
import { ImportError, type ImportErrorCode } from './replay/import-error.ts'
import { importTrades, type ImportSummary } from './trade-import.ts'

/** Codes for which an argument is at fault, not what the file holds. */
const badArguments: ReadonlySet<string> = new Set<
  ImportErrorCode | 'recording-missing' | 'recording-unknown-format'
>([
  'import-unknown-venue',
  'import-unknown-instrument',
  'import-bad-interval',
  'import-other-mode',
  'recording-missing',
  'recording-unknown-format'
])

/** The process that imports: one JSON argument in, progress on standard error, and the exit code of the command. */
async function run(request: ImportRequest, { signal }: AbortController): Promise<0> {
  const progress = commandProgress('import')
  try {
    const summary = await importTrades(request, { progress, signal, nowMs: Date.now() })
    progress.end()
    process.stderr.write(`${sentenceOf(request, summary)}\n`)
    return 0
  } finally {
    progress.end()
  }
}

function sentenceOf(
  { instrument, dataDir }: ImportRequest,
  { rows, imported, mode }: ImportSummary
): string {
  if (imported === 0) return `All ${rows} trades are stored already, equal; nothing was changed.`
  const before = rows === imported ? '' : ` ${rows - imported} were stored already, equal.`
  return `Imported ${imported} trades of ${instrument} into ${dataDir} (${mode} data).${before}`
}

function problemOf(error: unknown): CommandProblem | null {
  if (!(error instanceof ImportError) && !(error instanceof RecordingError)) return null
  return { message: error.message, exitCode: badArguments.has(error.code) ? 2 : 1 }
}

process.exitCode = await runCommand({ name: 'import', schema: importRequestSchema, run, problemOf })
