import { exportRequestSchema, type ExportRequest } from '../contracts/export-request.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import {
  commandProgress,
  complain,
  runCommand,
  stretchOf,
  type CommandProblem
} from './command-process.ts'
import { ExportError } from './replay/export-error.ts'
import { exportStored, type StoreExportSummary } from './store-export.ts'

/** The process that exports: one JSON argument in, progress on standard error, and the exit code of the command. */
async function run(request: ExportRequest, { signal }: AbortController): Promise<0 | 1> {
  const progress = commandProgress('export')
  try {
    const summary = await exportStored(request, { progress, signal })
    progress.end()
    process.stderr.write(`${sentenceOf(request, summary)}\n`)
    for (const stretch of summary.forgotten) {
      complain(`${request.kind} ${stretchOf(stretch)} are not kept: retention deleted them`)
    }
    for (const file of summary.damage) complain(`${file}; its trades are not in the export`)
    return summary.damage.length + summary.forgotten.length === 0 ? 0 : 1
  } finally {
    progress.end()
  }
}

function sentenceOf(
  { kind, instrument, out }: ExportRequest,
  { rows, flagged }: StoreExportSummary
): string {
  const left = flagged === 0 ? '' : ` ${flagged} trades whose time was not believed are left out.`
  return `Wrote ${rows} ${kind} of ${instrument} to ${out}.${left}`
}

function problemOf(error: unknown): CommandProblem | null {
  if (error instanceof RecordingError) return { message: error.message, exitCode: 1 }
  if (!(error instanceof ExportError)) return null
  return { message: error.message, exitCode: error.code === 'export-stopped' ? 1 : 2 }
}

process.exitCode = await runCommand({ name: 'export', schema: exportRequestSchema, run, problemOf })
