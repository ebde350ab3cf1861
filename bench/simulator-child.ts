import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SimulatorReady } from '../src/contracts/simulator-ready.ts'
import { readyLine } from '../src/service/simulator-process.ts'

const builtSimulator = fileURLToPath(new URL('../out/main/simulator.js', import.meta.url))

/** The built simulator as a process of its own. */
export class SimulatorChild implements AsyncDisposable {
  readonly ready: SimulatorReady
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, ready: SimulatorReady) {
    this.#child = child
    this.ready = ready
  }

  /**
   * @param rate Multiplies how often the market trades.
   * @param more Of its command line, as they are.
   */
  static async start(
    rate: number,
    seed = 1,
    more: readonly string[] = []
  ): Promise<SimulatorChild> {
    const market = ['--rate', String(rate), '--seed', String(seed)]
    const child = spawn(process.execPath, [builtSimulator, '--port', '0', ...market, ...more], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc']
    })
    const ready = await readyLine({
      stdout: child.stdout,
      onExit: (listener) => void child.once('exit', listener),
      kill: () => void child.kill('SIGKILL')
    })
    return new SimulatorChild(child, ready)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGKILL')
    await exited
  }
}
