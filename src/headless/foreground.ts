import { spawn, type StdioOptions } from 'node:child_process'

/**
 * Runs a program of ours in the foreground: it prints where we print, and is asked to end when we are.
 *
 * @param entry File that it starts from.
 * @param stdio With `ipc` the program notices when we are gone without a word.
 * @returns Its exit code.
 */
export function runInForeground(
  entry: string,
  args: readonly string[],
  options: { readonly stopped: AbortSignal; readonly stdio: StdioOptions }
): Promise<number> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: options.stdio })
  options.stopped.addEventListener('abort', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
