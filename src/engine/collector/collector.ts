import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { Freshness } from '../../core/market/freshness.ts'
import type { MarketEvent, Trade } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { Selection } from '../../core/market/instrument-selection.ts'
import type { LinkMark } from '../../core/market/ledger/link-mark.ts'
import type { Random } from '../../core/market/random.ts'
import type { RestClient, RestContext, Venue, VenueEndpoints } from '../../venues/venue.ts'
import { judgeRecentPage } from './backfill/judge-page.ts'
import type { Clock, Timer } from './clock.ts'
import { sumTotals } from './collector-totals.ts'
import type { CollectorTotals } from './collector-totals.ts'
import type { ConnectionTransition } from './connection-transition.ts'
import { InstrumentDiscovery } from './discovery.ts'
import { Fleet } from './fleet.ts'
import { Governor } from './governor.ts'
import { HandoverSlots } from './handover-slots.ts'
import type { InstrumentCache } from './instrument-cache.ts'
import { InstrumentDesk } from './instrument-desk.ts'
import type { Log } from './log.ts'
import type { MarketHours } from './market-hours.ts'
import { OutageNotice } from './outage-notice.ts'
import { Placement } from './placement.ts'
import type { ReceiveQueue } from './receive-queue.ts'
import { createRestClient } from './rest-client.ts'
import { SleepWatch } from './sleep-watch.ts'
import type { Reachability } from './reachability.ts'
import type { SocketFactory } from './socket.ts'
import type { RestLane, VenueBudget } from './venue-budget.ts'

const tickMs = 1_000

export type CollectorOptions = {
  readonly venue: Venue
  readonly endpoints: VenueEndpoints
  readonly apiKey: string | null
  readonly selection: Selection
  /** Symbols, each always fed by two connections of its shard; only for venues that number their trades. */
  readonly priority: readonly string[]
  /** Instruments on one connection; null: the venue's usual number. More than its most is cut to that. */
  readonly perConnection: number | null
  /** After which links are replaced, less a 24th or two, ms; null: the venue's own lifetime, if it has one. */
  readonly lifetimeMs: number | null
  /** Sent as `User-Agent`: `tapedeck/1.2.3`. */
  readonly userAgent: string
  readonly clock: Clock
  readonly random: Random
  readonly sockets: SocketFactory
  /** Whoever made it drains it; may be shared with other collectors. */
  readonly received: ReceiveQueue
  readonly cache: InstrumentCache | null
  /** Shared with the venues that count together with this one; its own unless given. */
  readonly budget?: VenueBudget
  /** Shared by all collectors of a run; without it, offline is judged by this venue alone. */
  readonly reachability?: Reachability
  /** Null: connects at any hour (`--skip-market-hours`, or no calendar in use). */
  readonly marketHours: MarketHours | null
  /** No link is ever taken for dead: only to see that a check of faults can fail. */
  readonly isBlind?: boolean
  readonly log: Log
  /** Events of one frame, in order, once the frame is taken in; must be quick. `link` as in link marks. */
  onEvents(link: string, events: readonly MarketEvent[], receivedMs: number): void
  /** A link began or ceased to carry instruments; with overlapping links each tells for itself. */
  onLink(mark: LinkMark): void
  /** State, instruments or log of a connection changed, or it came or went. */
  onConnectionChanged(connection: string): void
  /** A connection's state changed; told before `onConnectionChanged`. */
  onTransition?(transition: ConnectionTransition): void
  /**
   * Makes instruments known before their connections open, which wait for it; called for one list at a
   * time. Those for which it rejects are not collected until they are found again.
   */
  readonly prepare?: (instruments: readonly Instrument[]) => Promise<void>
  /** The list of collected instruments changed; called before any of their events. */
  onInstrumentsChanged(instruments: readonly Instrument[]): void
}

/** Everything that is collected from one venue. */
export type Collector = {
  readonly venue: Venue
  /** How the venue's REST is reached, inside the budget its connections share; `live` unless said. */
  rest(signal: AbortSignal, lane?: RestLane): RestContext
  /** Returns at once; connections and instruments appear when discovery answers. */
  start(): void
  /** Closes every connection within a second. */
  stop(): Promise<void>
  /** Instruments collected, in the order of their connections. */
  instruments(): readonly Instrument[]
  /** Adds an offered instrument, touching its own connection only. False when unknown or collected already. */
  addInstrument(id: InstrumentId): boolean
  removeInstrument(id: InstrumentId): boolean
  /**
   * Gives an instrument two connections of a priority shard, or puts it back among the others, without
   * a break. False where nothing changes or the venue does not number its trades.
   */
  setPriority(id: InstrumentId, isPriority: boolean): boolean
  /** Those that have priority now. */
  priority(): ReadonlySet<InstrumentId>
  /**
   * Moves an instrument to another connection, without a break where the venue numbers its trades.
   * False where it is unknown or has priority, or the other is unknown, its own or full.
   */
  moveInstrument(id: InstrumentId, connection: string): boolean
  /** Replaces the link of a connection by a new one, or all of them in turn; false where none stands. */
  rotate(connection?: string): boolean
  connectionOf(id: InstrumentId): string | null
  freshnessOf(id: InstrumentId): Freshness
  rows(): readonly ConnectionRow[]
  totals(): CollectorTotals
  /**
   * Lets an event not count as a sign that its instrument is active; for one that is not believed. Only
   * from within `onEvents`, for an event just handed on there.
   */
  discount(event: MarketEvent): void
  /** Holds the newest trade that REST told of an instrument, seconds ago, against the connections that carry it. */
  told(trade: Trade): void
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

class VenueCollector implements Collector {
  readonly venue: Venue
  readonly #options: CollectorOptions
  readonly #governor: Governor
  readonly #notice: OutageNotice
  readonly #restClients: Readonly<Record<RestLane, RestClient>>
  readonly #discovery: InstrumentDiscovery
  readonly #abort = new AbortController()
  readonly #placement: Placement
  readonly #fleet: Fleet
  readonly #desk: InstrumentDesk
  readonly #discounted = new Set<MarketEvent>()
  readonly #sleep: SleepWatch
  #timer: Timer | null = null

  constructor(options: CollectorOptions) {
    const { venue, endpoints, apiKey, clock, userAgent } = options
    this.venue = venue
    this.#options = options
    this.#notice = new OutageNotice(venue, options.log)
    this.#governor = new Governor(venue.limits, clock, {
      ...options,
      onOutage: (outage) => this.#notice.follow(outage, clock.monotonicMs()),
      place: venue.limits.shared ?? venue.id,
      connections: () => this.#fleet.size,
      isIdle: () => this.#fleet.isResting
    })
    this.#sleep = new SleepWatch(clock, tickMs)
    const client = { governor: this.#governor, clock, apiKey, userAgent }
    this.#restClients = {
      live: createRestClient(client),
      low: createRestClient({ ...client, lane: 'low' })
    }
    const { usual, most } = venue.limits.instrumentsPerConnection
    const perConnection = Math.min(options.perConnection ?? usual, most)
    this.#placement = new Placement(venue.id, { perConnection, most })
    this.#fleet = new Fleet({
      context: {
        ...options,
        wsUrl: endpoints.wsUrl,
        governor: this.#governor,
        slots: new HandoverSlots(() => this.#fleet.size),
        linkNames: new Set(),
        lifetimeMs: options.lifetimeMs ?? venue.lifetimeMs,
        discounted: this.#discounted,
        newestTrades: (...question) => this.#newestTrades(...question),
        onEvents: (link, events, receivedMs) => options.onEvents(link, events, receivedMs),
        onLink: (mark) => options.onLink(mark),
        onRefused: () => this.#discovery.lookAgain()
      },
      marketHours: options.marketHours,
      isPriority: (connection) => this.#placement.isPriorityConnection(connection),
      onChanged: (connection) => options.onConnectionChanged(connection)
    })
    this.#discovery = new InstrumentDiscovery({
      ...options,
      rest: this.rest(this.#abort.signal),
      onFound: (offered, isWhole) => this.#desk.found(offered, isWhole)
    })
    this.#desk = new InstrumentDesk({
      ...options,
      placement: this.#placement,
      fleet: this.#fleet,
      signal: this.#abort.signal,
      changed: () => options.onInstrumentsChanged(this.instruments()),
      doubted: () => this.#discovery.lookAgain()
    })
  }

  rest(signal: AbortSignal, lane: RestLane = 'live'): RestContext {
    const { endpoints, apiKey } = this.#options
    return { rest: this.#restClients[lane], restUrl: endpoints.restUrl, apiKey, signal }
  }

  start(): void {
    this.#discovery.start()
    this.#sleep.forget()
    this.#scheduleTick()
  }

  async stop(): Promise<void> {
    this.#options.received.drain()
    this.#timer?.cancel()
    this.#timer = null
    this.#discovery.close()
    this.#abort.abort()
    await this.#fleet.stop()
    this.#governor.close()
  }

  instruments(): readonly Instrument[] {
    return this.#placement.settled()
  }

  addInstrument(id: InstrumentId): boolean {
    return this.#desk.add(id)
  }

  removeInstrument(id: InstrumentId): boolean {
    return this.#desk.remove(id)
  }

  setPriority(id: InstrumentId, isPriority: boolean): boolean {
    if (this.venue.tradeIds === 'none') return false
    return this.#placement.setPriority(id, isPriority) && this.#desk.replace(id)
  }

  priority(): ReadonlySet<InstrumentId> {
    return this.#placement.priority
  }

  moveInstrument(id: InstrumentId, connection: string): boolean {
    return this.#placement.move(id, connection) && this.#desk.replace(id)
  }

  rotate(connection?: string): boolean {
    return this.#fleet.rotate(connection ?? null)
  }

  connectionOf(id: InstrumentId): string | null {
    return this.#fleet.connectionOf(id) ?? this.#placement.find(id)?.connections[0] ?? null
  }

  freshnessOf(id: InstrumentId): Freshness {
    if (this.#placement.isRetired(id)) return 'closed'
    const place = this.#placement.find(id)
    return place === null ? 'none' : this.#fleet.freshnessOf(place.instrument)
  }

  rows(): readonly ConnectionRow[] {
    return this.#fleet.rows()
  }

  totals(): CollectorTotals {
    return sumTotals({
      venue: this.venue,
      connections: this.#fleet.connections,
      instruments: this.instruments(),
      freshnessOf: ({ id }) => this.freshnessOf(id),
      problems: this.#allProblems()
    })
  }

  discount(event: MarketEvent): void {
    this.#discounted.add(event)
  }

  told(trade: Trade): void {
    this.#fleet.told(trade)
  }

  retry(connection: string): boolean {
    return this.#fleet.retry(connection)
  }

  pauseReading(): void {
    this.#fleet.pauseReading()
  }

  resumeReading(): void {
    this.#fleet.resumeReading()
  }

  resumed(): void {
    this.#sleep.forget()
    this.#fleet.presumeDead('presumed dead after sleep')
  }

  /** What REST knows of an instrument; null where it has no history, or tells of it what cannot be. */
  async #newestTrades(
    instrument: Instrument,
    limit: number,
    signal: AbortSignal
  ): Promise<readonly Trade[] | null> {
    const page = await this.venue.fetchRecentTrades(this.rest(signal), instrument, limit)
    const asked = { instrument: instrument.id, nowMs: this.#options.clock.nowMs() }
    return page === null || judgeRecentPage(page, asked) !== null ? null : page.trades
  }

  #allProblems(): readonly string[] {
    const { problem } = this.#discovery
    const { outage, isOffline } = this.#governor
    const sentences = [this.#notice.sentence(outage, isOffline), problem]
    const told = sentences.filter((sentence) => sentence !== null)
    return [...told, ...this.#desk.problems, ...this.#fleet.refusals()]
  }

  #scheduleTick(): void {
    this.#timer = this.#options.clock.after(tickMs, () => {
      const sleep = this.#sleep.look()
      if (sleep === 'slept') this.resumed()
      else if (sleep === 'jumped') this.#doubt()
      this.#scheduleTick()
      this.#options.received.drain()
      this.#fleet.tick()
      this.#governor.tick()
    })
  }

  /** The machine slept, or its clock was set: each socket has to show which. */
  #doubt(): void {
    this.#options.log.info('clock-jumped', { venue: this.venue.id })
    this.#fleet.doubt()
  }
}
