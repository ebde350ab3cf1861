import { spawn } from 'node:child_process'
import { entryPath } from '../service/entries.ts'
import type { SimulateArguments } from './arguments.ts'

/** Runs the venue simulator alone, in the foreground. @returns Its exit code. */
export function simulate(
  args: SimulateArguments,
  hostUrl: string,
  stopped: AbortSignal
): Promise<number> {
  const child = spawn(process.execPath, [entryPath(hostUrl, 'simulator'), ...args.rest], {
    stdio: ['ignore', 'inherit', 'inherit']
  })
  stopped.addEventListener('abort', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
