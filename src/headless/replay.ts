import type { ReplayRequest } from '../contracts/replay-request.ts'
import type { TapeReplayRequest } from '../contracts/tape-replay-request.ts'
import { inDataFolder, runDataCommand, type CommandHost } from './data-command.ts'
import type { ReplayArguments } from './replay-arguments.ts'

/** Plays captured frames, or a stored stretch. @returns The exit code. */
export function replay(args: ReplayArguments, host: CommandHost): Promise<number> {
  return args.what === 'frames'
    ? runDataCommand('replay-frames', args satisfies ReplayRequest, host)
    : runDataCommand('replay-stored', inDataFolder(args) satisfies TapeReplayRequest, host)
}
