import type { ExportRequest } from '../contracts/export-request.ts'
import { defaultDataFolder } from '../service/data-folder.ts'
import { entryPath } from '../service/entries.ts'
import type { ExportArguments } from './arguments.ts'
import { runInForeground } from './foreground.ts'

/** Writes stored data to a file in a process of its own. @returns Its exit code. */
export function exportData(
  { dataDir, ...args }: ExportArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const folder = dataDir ?? defaultDataFolder(process.platform, process.env)
  const request = JSON.stringify({ ...args, dataDir: folder } satisfies ExportRequest)
  return runInForeground(entryPath(hostUrl, 'export-data'), [request], {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit']
  })
}
