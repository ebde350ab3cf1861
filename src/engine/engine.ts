import type { InstrumentId } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import { Pipeline } from '../core/pipeline/pipeline.ts'
import type { EngineConfig, LogLevel } from '../contracts/engine-protocol.ts'
import type { Provocation } from '../contracts/provocation.ts'
import { StatePublisher, type ClientLimits } from '../contracts/state-publisher.ts'
import type { MessageLink, ServerMessage } from '../contracts/state-stream.ts'
import { BackPressure } from './back-pressure.ts'
import { waitAtMost } from './bounded-wait.ts'
import { Collecting } from './collecting.ts'
import { systemClock, type Clock } from './collector/clock.ts'
import type { Log as CollectorLog, LogFields } from './collector/log.ts'
import { ReceiveQueue } from './collector/receive-queue.ts'
import { DeckDesk, type DeckClient } from './deck-desk.ts'
import { EngineFailure } from './engine-failure.ts'
import type { FrameRecorder } from './frame-recorder.ts'
import type { HandlerClock } from './health/handler-clock.ts'
import { HandlerFaults } from './health/handler-faults.ts'
import type { MemoryHealth } from './health/memory-health.ts'
import { TroubleWatch } from './health/trouble-watch.ts'
import { EngineLog } from './engine-log.ts'
import { openEngineMemory } from './engine-memory.ts'
import { openFrameRecorder } from './engine-recorder.ts'
import { lookThrough, openEngineStore } from './engine-store.ts'
import { GapJournal } from './gap-journal.ts'
import { IncidentDesk } from './incident-desk.ts'
import { LedgerDesk } from './ledger-desk.ts'
import { MarketClocks, roundTheClock } from './market-clocks.ts'
import { saveReceived, stopInOrder } from './orderly-stop.ts'
import { isProvocable, ProvokedFaults } from './provoked-faults.ts'
import { QueryDesk } from './query-desk.ts'
import { RunClock } from './run-clock.ts'
import { RunningHeads } from './running-heads.ts'
import { StateFeed } from './state-feed.ts'
import { StatePublishing } from './state-publishing.ts'
import { lockFolder, type FolderLock } from './storage/folder-lock.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'
import { StoreKeepers } from './store-keepers.ts'
import type { ThreadFiles } from './thread-files.ts'
import { timedClock } from './timed-clock.ts'
import { VenueHistory } from './venue-history.ts'

/** Threads that are told to end take this long at most to be waited for. */
const threadsEndMs = 50

export type EngineOptions = {
  readonly config: EngineConfig
  readonly version: string
  readonly threads: ThreadFiles
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void
  /** Times the handlers of this process. */
  readonly handlers: HandlerClock
  /** The engine cannot go on. */
  readonly failed: (error: unknown) => void
}

type Running = {
  readonly lock: FolderLock
  readonly writer: StoreWriter
  readonly reader: StoreReader
  readonly pipeline: Pipeline
  readonly incidents: IncidentDesk
  readonly queries: QueryDesk
  readonly collecting: Collecting
  readonly publishing: StatePublishing
  readonly keepers: StoreKeepers
  /** Null: frames are not recorded. */
  readonly recorder: FrameRecorder | null
}

/** The engine: sockets to pipeline to writer, and the state stream out. Starting and recovering are one path. */
export class Engine {
  readonly #options: EngineOptions
  readonly #publisher: StatePublisher
  readonly #markets: MarketClocks
  readonly #clock: Clock
  /** Null: the run follows a tape. */
  readonly #runClock: RunClock | null
  readonly #lines: EngineLog
  readonly #gaps: GapJournal
  readonly #trouble = new TroubleWatch()
  readonly #pressure: BackPressure
  readonly #history: VenueHistory
  readonly #heads: RunningHeads
  readonly #received: ReceiveQueue
  readonly #faults: HandlerFaults
  readonly #provoked: ProvokedFaults | null
  readonly #decks: DeckDesk
  readonly #startedMs = Date.now()
  #running: Running | null = null

  constructor(options: EngineOptions) {
    this.#options = options
    this.#markets = new MarketClocks(options.config.settings)
    this.#runClock = options.config.clock === 'wall' ? new RunClock(systemClock()) : null
    this.#clock = timedClock(
      systemClock(() => this.#runNowMs()),
      options.handlers
    )
    this.#lines = new EngineLog(options.log, options.config.logLevel, this.#clock)
    this.#gaps = new GapJournal((...line) => this.#log(...line), this.#clock)
    // A tape's clock stands where its last event stands, so its frames are stamped one by one.
    const { config, handlers } = options
    this.#faults = this.#createFaults()
    this.#provoked = isProvocable(config)
      ? new ProvokedFaults(
          (name, work) => handlers.run(name, work),
          (pages) => this.#running?.writer.limitPages(pages)
        )
      : null
    this.#decks = new DeckDesk({
      thread: options.threads.deck,
      setup: config,
      log: (...line) => this.#log(...line)
    })
    this.#pressure = new BackPressure((pressure) =>
      this.#running?.collecting.followPressure(pressure)
    )
    this.#received = new ReceiveQueue(config.clock === 'wall' ? undefined : 1, {
      during: (drain) => handlers.run('take in frames', drain),
      about: ({ name }) => handlers.about(name),
      threw: ({ name }, error) => this.#faults.note('take in frames', name, error),
      pressure: (pressure) => this.#followReceiving(pressure)
    })
    this.#history = new VenueHistory(() => this.#clock.monotonicMs())
    this.#heads = new RunningHeads(this.#history)
    this.#publisher = new StatePublisher({
      query: (query) =>
        this.#running === null
          ? Promise.resolve({ code: 'unavailable', message: 'the engine is starting' })
          : this.#running.queries.answer(query),
      retry: (connection) => this.#running?.collecting.retry(connection)
    })
  }

  /** Serves one more client of the state stream. */
  attach(link: MessageLink<ServerMessage, unknown>, limits?: ClientLimits): void {
    this.#publisher.attach(link, limits)
  }

  /** Serves one more client of a replay, with a deck of its own. */
  attachDeck(client: DeckClient): void {
    if (this.#running === null) client.end('the engine is starting')
    else this.#decks.attach(client)
  }

  /**
   * Opens the store, finds where it stood, and lets the collectors go live.
   *
   * @throws StorageError, EngineFailure
   */
  async start(): Promise<void> {
    for (const fault of this.#options.config.faultRun?.provoke ?? []) this.provoke(fault)
    const lock = lockFolder(this.#options.config.dataDir)
    try {
      const opened = { lock, ...(await this.#openStore()) }
      this.#run({ ...opened, incidents: await this.#openIncidents(opened) })
      const { isUncleanStart, integrity } = opened.writer.run
      if (isUncleanStart && integrity === 'not-checked') {
        void lookThrough({
          ...this.#options,
          trouble: this.#trouble,
          log: (...line) => this.#log(...line)
        })
      }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  async #openStore(): Promise<Pick<Running, 'writer' | 'reader' | 'pipeline'>> {
    const { config, handlers } = this.#options
    const intervals = intervalsOf(config)
    const { writer, reader } = await openEngineStore({
      ...this.#options,
      intervals,
      startedMs: this.#startedMs,
      trouble: this.#trouble,
      log: (...line) => this.#log(...line),
      rebuilt: (result) => {
        handlers.run('take over candles', () => this.#running?.pipeline.adopt(result))
      },
      pressure: (pressure) => this.#pressure.follow('store', pressure),
      suspected: (file) => this.#running?.keepers.suspect(file)
    })
    const pipeline = new Pipeline({
      clock: config.clock,
      intervals,
      rows: writer,
      firstArrival: writer.run.nextArrival
    })
    return { writer, reader, pipeline }
  }

  async #openIncidents({
    writer,
    reader
  }: Pick<Running, 'writer' | 'reader'>): Promise<IncidentDesk> {
    const incidents = new IncidentDesk({
      clock: this.#clock,
      publisher: this.#publisher,
      writer,
      reader,
      log: (...line) => this.#log(...line)
    })
    await incidents.recall()
    return incidents
  }

  /** Has a fault, where it is an engine of a fault run. */
  provoke(fault: Provocation): void {
    if (this.#provoked === null) this.#log('warn', 'provocation-refused', { what: fault.what })
    else this.#provoked.provoke(fault)
  }

  /** The machine woke up. */
  resumed(): void {
    this.#running?.collecting.resumed()
  }

  /** Closes sockets, commits what was received and lets the data folder go. */
  async stop(): Promise<void> {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#provoked?.close()
    running.publishing.close()
    running.incidents.stop()
    this.#publisher.close()
    const threads = Promise.all([this.#decks.stop(), running.keepers.stop()])
    await stopInOrder({ ...running, collectors: [running.collecting] }, this.#clock)
    await waitAtMost(threads, threadsEndMs, this.#clock)
    running.lock.release()
    this.#gaps.close()
    this.#lines.close()
  }

  /** Something failed that nobody expected: takes nothing more in and commits what it can, 500 ms at most. */
  async save(): Promise<void> {
    const running = this.#running
    if (running === null) return
    await saveReceived({ ...running, collectors: [running.collecting] }, this.#clock)
  }

  #run(
    opened: Omit<Running, 'queries' | 'collecting' | 'publishing' | 'keepers' | 'recorder'>
  ): void {
    const { writer, reader, pipeline, incidents } = opened
    const feed = new StateFeed(this.#publisher, pipeline)
    const recorder = this.#openRecorder()
    const collecting = new Collecting({
      config: this.#options.config,
      version: this.#options.version,
      intervals: intervalsOf(this.#options.config),
      clock: this.#clock,
      pipeline,
      writer,
      reader,
      received: this.#received,
      feed,
      visible: () =>
        new Set(
          this.#publisher.watchedSeries().map(({ instrument }) => instrument as InstrumentId)
        ),
      heads: this.#heads,
      markets: this.#markets,
      runClock: this.#runClock,
      incidents,
      recorder,
      log: this.#collectorLog(incidents),
      faults: this.#faults,
      provoked: this.#provoked,
      failed: this.#options.failed
    })
    const { collectors } = collecting
    const publishing = new StatePublishing({
      config: this.#options.config,
      startedMs: this.#startedMs,
      clock: this.#clock,
      publisher: this.#publisher,
      pipeline,
      writer,
      collectors,
      feed,
      received: this.#received,
      handlers: this.#options.handlers,
      faults: this.#faults,
      heads: this.#heads,
      markets: this.#markets,
      runClock: this.#runClock,
      trouble: this.#trouble,
      memory: this.#openMemory(opened, recorder),
      incidents,
      recorder,
      log: (...line) => this.#log(...line)
    })
    writer.follow({
      takeChangedCandles: () => {
        const candles = pipeline.takeChangedCandles()
        for (const candle of candles) publishing.candle(candle)
        return candles
      },
      takeRebuilds: () => pipeline.takeRebuilds(),
      takeLedgerChanges: () => {
        const changes = pipeline.takeLedgerChanges()
        if (this.#options.config.faultRun?.gaps === false) return { ...changes, gaps: [] }
        this.#gaps.note(changes)
        incidents.takeGaps(changes)
        return changes
      },
      runNowMs: () => pipeline.runNowMs()
    })
    const queries = new QueryDesk({
      pipeline,
      ledger: new LedgerDesk({
        pipeline,
        reader,
        markets: this.#options.config.skipMarketHours ? roundTheClock : this.#markets,
        find: (id) =>
          feed
            .collectorOf(id)
            ?.instruments()
            .find((each) => each.id === id) ?? null
      }),
      writer,
      reader,
      incidents,
      history: this.#history,
      heads: this.#heads,
      clock: this.#clock,
      collectorOf: (id) => feed.collectorOf(id),
      log: (event, fields) => this.#log('warn', event, fields)
    })
    const keepers = new StoreKeepers({
      ...this.#options,
      writer,
      clock: this.#clock,
      trouble: this.#trouble,
      log: (...line) => this.#log(...line)
    })
    this.#running = { ...opened, queries, collecting, publishing, keepers, recorder }
    keepers.start()
    publishing.start()
    collecting.start()
  }

  /** The run clock: the wall's as the venues correct it, or the tape's once it has begun. */
  #runNowMs(): number {
    if (this.#runClock !== null) return this.#runClock.nowMs()
    return this.#running?.pipeline.runNowMs() || Date.now()
  }

  #createFaults(): HandlerFaults {
    const listener = {
      isolated: (handler: string, subject: string, error: unknown) => {
        this.#log('error', 'handler-threw', { handler, instrument: subject, error: String(error) })
      },
      tooMany: (faults: number, error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
        const message = `${faults} faults of handlers within a minute, the last: ${text}`
        this.#options.failed(new EngineFailure('handler-faults', message, 1, true))
      }
    }
    return new HandlerFaults(listener, () => this.#clock.monotonicMs())
  }

  #followReceiving(pressure: 'high' | 'normal'): void {
    this.#trouble.receivePressure(pressure)
    this.#pressure.follow('receiving', pressure)
  }

  #openRecorder(): FrameRecorder | null {
    return openFrameRecorder({
      ...this.#options,
      clock: this.#clock,
      trouble: this.#trouble,
      log: (...line) => this.#log(...line)
    })
  }

  #openMemory(
    { writer, pipeline }: Pick<Running, 'writer' | 'pipeline'>,
    recorder: FrameRecorder | null
  ): MemoryHealth {
    const [publisher, received] = [this.#publisher, this.#received]
    const [history, heads] = [this.#history, this.#heads]
    return openEngineMemory({
      owners: { received, writer, pipeline, publisher, history, heads, recorder },
      shed: () => {
        publisher.shed()
        history.forgetAll()
      },
      failed: this.#options.failed,
      startedMs: this.#clock.monotonicMs(),
      isBlind: this.#options.config.faultRun?.growth === false
    })
  }

  #collectorLog(incidents: IncidentDesk): CollectorLog {
    const at = (level: LogLevel) => (event: string, fields: LogFields) =>
      this.#log(incidents.levelOf(level, event, fields), event, fields)
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }

  #log(level: LogLevel, event: string, fields: LogFields): void {
    this.#lines.write(level, event, fields)
  }
}

function intervalsOf(config: EngineConfig): readonly IntervalSpec[] {
  return config.settings.intervals.map((text) => {
    const spec = parseInterval(text)
    if (spec === null) throw new EngineFailure('bad-interval', `${text} is no interval`, 2)
    return spec
  })
}
