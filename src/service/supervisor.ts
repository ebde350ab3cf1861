/**
 * Supervision of the engine. States: `starting` → `running` → (`restarting` → `starting`)* ; `tripped`
 * after five ends within five minutes, then one try every five minutes; `stopping` → `stopped`.
 * `refused`: the engine said that it cannot run and trying again would not help.
 */
import {
  stopBudgetMs,
  type EngineConfig,
  type EngineMessage
} from '../contracts/engine-protocol.ts'
import type { EngineExit, EngineProcess, LaunchEngine } from './engine-process.ts'

export type SupervisorState =
  'starting' | 'running' | 'restarting' | 'tripped' | 'stopping' | 'stopped' | 'refused'

/** Timers and a monotonic clock, handed in so that tests own time. */
export type SupervisorClock = {
  readonly nowMs: () => number
  /** Calls back once after the delay; the result cancels. */
  readonly after: (delayMs: number, callback: () => void) => () => void
}

/** The machine's monotonic clock and timers. */
export const hostClock: SupervisorClock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  }
}

/** Bounds of every wait. */
export const supervisorLimits = {
  restartDelaysMs: [500, 2_000, 8_000, 30_000],
  tripEnds: 5,
  tripWindowMs: 300_000,
  probeMs: 300_000,
  readyMs: 30_000,
  beatMs: 10_000,
  stopMs: stopBudgetMs
} as const

export type SupervisorHandlers = {
  readonly state: (state: SupervisorState, detail: string) => void
  readonly message: (message: EngineMessage, process: EngineProcess) => void
  /** A process has started and was told its configuration: stream messages and ports may follow. */
  readonly launched: (process: EngineProcess) => void
  /** The engine refuses to run with this configuration. */
  readonly refused: (refusal: { readonly message: string; readonly exitCode: number }) => void
}

/** Keeps one engine running: bounded waits, backoff, a trip limit. */
export class EngineSupervisor {
  readonly #launch: LaunchEngine
  readonly #config: EngineConfig
  readonly #clock: SupervisorClock
  readonly #handlers: SupervisorHandlers
  #state: SupervisorState = 'stopped'
  #process: EngineProcess | null = null
  #cancelTimer: () => void = () => undefined
  #ends: number[] = []
  readonly #whenStopped: (() => void)[] = []

  constructor(options: {
    readonly launch: LaunchEngine
    readonly config: EngineConfig
    readonly clock: SupervisorClock
    readonly handlers: SupervisorHandlers
  }) {
    this.#launch = options.launch
    this.#config = options.config
    this.#clock = options.clock
    this.#handlers = options.handlers
  }

  get state(): SupervisorState {
    return this.#state
  }

  get process(): EngineProcess | null {
    return this.#process
  }

  start(): void {
    if (this.#state === 'starting' || this.#state === 'running') return
    this.#enter('starting', 'starting the engine')
    const engine = this.#launch()
    this.#process = engine
    engine.onMessage((message) => this.#receive(engine, message))
    engine.onExit((exit) => this.#ended(engine, exit))
    engine.send({ channel: 'control', kind: 'start', config: this.#config })
    this.#handlers.launched(engine)
    this.#expect(supervisorLimits.readyMs, () => this.#giveUpOn(engine, 'did not become ready'))
  }

  /** Asks the engine to flush and end; kills it when it does not within its limit. */
  stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#whenStopped.push(resolve))
    const engine = this.#process
    if (engine === null) {
      this.#settleStop()
      return stopped
    }
    if (this.#state !== 'stopping') {
      this.#enter('stopping', 'stopping the engine')
      engine.send({ channel: 'control', kind: 'stop' })
      this.#expect(supervisorLimits.stopMs, () => engine.kill())
    }
    return stopped
  }

  #receive(engine: EngineProcess, message: EngineMessage): void {
    if (engine !== this.#process) return
    if (message.channel === 'control') this.#control(engine, message)
    this.#handlers.message(message, engine)
  }

  #control(
    engine: EngineProcess,
    message: Extract<EngineMessage, { readonly channel: 'control' }>
  ): void {
    if (this.#state === 'stopping') return
    switch (message.kind) {
      case 'ready':
        this.#enter('running', 'engine is running')
        this.#expectBeat(engine)
        return
      case 'beat':
        if (this.#state === 'running') this.#expectBeat(engine)
        return
      case 'fatal':
        if (message.retry) return
        this.#enter('refused', message.message)
        this.#handlers.refused(message)
        return
      case 'stopped':
      case 'log':
        return
    }
  }

  #expectBeat(engine: EngineProcess): void {
    this.#expect(supervisorLimits.beatMs, () => this.#giveUpOn(engine, 'stopped answering'))
  }

  #giveUpOn(engine: EngineProcess, what: string): void {
    this.#handlers.state(this.#state, `the engine ${what}; it is being replaced`)
    engine.kill()
  }

  #ended(engine: EngineProcess, exit: EngineExit): void {
    if (engine !== this.#process) return
    this.#process = null
    this.#cancelTimer()
    if (this.#state === 'stopping' || this.#state === 'refused') {
      this.#settleStop()
      return
    }
    const nowMs = this.#clock.nowMs()
    this.#ends = this.#ends.filter((endMs) => nowMs - endMs < supervisorLimits.tripWindowMs)
    this.#ends.push(nowMs)
    this.#planRestart(exit)
  }

  #planRestart(exit: EngineExit): void {
    const how = exit.signal ?? `code ${exit.code ?? 'unknown'}`
    if (this.#ends.length >= supervisorLimits.tripEnds) {
      this.#enter('tripped', `the engine ended ${this.#ends.length} times in five minutes (${how})`)
      this.#expect(supervisorLimits.probeMs, () => this.start())
      return
    }
    const delays = supervisorLimits.restartDelaysMs
    const delayMs = delays[Math.min(this.#ends.length, delays.length) - 1] ?? delays[0]
    this.#enter('restarting', `the engine ended (${how}); starting again in ${delayMs / 1_000} s`)
    this.#expect(delayMs, () => this.start())
  }

  #settleStop(): void {
    this.#cancelTimer()
    if (this.#state !== 'refused') this.#enter('stopped', 'engine stopped')
    for (const resolve of this.#whenStopped.splice(0)) resolve()
  }

  /** One bounded wait at a time: a new one replaces the last. */
  #expect(delayMs: number, onTimeout: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#clock.after(delayMs, onTimeout)
  }

  #enter(state: SupervisorState, detail: string): void {
    this.#state = state
    this.#handlers.state(state, detail)
  }
}
