import type { ConnectionRow } from '../../contracts/state-rows.ts'
import type { Freshness } from '../../core/market/freshness.ts'
import type { MarketEvent, Trade } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import type { RestContext, Venue } from '../../venues/venue.ts'
import type { Timer } from './clock.ts'
import type { CollectorOptions } from './collector-options.ts'
import { sumTotals } from './collector-totals.ts'
import type { CollectorTotals } from './collector-totals.ts'
import { InstrumentDiscovery } from './discovery.ts'
import { Fleet } from './fleet.ts'
import { Governor } from './governor.ts'
import { HandoverSlots } from './handover-slots.ts'
import { InstrumentDesk } from './instrument-desk.ts'
import { OutageNotice } from './outage-notice.ts'
import { Placement } from './placement.ts'
import { SleepWatch } from './sleep-watch.ts'
import type { RestLane } from './venue-budget.ts'
import { VenueRest } from './venue-rest.ts'

const tickMs = 1_000

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
  readonly #rest: VenueRest
  readonly #discovery: InstrumentDiscovery
  readonly #abort = new AbortController()
  readonly #placement: Placement
  readonly #fleet: Fleet
  readonly #desk: InstrumentDesk
  readonly #discounted = new Set<MarketEvent>()
  readonly #sleep: SleepWatch
  #timer: Timer | null = null

  constructor(options: CollectorOptions) {
    const { venue, endpoints, clock } = options
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
    this.#rest = new VenueRest({ ...options, governor: this.#governor })
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
        newestTrades: (...question) => this.#rest.newestTrades(...question),
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
    return this.#rest.context(signal, lane)
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
