import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { until } from './until.ts'

const entry = join(import.meta.dirname, '..', '..', 'src', 'headless', 'main.ts')

/** The headless command line, running as users run it. */
export class TapedeckProcess {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  exitCode: number | null = null
  exitSignal: string | null = null

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString()
    })
    this.child.on('exit', (code, signal) => {
      this.exitCode = code
      this.exitSignal = signal
    })
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** Resolves with the address once it serves. */
  async served(): Promise<string> {
    await until(
      () => /^Open http/m.test(this.stdout) || this.hasEnded,
      'the address to be printed',
      20_000
    )
    const url = /^Open (http:\S+)$/m.exec(this.stdout)?.[1]
    if (url === undefined) throw new Error(`it ended before it served: ${this.stderr}`)
    return url
  }

  /** Resolves with the exit code. */
  async ended(deadlineMs = 20_000): Promise<number | null> {
    await until(() => this.hasEnded, 'the process to end', deadlineMs)
    return this.exitCode
  }

  get hasEnded(): boolean {
    return this.exitCode !== null || this.exitSignal !== null
  }
}
