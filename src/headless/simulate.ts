import { entryPath } from '../service/entries.ts'
import type { SimulateArguments } from './arguments.ts'
import { runInForeground } from './foreground.ts'

/** Runs the venue simulator alone. @returns Its exit code. */
export function simulate(
  args: SimulateArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  return runInForeground(entryPath(hostUrl, 'simulator'), args.rest, {
    stopped,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc']
  })
}
