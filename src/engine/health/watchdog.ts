import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BlockedEngine } from '../../contracts/blocked-engine.ts'
import { HandlerMemory, machineMs, type HandlerState } from './handler-memory.ts'
import { handlerLimits } from './handler-clock.ts'

const lookMs = 1_000
/** A main thread that stands still as long as this does not notice either that its host is gone. */
const orphanMs = 5_000

/** Under which a thread finds its watchdog's setup among the data that all threads are given. */
export const watchdogKey = 'tapedeck:watchdog'

/** What a watchdog is started with; plain data and shared memory. */
export type WatchdogSetup = {
  readonly memory: SharedArrayBuffer
  /** Where it says that the main thread stands still. */
  readonly file: string
  readonly pid: number
  /** The host's process. */
  readonly hostPid: number
}

/** What a watchdog needs of the world. */
export type WatchdogWorld = {
  readonly nowMs: () => number
  readonly wallMs: () => number
  readonly hostPid: () => number
  readonly write: (file: string, text: string) => void
  readonly remove: (file: string) => void
  readonly end: (pid: number) => void
}

/**
 * Looks from another thread whether the main thread stands still. While it does, which handler runs is
 * kept in a file that the host reads when it ends the engine; an engine whose host is gone is ended.
 */
export class Watchdog {
  readonly #setup: WatchdogSetup
  readonly #world: WatchdogWorld
  readonly #memory: HandlerMemory
  #isTold = false

  constructor(setup: WatchdogSetup, world: WatchdogWorld) {
    this.#setup = setup
    this.#world = world
    this.#memory = new HandlerMemory(setup.memory)
  }

  look(): void {
    const state = this.#memory.read()
    const sinceMs = state.sinceMs ?? state.turnedMs
    const stoodMs = this.#world.nowMs() - sinceMs
    // Before its first handler there is nothing to judge.
    if (state.turnedMs === 0 || stoodMs < handlerLimits.timeoutMs) {
      if (this.#isTold) this.#world.remove(this.#setup.file)
      this.#isTold = false
      return
    }
    this.#tell(state, stoodMs)
    const isOrphan = this.#world.hostPid() !== this.#setup.hostPid
    if (isOrphan && stoodMs >= orphanMs) this.#world.end(this.#setup.pid)
  }

  #tell({ name, subject, sinceMs }: HandlerState, stoodMs: number): void {
    this.#isTold = true
    const blocked: BlockedEngine = {
      pid: this.#setup.pid,
      handler: name,
      subject,
      isRunning: sinceMs !== null,
      stoodMs: Math.round(stoodMs),
      atMs: this.#world.wallMs()
    }
    this.#world.write(this.#setup.file, JSON.stringify(blocked))
  }
}

/** Watches from this thread, once a second; the timer does not keep the thread alive. */
export function startWatchdog(setup: WatchdogSetup): void {
  const watchdog = new Watchdog(setup, {
    nowMs: machineMs,
    wallMs: () => Date.now(),
    hostPid: () => process.ppid,
    write: replaceFile,
    remove: (file) => rmSync(file, { force: true }),
    end: (pid) => void process.kill(pid, 'SIGKILL')
  })
  setInterval(() => watchdog.look(), lookMs).unref()
}

/** A disk that takes no file takes no report; the watch goes on. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(fresh, text)
    renameSync(fresh, file)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
  }
}
