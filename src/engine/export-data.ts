import { exportRequestSchema, type ExportRequest } from '../contracts/export-request.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { failureOf } from './engine-failure.ts'
import { ExportError } from './replay/export-error.ts'
import { Progress } from './replay/progress.ts'
import { exportStored, type StoreExportSummary } from './store-export.ts'

/** The process that exports: one JSON argument in, progress on standard error, and the exit code of the command. */
async function run(): Promise<0 | 1 | 2 | 78> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  const progress = new Progress('export', {
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    nowMs: () => performance.now()
  })
  try {
    const request = readRequest()
    const summary = await exportStored(request, { progress, signal: stopped.signal })
    progress.end()
    process.stderr.write(`${sentenceOf(request, summary)}\n`)
    for (const file of summary.damage) complain(`${file}; its trades are not in the export`)
    return summary.damage.length === 0 ? 0 : 1
  } catch (error) {
    progress.end()
    return told(error)
  }
}

function readRequest(): ExportRequest {
  const request = exportRequestSchema.safeParse(JSON.parse(process.argv[2] ?? 'null'))
  if (request.success) return request.data
  throw new Error('an export is started by its host (tapedeck export), not by hand')
}

function sentenceOf(
  { kind, instrument, out }: ExportRequest,
  { rows, flagged }: StoreExportSummary
): string {
  const left = flagged === 0 ? '' : ` ${flagged} trades whose time was not believed are left out.`
  return `Wrote ${rows} ${kind} of ${instrument} to ${out}.${left}`
}

function told(error: unknown): 1 | 2 | 78 {
  if (error instanceof ExportError || error instanceof RecordingError) {
    complain(error.message)
    return error instanceof ExportError && error.code !== 'export-stopped' ? 2 : 1
  }
  const { message, exitCode } = failureOf(error)
  complain(message)
  return exitCode
}

function complain(message: string): void {
  process.stderr.write(`tapedeck: ${message}\n`)
}

process.exitCode = await run()
