import type { ConnectionRow } from '../../contracts/state-rows.ts'
import { judgeFreshness } from '../../core/market/freshness.ts'
import type { Freshness } from '../../core/market/freshness.ts'
import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { selectInstruments } from '../../core/market/instrument-selection.ts'
import type { Selection } from '../../core/market/instrument-selection.ts'
import type { Random } from '../../core/market/random.ts'
import { planAdd, planRemove, planShards } from '../../core/market/shard-plan.ts'
import type { ShardPlan } from '../../core/market/shard-plan.ts'
import type { RestClient, RestContext, Venue, VenueEndpoints } from '../../venues/venue.ts'
import type { Clock, Timer } from './clock.ts'
import { countInstruments, mergeOddFrames, sumTotals } from './collector-totals.ts'
import type { CollectorTotals, OddFrames } from './collector-totals.ts'
import { Connection } from './connection.ts'
import { InstrumentDiscovery } from './discovery.ts'
import { Governor } from './governor.ts'
import type { InstrumentCache } from './instrument-cache.ts'
import { freshnessLimitMs } from './liveness.ts'
import type { Log } from './log.ts'
import type { LinkContext } from './link-options.ts'
import type { MarketHours } from './market-hours.ts'
import { createRestClient } from './rest-client.ts'
import type { SocketFactory } from './socket.ts'

const tickMs = 1_000
/** A tick this late means that the machine slept. */
const sleptMs = 5_000

export type CollectorOptions = {
  readonly venue: Venue
  readonly endpoints: VenueEndpoints
  readonly apiKey: string | null
  readonly selection: Selection
  /** Instruments on one connection; null: the venue's usual number. More than its most is cut to that. */
  readonly perConnection: number | null
  /** Sent as `User-Agent`: `tapedeck/1.2.3`. */
  readonly userAgent: string
  readonly clock: Clock
  readonly random: Random
  readonly sockets: SocketFactory
  readonly cache: InstrumentCache | null
  /** Null: connects at any hour (`--skip-market-hours`, or no calendar in use). */
  readonly marketHours: MarketHours | null
  readonly log: Log
  /** Events of one frame, in order, within the frame's own turn; must be quick. */
  onEvents(connection: string, events: readonly MarketEvent[], receivedMs: number): void
  /** State, instruments or log of a connection changed, or it came or went. */
  onConnectionChanged(connection: string): void
  /** Makes instruments known before their connections open, which wait for it; must not reject. */
  readonly prepare?: (instruments: readonly Instrument[]) => Promise<void>
  /** The list of collected instruments changed; called before any of their events. */
  onInstrumentsChanged(instruments: readonly Instrument[]): void
}

/** Everything that is collected from one venue. */
export type Collector = {
  readonly venue: Venue
  /** How the venue's REST is reached, inside the budget its connections share. */
  rest(signal: AbortSignal): RestContext
  /** Returns at once; connections and instruments appear when discovery answers. */
  start(): void
  /** Closes every connection within a second. */
  stop(): Promise<void>
  /** Instruments collected, in the order of their connections. */
  instruments(): readonly Instrument[]
  /** All the venue offers, as far as known. */
  offered(): readonly Instrument[]
  /** Adds an offered instrument, touching its own connection only. False when unknown or collected already. */
  addInstrument(id: InstrumentId): boolean
  removeInstrument(id: InstrumentId): boolean
  connectionOf(id: InstrumentId): string | null
  freshnessOf(id: InstrumentId): Freshness
  rows(): readonly ConnectionRow[]
  totals(): CollectorTotals
  /** Kinds of frames that could not be used, one sample each, all connections. */
  oddFrames(): OddFrames
  /** Age of each connection's last sign of life, ms; null while it has none. */
  heartbeatAges(): ReadonlyMap<string, number | null>
  /** Skips the wait of a connection; false when it is not waiting for a retry. */
  retry(connection: string): boolean
  /** Stops reading all sockets while the store is behind; venues feel it as back-pressure. */
  pauseReading(): void
  resumeReading(): void
  /** The machine woke up: every socket is taken for dead. */
  resumed(): void
}

/** Makes the collector of one venue. */
export function createCollector(options: CollectorOptions): Collector {
  return new VenueCollector(options)
}

type Place = { readonly connection: string; readonly instrument: Instrument }

class VenueCollector implements Collector {
  readonly venue: Venue
  readonly #options: CollectorOptions
  readonly #governor: Governor
  readonly #context: LinkContext
  readonly #restClient: RestClient
  readonly #discovery: InstrumentDiscovery
  readonly #abort = new AbortController()
  readonly #perConnection: number
  readonly #connections = new Map<string, Connection>()
  /** Connections being closed for good, their instruments gone. */
  readonly #leaving = new Set<Promise<void>>()
  #plan: ShardPlan = []
  /** Where each collected instrument is, as the plan says. */
  #places: ReadonlyMap<InstrumentId, Place> = new Map()
  #offered: readonly Instrument[] = []
  #isPlanned = false
  /** Taken out by hand: a later discovery does not bring them back. */
  readonly #removed = new Set<InstrumentId>()
  #problems: readonly string[] = []
  #isReadingPaused = false
  #timer: Timer | null = null
  #tickedMs = 0

  constructor(options: CollectorOptions) {
    const { venue, endpoints, apiKey, clock, userAgent } = options
    this.venue = venue
    this.#options = options
    this.#governor = new Governor(venue.limits, clock)
    this.#restClient = createRestClient({ governor: this.#governor, clock, apiKey, userAgent })
    const { usual, most } = venue.limits.instrumentsPerConnection
    this.#perConnection = Math.min(options.perConnection ?? usual, most)
    this.#context = {
      ...options,
      wsUrl: endpoints.wsUrl,
      governor: this.#governor,
      onEvents: (connection, events, receivedMs) => options.onEvents(connection, events, receivedMs)
    }
    this.#discovery = new InstrumentDiscovery({
      ...options,
      rest: this.rest(this.#abort.signal),
      onFound: (offered) => this.#found(offered)
    })
  }

  rest(signal: AbortSignal): RestContext {
    const { endpoints, apiKey } = this.#options
    return { rest: this.#restClient, restUrl: endpoints.restUrl, apiKey, signal }
  }

  start(): void {
    this.#discovery.start()
    this.#tickedMs = this.#options.clock.monotonicMs()
    this.#scheduleTick()
  }

  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = null
    this.#discovery.close()
    this.#abort.abort()
    const closing = [...this.#connections.values()].map((connection) => connection.stop())
    await Promise.all([...closing, ...this.#leaving])
    this.#governor.close()
  }

  instruments(): readonly Instrument[] {
    return this.#plan.flatMap((shard) => shard.instruments)
  }

  offered(): readonly Instrument[] {
    return this.#offered
  }

  addInstrument(id: InstrumentId): boolean {
    const instrument = this.#offered.find((each) => each.id === id)
    if (instrument === undefined || this.#places.has(id)) return false
    this.#removed.delete(id)
    this.#add([instrument])
    return true
  }

  removeInstrument(id: InstrumentId): boolean {
    const { plan, shard } = planRemove(this.#plan, id)
    if (shard === null) return false
    this.#follow(plan)
    this.#removed.add(id)
    const connection = this.#connections.get(shard.id)
    if (shard.instruments.length > 1) connection?.removeInstrument(id)
    else {
      this.#connections.delete(shard.id)
      if (connection !== undefined) this.#retire(connection)
      this.#options.onConnectionChanged(shard.id)
    }
    this.#options.onInstrumentsChanged(this.instruments())
    return true
  }

  connectionOf(id: InstrumentId): string | null {
    return this.#places.get(id)?.connection ?? null
  }

  freshnessOf(id: InstrumentId): Freshness {
    const place = this.#places.get(id)
    if (place === undefined) return 'none'
    const connection = this.#connections.get(place.connection)
    if (connection === undefined) return 'none'
    return this.#freshness(connection, place.instrument)
  }

  rows(): readonly ConnectionRow[] {
    return [...this.#connections.values()].map((connection) =>
      connection.row(
        countInstruments(connection, (instrument) => this.#freshness(connection, instrument)).live
      )
    )
  }

  totals(): CollectorTotals {
    return sumTotals({
      venue: this.venue.id,
      connections: [...this.#connections.values()],
      freshness: (connection, instrument) => this.#freshness(connection, instrument),
      problems: this.#allProblems()
    })
  }

  oddFrames(): OddFrames {
    return mergeOddFrames([...this.#connections.values()])
  }

  heartbeatAges(): ReadonlyMap<string, number | null> {
    return new Map(
      [...this.#connections].map(([id, connection]) => [id, connection.heartbeatAgeMs()])
    )
  }

  retry(connection: string): boolean {
    return this.#connections.get(connection)?.retry() ?? false
  }

  pauseReading(): void {
    this.#isReadingPaused = true
    for (const connection of this.#connections.values()) connection.pauseReading()
  }

  resumeReading(): void {
    this.#isReadingPaused = false
    for (const connection of this.#connections.values()) connection.resumeReading()
  }

  resumed(): void {
    this.#tickedMs = this.#options.clock.monotonicMs()
    for (const connection of this.#connections.values()) {
      connection.presumeDead('presumed dead after sleep')
    }
  }

  #found(offered: readonly Instrument[]): void {
    this.#offered = offered
    const selected = selectInstruments(offered, this.#options.selection)
    this.#problems = selected.problems
    const { log } = this.#options
    for (const text of selected.problems) {
      log.warn('selection-problem', { venue: this.venue.id, text })
    }
    if (this.#isPlanned) {
      this.#addNewlyFound(selected.instruments)
      return
    }
    this.#isPlanned = selected.instruments.length > 0
    this.#follow(planShards(this.venue.id, selected.instruments, this.#perConnection))
    log.info('connections-planned', {
      venue: this.venue.id,
      instruments: selected.instruments.length,
      connections: this.#plan.length
    })
    this.#whenPrepared(selected.instruments, () => {
      this.#options.onInstrumentsChanged(this.instruments())
      for (const shard of this.#plan) this.#open(shard.id, shard.instruments)
    })
  }

  #addNewlyFound(selected: readonly Instrument[]): void {
    const known = new Set(this.instruments().map(({ id }) => id))
    this.#add(selected.filter(({ id }) => !known.has(id) && !this.#removed.has(id)))
  }

  #add(instruments: readonly Instrument[]): void {
    if (instruments.length === 0) return
    const openings: (() => void)[] = []
    for (const instrument of instruments) {
      const { plan, shard, isNew } = planAdd(this.#plan, instrument, this.#perConnection)
      this.#follow(plan)
      openings.push(() => {
        if (!this.#places.has(instrument.id)) return
        if (isNew) this.#open(shard.id, [instrument])
        else this.#connections.get(shard.id)?.addInstrument(instrument)
      })
    }
    this.#whenPrepared(instruments, () => {
      this.#options.onInstrumentsChanged(this.instruments())
      for (const open of openings) open()
    })
  }

  #whenPrepared(instruments: readonly Instrument[], open: () => void): void {
    const { prepare } = this.#options
    if (prepare === undefined) {
      open()
      return
    }
    void prepare(instruments).then(() => {
      if (!this.#abort.signal.aborted) open()
    })
  }

  #follow(plan: ShardPlan): void {
    this.#plan = plan
    const places = new Map<InstrumentId, Place>()
    for (const shard of plan) {
      for (const instrument of shard.instruments) {
        places.set(instrument.id, { connection: shard.id, instrument })
      }
    }
    this.#places = places
  }

  #retire(connection: Connection): void {
    const gone = connection.stop().finally(() => this.#leaving.delete(gone))
    this.#leaving.add(gone)
  }

  #open(id: string, instruments: readonly Instrument[]): void {
    const connection = new Connection({
      id,
      context: this.#context,
      instruments,
      marketHours: this.#options.marketHours,
      onChanged: (changed) => this.#options.onConnectionChanged(changed)
    })
    this.#connections.set(id, connection)
    if (this.#isReadingPaused) connection.pauseReading()
    connection.start()
  }

  #freshness(connection: Connection, instrument: Instrument): Freshness {
    const { venue } = this
    const activity = connection.activity(instrument.id)
    return judgeFreshness({
      marketOpen: this.#isMarketOpen(instrument),
      connectionLive: connection.state === 'live',
      dataAgeMs: activity?.dataAgeMs ?? null,
      usualGapMs: activity?.usualGapMs ?? null,
      heartbeatAgeMs: connection.heartbeatAgeMs(),
      heartbeatLimitMs: freshnessLimitMs(venue.heartbeatMs)
    })
  }

  #isMarketOpen(instrument: Instrument): boolean {
    const { marketHours, clock } = this.#options
    if (marketHours === null || instrument.calendar === null) return true
    return marketHours(instrument, clock.nowMs()).isOpen
  }

  #allProblems(): readonly string[] {
    const { problem } = this.#discovery
    const refused = [...this.#connections.values()].flatMap((connection) => connection.refusals())
    return [...(problem === null ? [] : [problem]), ...this.#problems, ...refused]
  }

  #scheduleTick(): void {
    this.#timer = this.#options.clock.after(tickMs, () => {
      const nowMs = this.#options.clock.monotonicMs()
      if (nowMs - this.#tickedMs > tickMs + sleptMs) this.resumed()
      this.#tickedMs = nowMs
      this.#scheduleTick()
      for (const connection of this.#connections.values()) connection.tick()
    })
  }
}
