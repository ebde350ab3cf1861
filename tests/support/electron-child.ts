import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import type { ForkOptions, MessagePortMain } from 'electron'
import type { ForkedChild, ProcessEnd } from '../../src/main/electron-module.ts'
import { handOnAll, PortStandIn } from './electron-ports.ts'

/** What a child was forked with. */
export type Fork = {
  readonly entry: string
  readonly args: readonly string[]
  readonly options: ForkOptions
}

type ParentMessage = { readonly data: unknown; readonly ports: readonly PortStandIn[] }

/**
 * Electron's UtilityProcess, and the process behind it. Messages posted before the spawn arrive after
 * it; a kill before the spawn does nothing and says so; posting during `exit` is what crashes Electron.
 */
export class ChildStandIn extends EventEmitter implements ForkedChild {
  readonly fork: Fork
  readonly stdout: PassThrough | null
  /** The child's own `process.parentPort`. */
  readonly parentPort = new EventEmitter<{ message: [ParentMessage] }>()
  /** How often it was asked to end. */
  kills = 0
  /** A child that hangs outlives a `kill`. */
  isHanging = false
  pid: number | undefined
  readonly #gone: (details: ProcessEnd) => void
  #queued: ParentMessage[] | null = []
  #life: 'starting' | 'running' | 'exiting' | 'gone' = 'starting'

  constructor(fork: Fork, gone: (details: ProcessEnd) => void) {
    super()
    this.fork = fork
    this.#gone = gone
    this.stdout = fork.options.stdio?.[1] === 'pipe' ? new PassThrough() : null
  }

  get isAlive(): boolean {
    return this.#life === 'starting' || this.#life === 'running'
  }

  postMessage(message: unknown, ports: MessagePortMain[] = []): void {
    if (this.#life === 'exiting') throw new Error('Electron crashes here: posted during exit')
    if (this.#life === 'gone') return
    const arriving = {
      data: structuredClone(message),
      ports: handOnAll(ports).map((port) => new PortStandIn(port))
    }
    if (this.#queued === null) this.#deliver(arriving)
    else this.#queued.push(arriving)
  }

  #deliver(message: ParentMessage): void {
    queueMicrotask(() => {
      if (this.isAlive) this.parentPort.emit('message', message)
      else for (const port of message.ports) port.close()
    })
  }

  kill(): boolean {
    if (this.pid === undefined) return false
    this.kills += 1
    if (!this.isHanging) this.exit(0)
    return true
  }

  /** The process comes to life. */
  spawn(pid: number): void {
    this.pid = pid
    this.#life = 'running'
    this.emit('spawn')
    const queued = this.#queued ?? []
    this.#queued = null
    for (const message of queued) this.#deliver(message)
  }

  /** The process says something to its parent. */
  say(message: unknown): void {
    this.emit('message', structuredClone(message))
  }

  /** The process ends by itself. */
  exit(code: number): void {
    if (!this.isAlive) return
    this.#life = 'exiting'
    this.pid = undefined
    this.emit('exit', code)
    this.#life = 'gone'
  }

  /** The process is gone for a reason; Electron tells it apart from the exit, in either order. */
  crash(reason: ProcessEnd['reason'], exitCode: number, told: 'before' | 'after' = 'after'): void {
    const details = { name: this.fork.options.serviceName ?? 'Node Utility Process' }
    if (told === 'before') this.#gone({ ...details, reason, exitCode })
    this.exit(exitCode)
    if (told === 'after') this.#gone({ ...details, reason, exitCode })
  }
}
