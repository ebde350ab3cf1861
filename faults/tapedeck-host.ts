import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { healthShape } from '../src/contracts/shapes.ts'
import type { SimulatorReady } from '../src/contracts/simulator-ready.ts'
import type { Collected } from './engine-config.ts'
import { untilHolds } from './wait.ts'

/** What a user types; started from another place where a row says so. */
const tapedeckCommand = fileURLToPath(new URL('../bin/tapedeck.js', import.meta.url))

const servesMs = 30_000

/** The built command line, as users run it. */
export class TapedeckHost implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  stdout = ''
  stderr = ''

  /** @param nodeArgs Arguments of Node itself. */
  constructor(args: readonly string[], nodeArgs: readonly string[] = [], entry = tapedeckCommand) {
    this.#child = spawn(process.execPath, [...nodeArgs, entry, ...args], {
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.#closed = once(this.#child, 'close')
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()))
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
  }

  /** Serves from a folder what a simulator's venues tell. */
  static async serve(of: {
    readonly folder: string
    readonly ready: SimulatorReady
    readonly collected: Collected
  }): Promise<TapedeckHost> {
    const settings = join(of.folder, 'settings.toml')
    await writeFile(settings, settingsText(of.ready, of.collected))
    const where = ['--data-dir', of.folder, '--settings', settings, '--port', '0']
    const host = new TapedeckHost(['serve', ...where, '--no-browser', '--skip-market-hours'])
    await untilHolds('the host to serve', servesMs, () => {
      if (host.exitCode !== null) throw new Error(`it ended before it served: ${host.stderr}`)
      return host.stdout.includes('Open http')
    })
    return host
  }

  /** Messages of all venues in the last minute, as its API tells. */
  async messages(): Promise<number> {
    const url = /^Open (http:\S+)$/m.exec(this.stdout)?.[1] ?? ''
    const health = await (await fetch(`${url}health`)).json()
    return healthShape.parse(health).messagesLast60s
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get exitCode(): number | null {
    return this.#child.exitCode
  }

  /** @returns Its exit code, once it has printed everything; null: a signal ended it. */
  async end(signal: NodeJS.Signals | null = null): Promise<number | null> {
    if (signal !== null) this.#child.kill(signal)
    await this.#closed
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
  }
}

function settingsText(ready: SimulatorReady, collected: Collected): string {
  const venues = Object.entries(collected).map(([venue, instruments]) => {
    const address = ready.venues[venue]
    if (address === undefined) throw new Error(`the simulator speaks no ${venue}`)
    return [
      `[venues.${venue}]`,
      `instruments = ${JSON.stringify(instruments)}`,
      `ws_url = "${address.wsUrl}"`,
      `rest_url = "${address.restUrl}"`
    ].join('\n')
  })
  const run = '[run]\nmode = "simulated"\nclock = "wall"'
  return `${['intervals = ["1s", "1m", "100t"]', run, ...venues].join('\n')}\n`
}
