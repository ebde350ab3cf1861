/**
 * A child in Electron's utility process. States: `starting` (forked, no pid yet) → `running` → `ended`.
 *
 * Traps: posting from its `exit` event crashes the main process; `kill` before `spawn` does nothing
 * (electron#44009) and is therefore kept until then; the exit code after a `kill` is 0; a child that
 * cannot be launched may never say `exit`; `error` without a listener throws. Why a child is gone is
 * told by the app's `child-process-gone`, matched by a name that only this child bears.
 */
import type { ForkOptions, MessagePortMain } from 'electron'
import type { EngineExit } from '../service/engine-process.ts'
import type {
  ElectronModule,
  ForkedChild,
  ProcessEnd,
  ProcessEndListener
} from './electron-module.ts'

/** How long the reason may follow the exit. */
const reasonMs = 100

/** What children need of the world, apart from their own start. */
export type UtilityHost = {
  readonly electron: Pick<ElectronModule, 'app' | 'utilityProcess'>
  readonly environment: Readonly<Record<string, string>>
  /** Ends a process of the system at once; one that is gone already is no error. */
  readonly endProcess: (pid: number) => void
  readonly after: (delayMs: number, callback: () => void) => () => void
}

/** What to start. */
export type UtilityStart = {
  readonly entry: string
  /** Of this child alone; shown in task managers. */
  readonly name: string
  readonly args?: readonly string[]
  readonly execArgv?: readonly string[]
  readonly stdout?: 'inherit' | 'pipe'
}

export class UtilityChild {
  readonly #host: UtilityHost
  readonly #name: string
  readonly #child: ForkedChild
  readonly #endListeners: ((exit: EngineExit) => void)[] = []
  readonly #whenGone: ProcessEndListener = (...[, details]) => this.#gone(details)
  #pid: number | null = null
  #mustEnd = false
  #isKilled = false
  #exit: EngineExit | null = null
  #hasEnded = false

  /** Call after the app is ready. */
  constructor(host: UtilityHost, start: UtilityStart) {
    this.#host = host
    this.#name = start.name
    host.electron.app.on('child-process-gone', this.#whenGone)
    const options: ForkOptions = {
      serviceName: start.name,
      env: { ...host.environment },
      execArgv: [...(start.execArgv ?? [])],
      stdio: ['ignore', start.stdout ?? 'inherit', 'inherit']
    }
    this.#child = host.electron.utilityProcess.fork(start.entry, [...(start.args ?? [])], options)
    this.#child.on('spawn', () => this.#spawned())
    this.#child.on('exit', (code) => this.#exited(code))
    this.#child.on('error', () => undefined)
  }

  /** Null until the process is there. */
  get pid(): number | null {
    return this.#pid
  }

  get stdout(): NodeJS.ReadableStream | null {
    return this.#child.stdout
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Sends a message; to a child that is gone, nothing. */
  post(message: unknown, ports: MessagePortMain[] = []): void {
    if (this.#hasEnded) for (const port of ports) port.close()
    else this.#child.postMessage(message, ports)
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child.on('message', listener)
  }

  /** Called once, with Electron's reason as the signal where it gave one. */
  onEnd(listener: (exit: EngineExit) => void): void {
    this.#endListeners.push(listener)
  }

  /** Asks it to end. */
  terminate(): void {
    if (!this.#hasEnded) this.#child.kill()
  }

  /** Ends it at once, or as soon as it has started. */
  kill(): void {
    this.#mustEnd = true
    if (this.#pid === null || this.#hasEnded) return
    this.#isKilled = true
    this.#child.kill()
    this.#host.endProcess(this.#pid)
  }

  #spawned(): void {
    this.#pid = this.#child.pid ?? null
    if (this.#mustEnd) this.kill()
  }

  #exited(code: number): void {
    this.#hasEnded = true
    if (this.#isKilled) this.#tell({ code: null, signal: 'killed' })
    else if (code === 0) this.#tell({ code, signal: null })
    else this.#host.after(reasonMs, () => this.#tell({ code, signal: null }))
  }

  #gone({ name, reason, exitCode }: ProcessEnd): void {
    if (name !== this.#name) return
    this.#hasEnded = true
    this.#tell({ code: exitCode, signal: reason })
  }

  #tell(exit: EngineExit): void {
    if (this.#exit !== null) return
    this.#exit = exit
    this.#host.electron.app.off('child-process-gone', this.#whenGone)
    for (const listener of this.#endListeners) listener(exit)
  }
}
