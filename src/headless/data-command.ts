import { defaultDataFolder } from '../service/data-folder.ts'
import { entryPath } from '../service/entries.ts'
import { runInForeground } from './foreground.ts'

/** Where a command was given, and what ends it. */
export type CommandHost = {
  /** `import.meta.url` of the host's entry. */
  readonly url: string
  readonly stopped: AbortSignal
}

/** Runs a command on stored data in a process of its own, which prints where we print. @returns Its exit code. */
export function runDataCommand(
  entry: Parameters<typeof entryPath>[1],
  request: object,
  { url, stopped }: CommandHost
): Promise<number> {
  return runInForeground(entryPath(url, entry), [JSON.stringify(request)], {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit']
  })
}

/** What a command was asked to do, with the folder it means where none was named. */
export function inDataFolder<Args extends { readonly dataDir: string | null }>(
  args: Args
): Omit<Args, 'dataDir'> & { readonly dataDir: string } {
  return { ...args, dataDir: args.dataDir ?? defaultDataFolder(process.platform, process.env) }
}
