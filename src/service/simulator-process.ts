import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const readySchema = z.object({
  control: z.string(),
  venues: z.record(z.string(), z.object({ wsUrl: z.string(), restUrl: z.string() }))
})

/** Where a started simulator is reached: its one JSON line. */
export type SimulatorReady = z.infer<typeof readySchema>

/** A simulator running as a child process. */
export type SimulatorProcess = {
  readonly ready: SimulatorReady
  readonly stop: () => Promise<void>
}

const readyMs = 20_000
const stopMs = 1_000

/**
 * Starts the simulator and waits for its ready line.
 *
 * @param entry File that it starts from.
 * @param args Its own arguments.
 * @throws Error when it ends first or does not become ready in time.
 */
export async function startSimulator(
  entry: string,
  args: readonly string[]
): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc']
  })
  const ready = await readyLine(child)
  return { ready, stop: () => stop(child) }
}

function readyLine(child: ChildProcess): Promise<SimulatorReady> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the simulator was not ready within ${readyMs / 1_000} s`))
    }, readyMs)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the simulator ended before it was ready (code ${code ?? 'none'})`))
    })
    if (child.stdout === null) throw new Error('the simulator has no standard output')
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return
      clearTimeout(timer)
      resolve(readySchema.parse(JSON.parse(line)))
    })
  })
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
