import { importRequestSchema, type ImportRequest } from '../contracts/import-request.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { failureOf } from './engine-failure.ts'
import { ImportError, type ImportErrorCode } from './replay/import-error.ts'
import { Progress } from './replay/progress.ts'
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
async function run(): Promise<0 | 1 | 2 | 78> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  const progress = new Progress('import', {
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    nowMs: () => performance.now()
  })
  try {
    const request = readRequest()
    const means = { progress, signal: stopped.signal, nowMs: Date.now() }
    const summary = await importTrades(request, means)
    progress.end()
    process.stderr.write(`${sentenceOf(request, summary)}\n`)
    return 0
  } catch (error) {
    progress.end()
    return told(error)
  }
}

function readRequest(): ImportRequest {
  const request = importRequestSchema.safeParse(JSON.parse(process.argv[2] ?? 'null'))
  if (request.success) return request.data
  throw new Error('an import is started by its host (tapedeck import), not by hand')
}

function sentenceOf(
  { instrument, dataDir }: ImportRequest,
  { rows, imported, mode }: ImportSummary
): string {
  if (imported === 0) return `All ${rows} trades are stored already, equal; nothing was changed.`
  const before = rows === imported ? '' : ` ${rows - imported} were stored already, equal.`
  return `Imported ${imported} trades of ${instrument} into ${dataDir} (${mode} data).${before}`
}

function told(error: unknown): 1 | 2 | 78 {
  if (error instanceof ImportError || error instanceof RecordingError) {
    complain(error.message)
    return badArguments.has(error.code) ? 2 : 1
  }
  const { message, exitCode } = failureOf(error)
  complain(message)
  return exitCode
}

function complain(message: string): void {
  process.stderr.write(`tapedeck: ${message}\n`)
}

process.exitCode = await run()
