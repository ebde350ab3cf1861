import type { ReplayRequest } from '../contracts/replay-request.ts'
import { entryPath } from '../service/entries.ts'
import type { ReplayArguments } from './arguments.ts'
import { runInForeground } from './foreground.ts'

/** Plays captured frames in a process of their own. @returns Its exit code. */
export function replay(
  args: ReplayArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const request = JSON.stringify(args satisfies ReplayRequest)
  return runInForeground(entryPath(hostUrl, 'replay-frames'), [request], {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit']
  })
}
