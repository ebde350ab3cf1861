import {
  tapeReplayRequestSchema,
  type TapeReplayRequest
} from '../contracts/tape-replay-request.ts'
import { complain, runCommand, stretchOf, type CommandProblem } from './command-process.ts'
import { LineOutput } from './replay/line-output.ts'
import { ReplayError } from './replay/replay-error.ts'
import { replayStored } from './stored-replay.ts'

/** The process that replays a stored stretch: one JSON argument in, lines out, and the exit code of the command. */
async function run(request: TapeReplayRequest, stopped: AbortController): Promise<0 | 1> {
  const { signal } = stopped
  const output = new LineOutput(process.stdout, () => stopped.abort())
  const { complete, damage, forgotten } = await replayStored(request, { output, signal })
  for (const { venue, ...stretch } of forgotten) {
    complain(`trades of ${venue} ${stretchOf(stretch)} are not kept: retention deleted them`)
  }
  for (const file of damage) complain(`${file}; its trades were not played`)
  if (signal.aborted) complain('stopped before the end of the range')
  return complete ? 0 : 1
}

function problemOf(error: unknown): CommandProblem | null {
  return error instanceof ReplayError ? { message: error.message, exitCode: 2 } : null
}

process.exitCode = await runCommand({
  name: 'replay',
  schema: tapeReplayRequestSchema,
  run,
  problemOf
})
