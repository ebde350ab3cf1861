import type { EngineConfig, EngineMessage } from '../contracts/engine-protocol.ts'
import type { ClientMessage, MessageLink, ServerMessage } from '../contracts/state-stream.ts'
import { DeckLinks } from './deck-links.ts'
import type { DemoFolder } from './demo-folder.ts'
import type { EngineProcess, LaunchEngine } from './engine-process.ts'
import { reportsIn } from './engine-reports.ts'
import type { Log } from './log.ts'
import type { SimulatorProcess } from './simulator-process.ts'
import { StreamRelay } from './stream-relay.ts'
import type { HostClock } from './host-clock.ts'
import { EngineSupervisor, type SupervisorState } from './supervisor.ts'

/** What is to run: an engine, and the simulator before it where the run is a demonstration. */
export type DeskPlan =
  | { readonly kind: 'engine'; readonly config: EngineConfig }
  | {
      readonly kind: 'demo'
      readonly openFolder: () => Promise<DemoFolder>
      readonly startSimulator: () => Promise<SimulatorProcess>
      /** Builds the engine's configuration once it is known where the simulator listens. */
      readonly configFor: (simulator: SimulatorProcess, folder: string) => EngineConfig
    }

export type DeskHandlers = {
  readonly state: (state: SupervisorState, detail: string) => void
  /** The engine cannot run so; the host says why and exits with the code. */
  readonly refused: (refusal: { readonly message: string; readonly exitCode: number }) => void
}

/** Clients get at most 30 frames a second. */
const frameMs = 33

/** One run of Tapedeck as a host holds it: simulator, engine under supervision, and the state relay. */
export class Desk {
  readonly relay: StreamRelay
  readonly decks = new DeckLinks()
  readonly #launch: LaunchEngine
  readonly #log: Log
  readonly #clock: HostClock
  readonly #handlers: DeskHandlers
  #supervisor: EngineSupervisor | null = null
  #simulator: SimulatorProcess | null = null
  #folder: DemoFolder | null = null
  #turn: Promise<void> = Promise.resolve()
  #isStopped = false
  readonly #flushing: NodeJS.Timeout

  constructor(options: {
    readonly launch: LaunchEngine
    readonly log: Log
    readonly clock: HostClock
    readonly handlers: DeskHandlers
  }) {
    this.#launch = options.launch
    this.#log = options.log
    this.#clock = options.clock
    this.#handlers = options.handlers
    this.relay = new StreamRelay({
      clock: options.clock,
      warn: (event, fields) => this.#log.write('warn', event, fields)
    })
    this.#flushing = setInterval(() => this.relay.publisher.flush(), frameMs)
  }

  get simulator(): SimulatorProcess | null {
    return this.#simulator
  }

  get supervisor(): EngineSupervisor | null {
    return this.#supervisor
  }

  /** Starts what the plan says, ending whatever ran before; plans take turns. */
  run(plan: DeskPlan): Promise<void> {
    const turn = this.#turn.then(() => this.#start(plan))
    // Whoever asked for a plan hears of its failure; the next one begins all the same.
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** Ends engine and simulator; resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#flushing)
    this.relay.close()
    this.decks.close()
    await this.#stopProcesses()
  }

  async #start(plan: DeskPlan): Promise<void> {
    await this.#stopProcesses()
    const config = await this.#prepare(plan)
    // The host may have been told to end while the simulator started.
    if (this.#isStopped) await this.#stopProcesses()
    else this.#supervise(config)
  }

  #supervise(config: EngineConfig): void {
    let stream: ((message: ServerMessage) => void) | null = null
    let closed: (() => void) | null = null
    const supervisor = new EngineSupervisor({
      launch: this.#launch,
      config,
      clock: this.#clock,
      reports: reportsIn(config.dataDir),
      handlers: {
        state: (state, detail) => {
          const isOutage = state === 'restarting' || state === 'tripped'
          this.#log.write(isOutage ? 'error' : 'info', 'engine-state', { state, detail })
          if (state !== 'running' && state !== 'starting') {
            closed?.()
            this.decks.disconnect()
          }
          if (isOutage) this.relay.explain(sentenceOf(detail), config.mode)
          this.#handlers.state(state, detail)
        },
        refused: (refusal) => this.#handlers.refused(refusal),
        launched: (process) => {
          const link = linkTo(process)
          stream = link.receive
          closed = () => link.close()
          this.relay.connect(link)
          this.decks.connect(process)
        },
        message: (message) => {
          if (message.channel === 'stream') stream?.(message.message)
          else if (message.channel === 'deck') this.decks.receive(message)
          else this.#logControl(message)
        }
      }
    })
    this.#supervisor = supervisor
    supervisor.start()
  }

  async #prepare(plan: DeskPlan): Promise<EngineConfig> {
    if (plan.kind === 'engine') return plan.config
    const folder = await plan.openFolder()
    this.#folder = folder
    const simulator = await plan.startSimulator()
    this.#simulator = simulator
    return plan.configFor(simulator, folder.path)
  }

  async #stopProcesses(): Promise<void> {
    await Promise.all([this.#supervisor?.stop(), this.#simulator?.stop()])
    this.#supervisor = null
    this.#simulator = null
    await this.#folder?.close()
    this.#folder = null
  }

  #logControl(message: Extract<EngineMessage, { readonly channel: 'control' }>): void {
    if (message.kind === 'log') this.#log.write(message.level, message.event, message.fields)
    if (message.kind === 'fatal') {
      this.#log.write('error', 'engine-fatal', { code: message.code, message: message.message })
    }
  }
}

function sentenceOf(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** The stream end of an engine process's channel. */
function linkTo(process: EngineProcess): MessageLink<ClientMessage, ServerMessage> & {
  readonly receive: (message: ServerMessage) => void
} {
  let deliver: (message: ServerMessage) => void = () => undefined
  let tellClosed: () => void = () => undefined
  return {
    send: (message) => process.send({ channel: 'stream', message }),
    onMessage: (listener) => {
      deliver = listener
    },
    onClose: (listener) => {
      tellClosed = listener
    },
    close: () => tellClosed(),
    receive: (message) => deliver(message)
  }
}
