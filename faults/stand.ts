import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { EngineConfig } from '../src/contracts/engine-protocol.ts'
import type { SimulatorReady } from '../src/contracts/simulator-ready.ts'
import type { EngineMake } from '../bench/engine-host.ts'
import { SimulatorChild } from '../bench/simulator-child.ts'
import type { FaultCommand } from '../src/simulator/faults/fault-parameters.ts'
import { verify, type Verdict } from '../src/simulator/verify/verify.ts'
import {
  faultEngineConfig,
  type Collected,
  type FaultRun,
  type Redirected,
  type VenueSettings
} from './engine-config.ts'
import type { EngineLine } from './log-files.ts'
import { holdsWithin, untilHolds } from './wait.ts'
import { WatchedEngine } from './watched-engine.ts'

export type StandOptions = {
  readonly seed: number
  /** Multiplies how often the market trades. */
  readonly rate: number
  readonly collected: Collected
  readonly faultRun: FaultRun | null
  readonly venueSettings?: VenueSettings
  /** Proxies before the venues, for faults of the network. */
  readonly proxy?: boolean
  /** What the engine tells its host; `error` unless said. */
  readonly logLevel?: EngineConfig['logLevel']
  /** What differs from an engine as users have it. */
  readonly make?: EngineMake
}

/** How often a venue was connected to; see the simulator's control server. */
export type ToldConnects = {
  readonly attempts: number
  readonly refused: number
  readonly peakPerSecond: number
  readonly peakPer5Minutes: number
  readonly bans: number
  readonly breaches: { readonly connects: number; readonly bans: number } | null
}

type ToldInstrument = {
  readonly subscribers: number
  readonly trades: number
  readonly emitted: { readonly lastId: number | null }
}

const liveMs = 20_000
const firstTrades = 5
/** Longer than a heartbeat's announcement may wait, and the writer. */
const afterQuietMs = 3_500
const restMs = 3_600_000

/** A simulator and an engine that collects from it, both as processes, on a folder of their own. */
export class FaultStand implements AsyncDisposable {
  readonly folder: string
  readonly #options: StandOptions
  readonly #simulator: SimulatorChild
  #engine: WatchedEngine | null = null
  #redirected: Redirected = {}

  private constructor(options: StandOptions, simulator: SimulatorChild, folder: string) {
    this.#options = options
    this.#simulator = simulator
    this.folder = folder
  }

  /** Starts the simulator; the engine comes with `launchEngine`. */
  static async open(options: StandOptions): Promise<FaultStand> {
    const folder = await mkdtemp(join(tmpdir(), 'tapedeck-faults-'))
    const simulator = await SimulatorChild.start(
      options.rate,
      options.seed,
      options.proxy === true ? ['--proxy'] : []
    )
    return new FaultStand(options, simulator, folder)
  }

  /** Where the simulator listens. */
  get ready(): SimulatorReady {
    return this.#simulator.ready
  }

  get database(): string {
    return join(this.folder, 'tapedeck.db')
  }

  /** Whether its engine takes no link for dead. */
  get isBlind(): boolean {
    return this.#options.faultRun?.liveness === false
  }

  get engine(): WatchedEngine {
    if (this.#engine === null) throw new Error('no engine runs')
    return this.#engine
  }

  /** Ids of all instruments that are collected. */
  get instruments(): readonly string[] {
    return Object.entries(this.#options.collected).flatMap(([venue, symbols]) =>
      symbols.map((symbol) => `${venue}:${symbol}`)
    )
  }

  /** Lets the next engine reach a venue elsewhere; its REST too where that is said. */
  redirect(venue: string, wsUrl: string, restUrl?: string): void {
    const elsewhere = restUrl === undefined ? { wsUrl } : { wsUrl, restUrl }
    this.#redirected = { ...this.#redirected, [venue]: elsewhere }
  }

  /** Starts an engine without waiting for it. @param onLog Hears each line that it wants logged. */
  launchEngine(onLog: (line: EngineLine) => void = () => undefined): WatchedEngine {
    this.#engine = WatchedEngine.launch(this.config(), onLog, this.#options.make ?? {})
    return this.#engine
  }

  /** What its engine is started with. */
  config(): EngineConfig {
    return faultEngineConfig({
      dataDir: this.folder,
      ready: this.#simulator.ready,
      collected: this.#options.collected,
      faultRun: this.#options.faultRun,
      venueSettings: this.#options.venueSettings ?? {},
      logLevel: this.#options.logLevel ?? 'error',
      redirected: this.#redirected
    })
  }

  /** Starts an engine and waits until it hears trades of every instrument. */
  async goLive(): Promise<void> {
    await this.launchEngine().untilReady()
    await this.untilLive()
    const before = await this.told()
    await untilHolds('trades of every instrument', liveMs, async () => {
      const now = await this.told()
      return this.instruments.every(
        (id) => (now[id]?.trades ?? 0) >= (before[id]?.trades ?? 0) + firstTrades
      )
    })
  }

  async untilLive(withinMs = liveMs): Promise<void> {
    await untilHolds('every connection to be live', withinMs, async () => {
      const told = await this.told()
      const isHeard = this.instruments.every((id) => (told[id]?.subscribers ?? 0) > 0)
      return isHeard && this.engine.isLive
    })
  }

  async stopEngine(): Promise<void> {
    await this.#engine?.stop()
    this.#engine = null
  }

  async killEngine(): Promise<void> {
    await this.#engine?.kill()
    this.#engine = null
  }

  /** @throws Error when the simulator refuses it. */
  async fault(command: FaultCommand): Promise<void> {
    const response = await fetch(`${this.#simulator.ready.control}/faults`, {
      method: 'POST',
      body: JSON.stringify(command)
    })
    if (response.ok) return
    throw new Error(`${JSON.stringify(command)}: ${await response.text()}`)
  }

  /** How often faults struck, by kind. */
  async strikes(): Promise<Readonly<Record<string, number>>> {
    return (await this.#get<{ counts: Record<string, number> }>('/faults')).counts
  }

  /** How often each venue was connected to. */
  async connects(): Promise<Readonly<Record<string, ToldConnects>>> {
    return (await this.#get<{ venues: Record<string, ToldConnects> }>('/connects')).venues
  }

  async told(): Promise<Readonly<Record<string, ToldInstrument>>> {
    const answer = await this.#get<{ instruments: Record<string, ToldInstrument> }>('/truth')
    return answer.instruments
  }

  /** Id of the newest trade that happened. */
  async newestId(instrument: string): Promise<number> {
    return (await this.told())[instrument]?.emitted.lastId ?? 0
  }

  /** Lets nothing trade any more, of all instruments or one. */
  async rest(instrument: string | null = null): Promise<void> {
    if (instrument !== null) {
      await this.fault({ kind: 'quiet', instrument, ms: restMs })
      return
    }
    for (const venue of Object.keys(this.#options.collected)) {
      await this.fault({ kind: 'quiet', venue, ms: restMs })
    }
  }

  /**
   * Lets the market rest and waits until the engine has seen the end of it and settled its gaps.
   *
   * @returns How long that took, ms; null: gaps were still open when the time was up.
   */
  async settle(withinMs: number): Promise<number | null> {
    await this.rest()
    const fromMs = performance.now()
    await pause(afterQuietMs)
    const isSettled = await holdsWithin(withinMs, () => this.engine.openGaps === 0)
    return isSettled ? performance.now() - fromMs : null
  }

  verify(database = this.database): Promise<Verdict> {
    return verify({ database, control: this.#simulator.ready.control })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killEngine()
    await this.#simulator[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${this.#simulator.ready.control}${path}`)
    return (await response.json()) as Answer
  }
}
