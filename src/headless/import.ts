import type { ImportRequest } from '../contracts/import-request.ts'
import { defaultDataFolder } from '../service/data-folder.ts'
import { entryPath } from '../service/entries.ts'
import type { ImportArguments } from './arguments.ts'
import { runInForeground } from './foreground.ts'

/** Takes trades of a file into a data folder in a process of its own. @returns Its exit code. */
export function importData(
  { dataDir, ...args }: ImportArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const folder = dataDir ?? defaultDataFolder(process.platform, process.env)
  const request = JSON.stringify({ ...args, dataDir: folder } satisfies ImportRequest)
  return runInForeground(entryPath(hostUrl, 'import-data'), [request], {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit']
  })
}
