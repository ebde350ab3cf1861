/**
 * Supervision of the engine. States: `starting` → `running` → (`restarting` → `starting`)* ; `tripped`
 * after five ends within five minutes, then one try every five minutes, until one has run for a minute;
 * `stopping` → `stopped`. `refused`: the engine said that it cannot run and trying again would not help.
 */
import {
  stopBudgetMs,
  type EngineConfig,
  type EngineMessage
} from '../contracts/engine-protocol.ts'
import { EngineWatch } from './engine-watch.ts'
import type { EngineEnd } from './engine-end.ts'
import type { EngineProcess, LaunchEngine } from './engine-process.ts'
import type { EngineReports } from './engine-reports.ts'
import type { HostClock } from './host-clock.ts'
import { Patience } from './patience.ts'

export type SupervisorState =
  'starting' | 'running' | 'restarting' | 'tripped' | 'stopping' | 'stopped' | 'refused'

/** Bounds of every wait. */
export const supervisorLimits = {
  restartDelaysMs: [500, 2_000, 8_000, 30_000],
  tripEnds: 5,
  tripWindowMs: 300_000,
  probeMs: 300_000,
  /** A try of a tripped supervisor that ran so long counts as recovery. */
  recoveredMs: 60_000,
  readyMs: 30_000,
  beatMs: 10_000,
  stopMs: stopBudgetMs,
  /** From the engine's word that it ends to its end. */
  exitMs: 3_000
} as const

export type SupervisorHandlers = {
  readonly state: (state: SupervisorState, detail: string) => void
  readonly message: (message: EngineMessage, process: EngineProcess) => void
  /** A process has started and was told its configuration: stream messages and ports may follow. */
  readonly launched: (process: EngineProcess) => void
  /** The engine refuses to run with this configuration. */
  readonly refused: (refusal: { readonly message: string; readonly exitCode: number }) => void
}

export type SupervisorOptions = {
  readonly launch: LaunchEngine
  readonly config: EngineConfig
  readonly clock: HostClock
  /** Epoch ms; stamps only. */
  readonly wallMs?: () => number
  /** Null: nobody reads why an engine ended. */
  readonly reports?: EngineReports | null
  readonly handlers: SupervisorHandlers
}

/** Keeps one engine running: bounded waits, backoff, a trip limit. */
export class EngineSupervisor {
  readonly #options: SupervisorOptions
  readonly #clock: HostClock
  readonly #handlers: SupervisorHandlers
  readonly #patience: Patience
  #state: SupervisorState = 'stopped'
  #process: EngineProcess | null = null
  #watch: EngineWatch | null = null
  /** The engine said that it ends: no beat puts that off. */
  #isEnding = false
  #ends: number[] = []
  /** Tripped, and no try since has run long enough. */
  #isOnProbation = false
  #lastEnd: (EngineEnd & { readonly atMs: number }) | null = null
  readonly #whenStopped: (() => void)[] = []

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#handlers = options.handlers
    this.#patience = new Patience(options.clock)
  }

  get state(): SupervisorState {
    return this.#state
  }

  get process(): EngineProcess | null {
    return this.#process
  }

  /** How the last engine ended that was not to end; null while none did. */
  get lastEnd(): (EngineEnd & { readonly atMs: number }) | null {
    return this.#lastEnd
  }

  start(): void {
    if (this.#state === 'starting' || this.#state === 'running') return
    this.#enter('starting', 'starting the engine')
    const engine = this.#options.launch()
    this.#process = engine
    this.#isEnding = false
    const { wallMs = () => Date.now(), reports = null } = this.#options
    this.#watch = new EngineWatch(engine, { clock: this.#clock, wallMs, reports })
    engine.onMessage((message) => this.#receive(engine, message))
    engine.onExit((exit) => {
      if (engine === this.#process) this.#ended(this.#watch?.ended(exit) ?? null)
    })
    engine.send({ channel: 'control', kind: 'start', config: this.#config() })
    this.#handlers.launched(engine)
    this.#patience.expect(supervisorLimits.readyMs, () => this.#giveUp('ready'))
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
      this.#patience.expect(supervisorLimits.stopMs, () => this.#giveUp('stop'))
    }
    return stopped
  }

  /** An engine that follows one that ended is told so, for whoever looks at it. */
  #config(): EngineConfig {
    const { config } = this.#options
    if (this.#lastEnd === null) return config
    const { atMs, words } = this.#lastEnd
    return { ...config, previousEnd: { atMs, words } }
  }

  #receive(engine: EngineProcess, message: EngineMessage): void {
    if (engine !== this.#process) return
    this.#watch?.hear(message)
    if (message.channel === 'control') this.#control(message)
    this.#handlers.message(message, engine)
  }

  #control(message: Extract<EngineMessage, { readonly channel: 'control' }>): void {
    if (this.#state === 'stopping') return
    switch (message.kind) {
      case 'ready':
        this.#enter('running', 'engine is running')
        this.#expectBeat()
        return
      case 'beat':
        if (this.#state === 'running' && !this.#isEnding) this.#expectBeat()
        return
      case 'fatal':
        this.#isEnding = true
        this.#patience.expect(supervisorLimits.exitMs, () => this.#giveUp('exit'))
        if (message.retry) return
        this.#enter('refused', message.message)
        this.#handlers.refused(message)
        return
      case 'stopped':
      case 'log':
        return
    }
  }

  #expectBeat(): void {
    const hasRecovered = (this.#watch?.ranMs() ?? 0) >= supervisorLimits.recoveredMs
    if (hasRecovered) this.#isOnProbation = false
    this.#patience.expect(supervisorLimits.beatMs, () => this.#giveUp('beat'))
  }

  #giveUp(awaited: 'ready' | 'beat' | 'stop' | 'exit'): void {
    this.#watch?.giveUp(awaited)
    this.#process?.kill()
  }

  #ended(end: (EngineEnd & { readonly atMs: number }) | null): void {
    this.#process = null
    this.#patience.end()
    if (this.#state === 'stopping' || this.#state === 'refused') {
      this.#settleStop()
      return
    }
    const nowMs = this.#clock.nowMs()
    this.#ends = this.#ends.filter((endMs) => nowMs - endMs < supervisorLimits.tripWindowMs)
    this.#ends.push(nowMs)
    this.#lastEnd = end
    this.#planRestart(end?.words ?? 'for an unknown reason')
  }

  #planRestart(words: string): void {
    const { probeMs, restartDelaysMs, tripEnds } = supervisorLimits
    if (this.#isOnProbation || this.#ends.length >= tripEnds) {
      const minutes = probeMs / 60_000
      const often = this.#isOnProbation ? 'again' : `${this.#ends.length} times in five minutes`
      this.#isOnProbation = true
      this.#enter('tripped', `the engine ended ${often} (${words}); next try in ${minutes} min`)
      this.#patience.expect(probeMs, () => this.start())
      return
    }
    const at = Math.min(this.#ends.length, restartDelaysMs.length) - 1
    const delayMs = restartDelaysMs[at] ?? restartDelaysMs[0]
    this.#enter('restarting', `the engine ended (${words}); starting again in ${delayMs / 1_000} s`)
    this.#patience.expect(delayMs, () => this.start())
  }

  #settleStop(): void {
    this.#patience.end()
    if (this.#state !== 'refused') this.#enter('stopped', 'engine stopped')
    for (const resolve of this.#whenStopped.splice(0)) resolve()
  }

  #enter(state: SupervisorState, detail: string): void {
    this.#state = state
    this.#handlers.state(state, detail)
  }
}
