import {
  tapeReplayRequestSchema,
  type TapeReplayRequest
} from '../contracts/tape-replay-request.ts'
import { failureOf } from './engine-failure.ts'
import { LineOutput } from './replay/line-output.ts'
import { ReplayError } from './replay/replay-error.ts'
import { replayStored } from './stored-replay.ts'

/** The process that replays a stored stretch: one JSON argument in, lines out, and the exit code of the command. */
async function run(): Promise<0 | 1 | 2 | 78> {
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stopped.abort())
  }
  try {
    const output = new LineOutput(process.stdout, () => stopped.abort())
    const { signal } = stopped
    const { complete, damage } = await replayStored(readRequest(), { output, signal })
    for (const file of damage) complain(`${file}; its trades were not played`)
    if (signal.aborted) complain('stopped before the end of the range')
    return complete ? 0 : 1
  } catch (error) {
    if (error instanceof ReplayError) {
      complain(error.message)
      return 2
    }
    const { message, exitCode } = failureOf(error)
    complain(message)
    return exitCode
  }
}

function readRequest(): TapeReplayRequest {
  const request = tapeReplayRequestSchema.safeParse(JSON.parse(process.argv[2] ?? 'null'))
  if (request.success) return request.data
  throw new Error('a replay is started by its host (tapedeck replay), not by hand')
}

function complain(message: string): void {
  process.stderr.write(`tapedeck: ${message}\n`)
}

process.exitCode = await run()
