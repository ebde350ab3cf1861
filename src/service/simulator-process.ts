import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { simulatorReadySchema, type SimulatorReady } from '../contracts/simulator-ready.ts'

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
 * @throws Error when it ends first or does not become ready in time.
 */
export async function startSimulator(entry: string): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, [entry, '--port', '0'], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc']
  })
  const ready = await readyLine({
    stdout: child.stdout,
    onExit: (listener) => {
      child.once('error', ({ message }) => listener(message))
      child.once('exit', listener)
    },
    kill: () => void child.kill('SIGKILL')
  })
  return { ready, stop: () => stop(child) }
}

/** A simulator that has been started, however its host starts one. */
type StartingSimulator = {
  readonly stdout: NodeJS.ReadableStream | null
  readonly onExit: (listener: (how: number | string | null) => void) => void
  readonly kill: () => void
}

/**
 * Waits for the line in which a simulator says where it listens.
 *
 * @throws Error when it ends first or does not become ready in time.
 */
export function readyLine(simulator: StartingSimulator): Promise<SimulatorReady> {
  const { stdout } = simulator
  if (stdout === null) throw new Error('the simulator has no standard output')
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      simulator.kill()
      reject(new Error(`the simulator was not ready within ${readyMs / 1_000} s`))
    }, readyMs)
    simulator.onExit((how) => {
      clearTimeout(timer)
      reject(new Error(`the simulator ended before it was ready (${how ?? 'no code'})`))
    })
    createInterface({ input: stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return
      clearTimeout(timer)
      try {
        resolve(simulatorReadySchema.parse(JSON.parse(line)))
      } catch (error) {
        simulator.kill()
        reject(new Error('the first line of the simulator cannot be read', { cause: error }))
      }
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
