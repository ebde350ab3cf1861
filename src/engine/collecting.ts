import type { Instrument, InstrumentId } from '../core/market/instrument.ts'
import type { IntervalSpec } from '../core/market/interval.ts'
import type { Stretch } from '../core/market/ledger/open-stretches.ts'
import type { Pipeline } from '../core/pipeline/pipeline.ts'
import { durationMs } from '../contracts/duration.ts'
import type { EngineConfig } from '../contracts/engine-protocol.ts'
import { venueIds, type VenueSettings } from '../contracts/settings.ts'
import { findVenue } from '../venues/registry.ts'
import type { Venue } from '../venues/venue.ts'
import { Backfill } from './collector/backfill/backfill.ts'
import type { Clock } from './collector/clock.ts'
import { createCollector, type Collector } from './collector/collector.ts'
import type { InstrumentCache } from './collector/instrument-cache.ts'
import type { Log } from './collector/log.ts'
import { Reachability } from './collector/reachability.ts'
import type { ReceiveQueue } from './collector/receive-queue.ts'
import { VenueBudget } from './collector/venue-budget.ts'
import { wsSockets } from './collector/ws-socket.ts'
import { EngineFailure } from './engine-failure.ts'
import type { FrameRecorder } from './frame-recorder.ts'
import type { HandlerFaults } from './health/handler-faults.ts'
import type { IncidentDesk } from './incident-desk.ts'
import { instrumentFile } from './instrument-file.ts'
import { LeftBehind } from './left-behind.ts'
import { roundTheClock, type MarketClocks } from './market-clocks.ts'
import { logRefill, refillMarkOf } from './refill-journal.ts'
import type { ProvokedFaults } from './provoked-faults.ts'
import type { RunClock } from './run-clock.ts'
import type { RunningHeads } from './running-heads.ts'
import type { StateFeed } from './state-feed.ts'
import { dayRuleOf } from './storage/day-rule.ts'
import { tapeMarkOf, type StoreReader, type StoreWriter } from './storage/store.ts'
import { TimeWatch, timedVenue } from './time-watch.ts'

type Parts = {
  readonly config: EngineConfig
  readonly version: string
  readonly intervals: readonly IntervalSpec[]
  /** Its `nowMs` is the run clock. */
  readonly clock: Clock
  readonly pipeline: Pipeline
  readonly writer: StoreWriter
  readonly reader: StoreReader
  readonly received: ReceiveQueue
  readonly feed: StateFeed
  /** Instruments that somebody may be looking at. */
  readonly visible: () => ReadonlySet<InstrumentId>
  readonly heads: RunningHeads
  readonly markets: MarketClocks
  /** Null: the run follows a tape. */
  readonly runClock: RunClock | null
  readonly incidents: Pick<IncidentDesk, 'take'>
  /** Null: frames are not recorded. */
  readonly recorder: Pick<FrameRecorder, 'tapOf' | 'instruments'> | null
  readonly log: Log
  /** What an event throws costs that event alone. */
  readonly faults: HandlerFaults
  /** null: not an engine of a fault run. */
  readonly provoked: ProvokedFaults | null
  /** The engine cannot go on. */
  readonly failed: (error: unknown) => void
}

/** All venues of a run: what each of them collects, and how it gets into the pipeline. */
export class Collecting {
  readonly collectors: readonly Collector[]
  readonly #backfills: Backfill[] = []
  readonly #left: LeftBehind[] = []
  readonly #parts: Parts
  readonly #times: TimeWatch | null
  /** By the name that venues share. */
  readonly #budgets = new Map<string, VenueBudget>()
  readonly #reachability: Reachability

  /** @throws EngineFailure for a venue that does not exist. */
  constructor(parts: Parts) {
    this.#parts = parts
    this.#reachability = new Reachability((isOffline) => {
      if (isOffline) parts.log.error('offline', { text: 'no venue can be reached' })
      else parts.log.info('online', { text: 'a venue can be reached again' })
    })
    const { venues } = parts.config.settings
    this.collectors = venueIds.flatMap((id) => {
      const settings = venues[id]
      if (settings === undefined || !settings.enabled) return []
      const venue = findVenue(id)
      if (venue === null) throw new EngineFailure('unknown-venue', `no venue ${id}`, 2)
      return [this.#collect(venue, settings)]
    })
    const { runClock, clock, log } = parts
    const asksTime = parts.config.faultRun?.venueTime !== false
    const venuesAsked = asksTime ? this.collectors.map(timedVenue) : []
    this.#times =
      runClock === null ? null : new TimeWatch({ venues: venuesAsked, runClock, clock, log })
  }

  /** No venue can be reached: one thing to tell, not one of each. */
  get isOffline(): boolean {
    return this.#reachability.isOffline
  }

  start(): void {
    this.#times?.start()
    for (const collector of this.collectors) collector.start()
    for (const backfill of this.#backfills) backfill.start()
  }

  /** Ends backfill at once and closes every connection. */
  async stop(): Promise<void> {
    this.#times?.close()
    for (const backfill of this.#backfills) backfill.close()
    for (const left of this.#left) left.close()
    await Promise.all(this.collectors.map((collector) => collector.stop()))
  }

  /** The machine woke up. */
  resumed(): void {
    for (const collector of this.collectors) collector.resumed()
  }

  /** Skips the wait of a connection. */
  retry(connection: string): void {
    for (const collector of this.collectors) collector.retry(connection)
  }

  /** Stops reading and asking while the store is behind, and goes on when it is not. */
  followPressure(pressure: 'high' | 'normal'): void {
    for (const backfill of this.#backfills) {
      if (pressure === 'high') backfill.pause()
      else backfill.resume()
    }
    for (const collector of this.collectors) {
      if (pressure === 'high') collector.pauseReading()
      else collector.resumeReading()
    }
  }

  #collect(venue: Venue, settings: VenueSettings): Collector {
    const { config, version, clock, pipeline, writer, received, feed, markets, log, failed } =
      this.#parts
    const { faults, provoked, runClock, recorder } = this.#parts
    const cache = instrumentFile(config.dataDir, venue.id)
    const left = this.#leftBehind(venue, cache)
    const collector: Collector = createCollector({
      venue,
      endpoints: {
        wsUrl: settings.ws_url ?? venue.endpoints.wsUrl,
        restUrl: settings.rest_url ?? venue.endpoints.restUrl
      },
      apiKey: settings.api_key ?? null,
      selection: settings.instruments,
      priority: settings.priority ?? [],
      perConnection: settings.per_connection ?? null,
      lifetimeMs: settings.lifetime === undefined ? null : durationMs(settings.lifetime),
      userAgent: `tapedeck/${version}`,
      clock,
      random: () => Math.random(),
      sockets: wsSockets,
      received,
      cache,
      budget: this.#budgetOf(venue),
      reachability: this.#reachability,
      marketHours: config.skipMarketHours ? null : markets.hours,
      isBlind: config.faultRun?.liveness === false,
      log,
      tap: recorder?.tapOf(venue.id) ?? null,
      prepare: (instruments) => {
        left.claim(instruments)
        return this.#prepare(venue, instruments).catch(failed)
      },
      onEvents: (link, events, receivedMs) => {
        const nowMs = runClock?.heard(events, receivedMs) ?? receivedMs
        for (const event of events) {
          const { instrument } = event
          try {
            if (instrument !== null) provoked?.beforeEvent(instrument)
            if (pipeline.apply(event, nowMs) === 'implausible') collector.discount(event)
          } catch (error) {
            pipeline.failed(event)
            faults.note('take in an event', instrument ?? link, error)
          }
        }
      },
      onLink: (mark) => {
        pipeline.mark(mark, clock.nowMs())
        writer.putMark(tapeMarkOf(mark))
        backfill?.mark(mark)
        // Where the venue serves its newest trades only, each moment counts.
        if (mark.state === 'up') backfill?.look()
      },
      onTransition: (transition) => this.#parts.incidents.take(transition),
      onConnectionChanged: () => feed.connectionChanged(collector),
      onInstrumentsChanged: (instruments) => {
        feed.instrumentsChanged(collector, instruments)
        recorder?.instruments(venue.id, instruments)
        void left.follow(instruments).catch((error: unknown) => {
          log.warn('left-behind-unknown', { venue: venue.id, text: String(error) })
        })
      }
    })
    const backfill = config.faultRun?.gaps === false ? null : this.#refill(collector, left)
    return collector
  }

  #budgetOf(venue: Venue): VenueBudget {
    const { limits, id } = venue
    const name = limits.shared ?? id
    const budget = this.#budgets.get(name) ?? new VenueBudget(limits, this.#parts.clock)
    this.#budgets.set(name, budget)
    return budget
  }

  #leftBehind(venue: Venue, cache: InstrumentCache): LeftBehind {
    const left = new LeftBehind({ ...this.#parts, venue, cache })
    this.#left.push(left)
    return left
  }

  #refill(collector: Collector, left: LeftBehind): Backfill {
    const { clock, pipeline, writer, reader, visible, log } = this.#parts
    const { venue } = collector
    const backfill = new Backfill({
      venue,
      clock,
      random: () => Math.random(),
      rest: (signal) => collector.rest(signal, 'low'),
      instruments: () => [...collector.instruments(), ...left.instruments],
      openGaps: () => pipeline.openGaps(),
      visible,
      priority: () => collector.priority(),
      known: async (query) => {
        await writer.flush()
        return reader.tradesById(query)
      },
      apply: (trade) => pipeline.apply(trade, clock.nowMs(), 'backfill'),
      putCandles: (candles) => writer.putCandles(candles),
      settle: (settlement) => pipeline.settle(settlement, clock.nowMs()),
      announce: (anchor) => {
        pipeline.apply(anchor, clock.nowMs())
        collector.told({ ...anchor, kind: 'trade' })
      },
      lastTradeMs: (id) => pipeline.price(id)?.latest?.receivedMs ?? null,
      onEvent: (event) => {
        logRefill(event, log)
        const mark = refillMarkOf(event)
        if (mark !== null) writer.putMark(mark)
      }
    })
    this.#backfills.push(backfill)
    return backfill
  }

  /** Makes new instruments known to the store, and to the pipeline with where the store left them. */
  async #prepare(venue: Venue, instruments: readonly Instrument[]): Promise<void> {
    const { writer, reader, pipeline, intervals, heads, markets, clock } = this.#parts
    const fresh = instruments.filter(({ id }) => pipeline.price(id) === null)
    if (fresh.length === 0) return
    const { tradeIds, graceMs } = venue
    const hours = this.#parts.config.skipMarketHours ? roundTheClock : markets
    const session = (instrument: Instrument) => markets.sessionOf(instrument)
    await writer.registerInstruments(
      fresh.map((instrument) => ({ instrument, tradeIds, graceMs, session: session(instrument) }))
    )
    const seeds = await reader.seed(
      fresh.map(({ id }) => id),
      intervals.map(({ interval }) => interval),
      clock.nowMs()
    )
    const seedOf = new Map(seeds.map(({ instrument, seed }) => [instrument, seed]))
    for (const instrument of fresh) {
      const dayOf = dayRuleOf({ calendar: instrument.calendar, session: session(instrument) })
      const seed = seedOf.get(instrument.id) ?? null
      if (seed === null) heads.began(instrument.id, clock.nowMs())
      const closedBetween = (range: Stretch) => hours.closedBetween(instrument, range)
      pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf, seed, closedBetween })
    }
  }
}
