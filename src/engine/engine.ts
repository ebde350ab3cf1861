import { join } from 'node:path'
import type { InstrumentId } from '../core/market/instrument.ts'
import { parseInterval, type IntervalSpec } from '../core/market/interval.ts'
import { Pipeline } from '../core/pipeline/pipeline.ts'
import type { EngineConfig, LogLevel } from '../contracts/engine-protocol.ts'
import { StatePublisher, type ClientLimits } from '../contracts/state-publisher.ts'
import type { MessageLink, ServerMessage } from '../contracts/state-stream.ts'
import { Collecting } from './collecting.ts'
import { systemClock, type Clock } from './collector/clock.ts'
import type { LogFields } from './collector/log.ts'
import { ReceiveQueue } from './collector/receive-queue.ts'
import { EngineFailure } from './engine-failure.ts'
import { TroubleWatch } from './health/trouble-watch.ts'
import { GapJournal } from './gap-journal.ts'
import { LedgerDesk } from './ledger-desk.ts'
import { MarketClocks, roundTheClock } from './market-clocks.ts'
import { saveReceived, stopInOrder } from './orderly-stop.ts'
import { QueryDesk } from './query-desk.ts'
import { RunningHeads } from './running-heads.ts'
import { StateFeed } from './state-feed.ts'
import { StatePublishing } from './state-publishing.ts'
import { lockFolder, type FolderLock } from './storage/folder-lock.ts'
import type { StoreReader, StoreWriter } from './storage/store.ts'
import { checkIntegrity, openReader } from './storage/open-reader.ts'
import { openWriter } from './storage/open-writer.ts'
import { VenueHistory } from './venue-history.ts'

const storeFile = 'tapedeck.db'

export type EngineOptions = {
  readonly config: EngineConfig
  readonly version: string
  readonly threads: { readonly writer: URL; readonly reader: URL }
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void
  /** The engine cannot go on. */
  readonly failed: (error: unknown) => void
}

type Running = {
  readonly lock: FolderLock
  readonly writer: StoreWriter
  readonly reader: StoreReader
  readonly pipeline: Pipeline
  readonly queries: QueryDesk
  readonly collecting: Collecting
  readonly publishing: StatePublishing
}

/** The engine: sockets to pipeline to writer, and the state stream out. Starting and recovering are one path. */
export class Engine {
  readonly #options: EngineOptions
  readonly #publisher: StatePublisher
  readonly #markets: MarketClocks
  readonly #clock: Clock
  readonly #trouble = new TroubleWatch()
  readonly #history: VenueHistory
  readonly #heads: RunningHeads
  readonly #received: ReceiveQueue
  readonly #startedMs = Date.now()
  #running: Running | null = null

  constructor(options: EngineOptions) {
    this.#options = options
    this.#markets = new MarketClocks(options.config.settings)
    this.#clock = systemClock(() => this.#runNowMs())
    // A tape's clock stands where its last event stands, so its frames are stamped one by one.
    this.#received = new ReceiveQueue(options.config.clock === 'wall' ? undefined : 1)
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

  /**
   * Opens the store, finds where it stood, and lets the collectors go live.
   *
   * @throws StorageError, EngineFailure
   */
  async start(): Promise<void> {
    const lock = lockFolder(this.#options.config.dataDir)
    try {
      const opened = { lock, ...(await this.#openStore()) }
      this.#run(opened)
      const { isUncleanStart, integrity } = opened.writer.run
      if (isUncleanStart && integrity === 'not-checked') void this.#lookThrough()
    } catch (error) {
      lock.release()
      throw error
    }
  }

  async #openStore(): Promise<Pick<Running, 'writer' | 'reader' | 'pipeline'>> {
    const { config, threads, failed } = this.#options
    const file = join(config.dataDir, storeFile)
    const intervals = intervalsOf(config)
    const writer = await openWriter({
      file,
      mode: config.mode,
      threadUrl: threads.writer,
      startedMs: this.#startedMs,
      tickSizes: intervals.flatMap((spec) => (spec.kind === 'tick' ? [spec.tradesPerCandle] : [])),
      events: {
        onRebuilt: (result) => this.#running?.pipeline.adopt(result),
        onPressure: (pressure) => this.#followPressure(pressure),
        onTrouble: (error) => {
          this.#trouble.storeTrouble(error?.message ?? null)
          if (error === null) this.#log('info', 'store-works-again', {})
          else this.#log('error', 'store-trouble', { code: error.code, message: error.message })
        },
        onFailed: failed
      }
    })
    const reader = await openReader({ file, threadUrl: threads.reader })
    const pipeline = new Pipeline({
      clock: config.clock,
      intervals,
      rows: writer,
      firstArrival: writer.run.nextArrival
    })
    return { writer, reader, pipeline }
  }

  /** A file too big to be looked through before it is used is looked through beside its use. */
  async #lookThrough(): Promise<void> {
    const { config, threads } = this.#options
    try {
      const file = join(config.dataDir, storeFile)
      const found = await checkIntegrity({ file, threadUrl: threads.reader })
      this.#log(found === 'ok' ? 'info' : 'error', 'store-checked', { found })
      if (found !== 'ok') this.#trouble.storeDamaged(found)
    } catch (error) {
      this.#log('warn', 'store-not-checked', { reason: String(error) })
    }
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
    running.publishing.close()
    this.#publisher.close()
    await stopInOrder({ ...running, collectors: [running.collecting] }, this.#clock)
    running.lock.release()
  }

  /** Something failed that nobody expected: takes nothing more in and commits what it can, 500 ms at most. */
  async save(): Promise<void> {
    const running = this.#running
    if (running === null) return
    await saveReceived({ ...running, collectors: [running.collecting] }, this.#clock)
  }

  #run(opened: Pick<Running, 'lock' | 'writer' | 'reader' | 'pipeline'>): void {
    const { writer, reader, pipeline } = opened
    const feed = new StateFeed(this.#publisher, pipeline)
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
      log: this.#collectorLog(),
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
      heads: this.#heads,
      markets: this.#markets,
      trouble: this.#trouble,
      log: (...line) => this.#log(...line)
    })
    const gaps = new GapJournal((...line) => this.#log(...line))
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
        gaps.note(changes)
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
      history: this.#history,
      heads: this.#heads,
      clock: this.#clock,
      collectorOf: (id) => feed.collectorOf(id),
      log: (event, fields) => this.#log('warn', event, fields)
    })
    this.#running = { ...opened, queries, collecting, publishing }
    publishing.start()
    collecting.start()
  }

  /** The run clock: the wall's, or the tape's once it has begun. */
  #runNowMs(): number {
    if (this.#options.config.clock === 'wall') return Date.now()
    return this.#running?.pipeline.runNowMs() || Date.now()
  }

  #followPressure(pressure: 'high' | 'normal'): void {
    this.#log('warn', 'store-pressure', { pressure })
    this.#trouble.storePressure(pressure)
    this.#running?.collecting.followPressure(pressure)
  }

  #collectorLog() {
    return {
      debug: (event: string, fields: LogFields) => this.#log('debug', event, fields),
      info: (event: string, fields: LogFields) => this.#log('info', event, fields),
      warn: (event: string, fields: LogFields) => this.#log('warn', event, fields),
      error: (event: string, fields: LogFields) => this.#log('error', event, fields)
    }
  }

  #log(level: LogLevel, event: string, fields: LogFields): void {
    this.#options.log(level, event, fields)
  }
}

function intervalsOf(config: EngineConfig): readonly IntervalSpec[] {
  return config.settings.intervals.map((text) => {
    const spec = parseInterval(text)
    if (spec === null) throw new EngineFailure('bad-interval', `${text} is no interval`, 2)
    return spec
  })
}
