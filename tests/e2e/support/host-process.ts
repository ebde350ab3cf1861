import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  simulatorReadySchema,
  type SimulatorReady
} from '../../../src/contracts/simulator-ready.ts'
import { until } from '../../support/until.ts'

const entry = join(import.meta.dirname, '..', '..', '..', 'out', 'main', 'headless.js')
const servedWithinMs = 30_000
const endedWithinMs = 10_000

/** How a host ended. */
export type HostEnd = { readonly code: number | null; readonly signal: string | null }

/** The built headless host as users run it, with a data folder of its own. */
export class HostProcess {
  readonly #child: ChildProcess
  readonly folder: string
  #stdout = ''
  #stderr = ''
  #end: HostEnd | null = null

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.folder = folder
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
    child.once('exit', (code, signal) => {
      this.#end = { code, signal }
    })
  }

  /** Makes the empty folder that a host can be started in; `dispose` removes it. */
  static makeFolder(): Promise<string> {
    return mkdtemp(join(tmpdir(), 'tapedeck-e2e-'))
  }

  /** Starts `serve` and waits until it serves. @throws Error with what it said when it does not. */
  static async start(args: readonly string[], folder?: string): Promise<HostProcess> {
    const ownFolder = folder ?? (await HostProcess.makeFolder())
    const fixed = ['serve', '--port', '0', '--no-browser', '--data-dir', ownFolder]
    const child = spawn(process.execPath, [entry, ...fixed, ...args], {
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const host = new HostProcess(child, ownFolder)
    await until(() => host.#urlText !== null || host.#end !== null, 'the host', servedWithinMs)
    if (host.#end !== null) throw new Error(`the host ended before it served: ${host.#stderr}`)
    return host
  }

  /** Address of the page, with a slash at its end. */
  get url(): string {
    if (this.#urlText === null) throw new Error('the host has not said where it serves')
    return this.#urlText
  }

  /** Where the simulator of a demonstration listens. */
  get simulator(): SimulatorReady {
    return simulatorReadySchema.parse(JSON.parse(this.#stdout.split('\n')[0] ?? ''))
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Asks the host to end, as a service manager does. */
  async stop(): Promise<HostEnd> {
    this.#child.kill('SIGTERM')
    await until(() => this.#end !== null, 'the host to end', endedWithinMs)
    return this.#end ?? { code: null, signal: null }
  }

  /** Ends what still runs and removes the data folder. */
  async dispose(): Promise<void> {
    if (this.#end === null) this.#child.kill('SIGKILL')
    await until(() => this.#end !== null, 'the host to end', endedWithinMs)
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  get #urlText(): string | null {
    return /^Open (http:\S+)$/m.exec(this.#stdout)?.[1] ?? null
  }
}
