import { replayRequestSchema, type ReplayRequest } from '../contracts/replay-request.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { complain, runCommand, type CommandProblem } from './command-process.ts'
import { replayFrames } from './frame-replay.ts'
import { LineOutput } from './replay/line-output.ts'
import { ReplayError } from './replay/replay-error.ts'
import { threadFiles } from './thread-files.ts'

/** Codes of a capture that cannot be what `--frames` was meant to name. */
const badArguments: ReadonlySet<string> = new Set(['recording-missing', 'recording-unknown-format'])

/** The process that replays captured frames: one JSON argument in, lines out, and the exit code of the command. */
async function run(request: ReplayRequest, stopped: AbortController): Promise<0 | 1> {
  const output = new LineOutput(process.stdout, () => stopped.abort())
  const threads = threadFiles(import.meta.url)
  const { signal } = stopped
  const { complete, damage } = await replayFrames(request, { output, threads, signal })
  for (const part of damage) complain(`${part}; it was passed over`)
  if (signal.aborted) complain('stopped before the end of the capture')
  return complete ? 0 : 1
}

function problemOf(error: unknown): CommandProblem | null {
  if (error instanceof ReplayError) return { message: error.message, exitCode: 2 }
  if (!(error instanceof RecordingError)) return null
  const isArgument = badArguments.has(error.code)
  const message = isArgument ? `--frames: ${error.message}` : error.message
  return { message, exitCode: isArgument ? 2 : 1 }
}

process.exitCode = await runCommand({ name: 'replay', schema: replayRequestSchema, run, problemOf })
