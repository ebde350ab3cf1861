import { spawn } from 'node:child_process'
import { entryPath } from '../service/entries.ts'
import type { ReplayArguments } from './arguments.ts'

/** Plays captured frames in a process of their own, printing to ours. @returns Its exit code. */
export function replay(
  args: ReplayArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const child = spawn(
    process.execPath,
    [entryPath(hostUrl, 'replay-frames'), JSON.stringify(args)],
    {
      stdio: ['ignore', 'inherit', 'inherit']
    }
  )
  stopped.addEventListener('abort', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
