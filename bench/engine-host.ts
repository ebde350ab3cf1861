import { fileURLToPath } from 'node:url'
import type { EngineConfig, EngineMessage } from '../src/contracts/engine-protocol.ts'
import type { Provocation } from '../src/contracts/provocation.ts'
import { settingsSchema } from '../src/contracts/settings.ts'
import type { ClientMessage, ServerMessage } from '../src/contracts/state-stream.ts'
import { StreamReceiver, type ReceiverHandlers } from '../src/contracts/stream-receiver.ts'
import type { EngineProcess } from '../src/service/engine-process.ts'
import { forkEngine } from '../src/service/forked-engine.ts'

const readyMs = 30_000
const stopMs = 10_000
const builtEngine = fileURLToPath(new URL('../out/main/engine.js', import.meta.url))

/** Where a stand-in for Coinbase is reached. */
export type Endpoints = { readonly wsUrl: string; readonly restUrl: string }

/** Builds the configuration of an engine that collects every USD pair of a simulated Coinbase. */
export function engineConfig(options: {
  readonly dataDir: string
  readonly endpoints: Endpoints
  /** Null: as a user gets them without settings. */
  readonly intervals: readonly string[] | null
}): EngineConfig {
  const { wsUrl, restUrl } = options.endpoints
  const coinbase = {
    instruments: 'quote:USD',
    per_connection: 15,
    ws_url: wsUrl,
    rest_url: restUrl
  }
  const settings = settingsSchema.parse({
    ...(options.intervals === null ? {} : { intervals: options.intervals }),
    venues: { coinbase },
    run: { mode: 'simulated', clock: 'wall' }
  })
  return {
    mode: 'simulated',
    clock: 'wall',
    dataDir: options.dataDir,
    settings,
    logLevel: 'warn',
    skipMarketHours: false
  }
}

/** What a host hears of its engine. */
export type EngineListener = Pick<ReceiverHandlers, 'snapshot' | 'delta'> & {
  /** Each line that the engine wants logged. */
  readonly log?: (line: Extract<EngineMessage, { kind: 'log' }>) => void
  readonly beat?: () => void
}

/** What differs from an engine as users have it. */
export type EngineMake = {
  /** File that it starts from; the built engine unless given. */
  readonly entry?: string
  /** Cap of its heap. */
  readonly heapMb?: number
}

/** A built engine with one client of its state stream, as a host would hold it. */
export class EngineHost {
  readonly pid: number
  readonly #process: EngineProcess
  readonly #stream: StreamReceiver
  readonly #exited = Promise.withResolvers<undefined>()
  readonly #ready = Promise.withResolvers<undefined>()
  readonly #log: NonNullable<EngineListener['log']>
  readonly #beat: () => void
  #deliver: (message: ServerMessage) => void = () => undefined

  private constructor(process: EngineProcess, { log, beat, ...handlers }: EngineListener) {
    this.#process = process
    this.#log = log ?? (() => undefined)
    this.#beat = beat ?? (() => undefined)
    this.pid = process.pid ?? 0
    process.onExit(() => {
      this.#exited.resolve(undefined)
      this.#ready.reject(new Error('the engine ended before it was ready'))
    })
    this.#ready.promise.catch(() => undefined)
    this.#stream = new StreamReceiver(
      {
        send: (message: ClientMessage) => process.send({ channel: 'stream', message }),
        onMessage: (listener) => {
          this.#deliver = listener
        },
        onClose: () => undefined,
        close: () => undefined
      },
      { ...handlers, lost: () => undefined, refused: () => undefined }
    )
  }

  /** Starts an engine and waits until it is ready. @throws Error when it cannot run, or is not ready in time. */
  static async start(config: EngineConfig, handlers: EngineListener): Promise<EngineHost> {
    const host = EngineHost.launch(config, handlers)
    await host.untilReady()
    return host
  }

  /** Starts an engine; what becomes of it tells `untilReady`. */
  static launch(
    config: EngineConfig,
    handlers: EngineListener,
    { entry = builtEngine, heapMb }: EngineMake = {}
  ): EngineHost {
    const process = forkEngine(entry, heapMb)
    process.send({ channel: 'control', kind: 'start', config })
    const host = new EngineHost(process, handlers)
    process.onMessage((message) => host.#take(message))
    return host
  }

  /** @throws Error when it cannot run, or is not ready in time. */
  async untilReady(): Promise<void> {
    const timer = setTimeout(
      () => this.#ready.reject(new Error('the engine was not ready')),
      readyMs
    )
    await this.#ready.promise.finally(() => clearTimeout(timer))
  }

  get stream(): StreamReceiver {
    return this.#stream
  }

  /** Tells it to have a fault: only an engine of a fault run has it. */
  provoke(fault: Provocation): void {
    this.#process.send({ channel: 'control', kind: 'provoke', fault })
  }

  /** Ends it at once, without a word. */
  async kill(): Promise<void> {
    this.#process.kill()
    await this.#exited.promise
  }

  /** Stops it in order; whatever hangs is killed. */
  async stop(): Promise<void> {
    this.#process.send({ channel: 'control', kind: 'stop' })
    const timer = setTimeout(() => this.#process.kill(), stopMs)
    await this.#exited.promise
    clearTimeout(timer)
  }

  #take(message: EngineMessage): void {
    if (message.channel === 'stream') this.#deliver(message.message)
    else if (message.kind === 'log') this.#log(message)
    else if (message.kind === 'beat') this.#beat()
    else if (message.kind === 'ready') this.#ready.resolve(undefined)
    else if (message.kind === 'fatal') this.#ready.reject(new Error(message.message))
  }
}
