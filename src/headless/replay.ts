import { entryPath } from '../service/entries.ts'
import type { ReplayArguments } from './arguments.ts'
import { runInForeground } from './foreground.ts'

/** Plays captured frames in a process of their own. @returns Its exit code. */
export function replay(
  args: ReplayArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  return runInForeground(entryPath(hostUrl, 'replay-frames'), [JSON.stringify(args)], {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit']
  })
}
