import type { ReplayRequest } from '../contracts/replay-request.ts'
import type { TapeReplayRequest } from '../contracts/tape-replay-request.ts'
import { defaultDataFolder } from '../service/data-folder.ts'
import { entryPath } from '../service/entries.ts'
import { runInForeground } from './foreground.ts'
import type { ReplayArguments } from './replay-arguments.ts'

/** Plays captured frames, or a stored stretch, in a process of its own. @returns Its exit code. */
export function replay(
  args: ReplayArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const [entry, request] =
    args.what === 'frames'
      ? (['replay-frames', args satisfies ReplayRequest] as const)
      : (['replay-stored', storedRequest(args)] as const)
  return runInForeground(entryPath(hostUrl, entry), [JSON.stringify(request)], {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit']
  })
}

function storedRequest({
  dataDir,
  ...args
}: ReplayArguments & { readonly what: 'stored' }): TapeReplayRequest {
  return { ...args, dataDir: dataDir ?? defaultDataFolder(process.platform, process.env) }
}
