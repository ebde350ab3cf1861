import { replayRequestSchema, type ReplayRequest } from '../contracts/replay-request.ts'
import { RecordingError } from '../recordings/recording-error.ts'
import { failureOf } from './engine-failure.ts'
import { replayFrames } from './frame-replay.ts'
import { LineOutput } from './replay/line-output.ts'
import { ReplayError } from './replay/replay-error.ts'
import { threadFiles } from './thread-files.ts'

/** Codes of a capture that cannot be what `--frames` was meant to name. */
const badArguments: ReadonlySet<string> = new Set(['recording-missing', 'recording-unknown-format'])

/** The process that replays captured frames: one JSON argument in, lines out, and the exit code of the command. */
async function run(): Promise<0 | 1 | 2 | 78> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  try {
    const output = new LineOutput(process.stdout, () => stopped.abort())
    const threads = threadFiles(import.meta.url)
    const { signal } = stopped
    const { complete } = await replayFrames(readRequest(), { output, threads, signal })
    if (!complete) complain('stopped before the end of the capture')
    return complete ? 0 : 1
  } catch (error) {
    return told(error)
  }
}

function readRequest(): ReplayRequest {
  const request = replayRequestSchema.safeParse(JSON.parse(process.argv[2] ?? 'null'))
  if (request.success) return request.data
  throw new Error('a replay is started by its host (tapedeck replay), not by hand')
}

function told(error: unknown): 1 | 2 | 78 {
  if (error instanceof ReplayError) {
    complain(error.message)
    return 2
  }
  if (error instanceof RecordingError) {
    const isArgument = badArguments.has(error.code)
    complain(isArgument ? `--frames: ${error.message}` : error.message)
    return isArgument ? 2 : 1
  }
  const { message, exitCode } = failureOf(error)
  complain(message)
  return exitCode
}

function complain(message: string): void {
  process.stderr.write(`tapedeck: ${message}\n`)
}

process.exitCode = await run()
