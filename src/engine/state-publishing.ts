import type { EngineConfig, LogLevel } from '../contracts/engine-protocol.ts'
import type { StatePublisher } from '../contracts/state-publisher.ts'
import type { RunRow } from '../contracts/state-rows.ts'
import type { Candle } from '../core/market/candle.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { toldCandle, type Pipeline } from '../core/pipeline/pipeline.ts'
import type { Clock } from './collector/clock.ts'
import type { CollectorTotals } from './collector/collector-totals.ts'
import type { Collector } from './collector/collector.ts'
import type { LogFields } from './collector/log.ts'
import type { ReceiveQueue } from './collector/receive-queue.ts'
import { clockSentence, startupSentences } from './diagnostics.ts'
import type { HandlerClock } from './health/handler-clock.ts'
import type { HandlerFaults } from './health/handler-faults.ts'
import { HealthCycle } from './health/health-cycle.ts'
import { buildHealthRow } from './health/health-row.ts'
import type { MemoryHealth } from './health/memory-health.ts'
import { LoopDelay } from './health/loop-delay.ts'
import type { TroubleFigures, TroubleWatch } from './health/trouble-watch.ts'
import type { IncidentDesk } from './incident-desk.ts'
import type { MarketClocks } from './market-clocks.ts'
import type { FrameRecorder } from './frame-recorder.ts'
import type { RunClock } from './run-clock.ts'
import { RunSpeed } from './run-speed.ts'
import type { RunningHeads } from './running-heads.ts'
import type { StateFeed } from './state-feed.ts'
import type { StoreWriter } from './storage/store.ts'
import { ToldCandles } from './told-candles.ts'

/** Clients get 25 frames a second: each one more wakes this process and theirs. */
const frameMs = 40
const secondMs = 1_000
const minuteMs = 60_000
/** Gaps are usually filled within seconds. */
const fillMs = 30_000
const bytesPerMb = 1_048_576

type Parts = {
  readonly config: EngineConfig
  /** Wall clock at which the engine started. */
  readonly startedMs: number
  /** Its `nowMs` is the run clock. */
  readonly clock: Clock
  readonly publisher: StatePublisher
  readonly pipeline: Pipeline
  readonly writer: StoreWriter
  readonly collectors: readonly Collector[]
  readonly feed: StateFeed
  /** Frames on their way in: drained before anything is told. */
  readonly received: ReceiveQueue
  readonly handlers: Pick<HandlerClock, 'run' | 'timeouts'>
  readonly faults: Pick<HandlerFaults, 'total'>
  readonly heads: RunningHeads
  readonly markets: MarketClocks
  /** Null: the run follows a tape. */
  readonly runClock: Pick<RunClock, 'skewMs'> | null
  readonly trouble: TroubleWatch
  /** Closed with this. */
  readonly memory: MemoryHealth
  readonly incidents: Pick<IncidentDesk, 'tick'>
  /** Null: frames are not recorded. */
  readonly recorder: Pick<FrameRecorder, 'omittedFrames'> | null
  readonly log: (level: LogLevel, event: string, fields: LogFields) => void
}

/** Tells the clients of a run what it knows, in time: prices 25 times a second, health once a second. */
export class StatePublishing {
  readonly #parts: Parts
  readonly #told = new ToldCandles()
  readonly #speed = new RunSpeed()
  readonly #cycle = new HealthCycle((...line) => this.#parts.log('info', ...line))
  readonly #timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  /** Formatting a time zone's time costs more than all else that a second tells, so it is done once. */
  readonly #startedAt: string
  /** Monotonic. */
  readonly #startedMs: number
  readonly #loopDelay: LoopDelay
  #timers: readonly NodeJS.Timeout[] = []

  constructor(parts: Parts) {
    this.#parts = parts
    this.#startedMs = parts.clock.monotonicMs() - (Date.now() - parts.startedMs)
    this.#startedAt = clockSentence(parts.startedMs, this.#timeZone)
    this.#loopDelay = new LoopDelay(frameMs, parts.clock.monotonicMs())
  }

  start(): void {
    const { feed, handlers } = this.#parts
    this.#second()
    const told = this.#parts.publisher.find('run', 'run')?.diagnostics ?? []
    for (const sentence of told) this.#parts.log('info', 'startup', { sentence })
    this.#timers = [
      setInterval(() => handlers.run('tell clients', () => this.#frame()), frameMs),
      setInterval(() => handlers.run('each second', () => this.#second()), secondMs),
      setInterval(() => handlers.run('small charts', () => feed.refreshSparks()), minuteMs)
    ]
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#parts.memory.close()
  }

  /** Tells those who watch its series of a candle that changed. */
  candle(candle: Candle): void {
    const { publisher, heads } = this.#parts
    if (!publisher.isWatched(candle.instrument, candle.interval)) return
    publisher.candle(heads.complete(toldCandle(candle)))
  }

  #frame(): void {
    const { publisher, pipeline, feed, heads, received, clock } = this.#parts
    this.#loopDelay.came(clock.monotonicMs())
    received.drain()
    feed.refreshChanged()
    for (const { instrument, interval } of publisher.watchedSeries()) {
      const newest = pipeline.newestCandle(instrument as InstrumentId, interval)
      if (newest === null) continue
      const candle = heads.complete(newest)
      if (this.#told.isNews(candle)) publisher.candle(candle)
    }
    publisher.flush()
  }

  #second(): void {
    const { pipeline, feed, collectors } = this.#parts
    pipeline.advance(this.#parts.clock.nowMs())
    feed.refreshAges()
    this.#parts.memory.look(this.#parts.clock.monotonicMs())
    this.#parts.incidents.tick()
    const totals = collectors.map((collector) => collector.totals())
    this.#putHealth(totals)
    this.#putRun(totals)
  }

  #putHealth(totals: readonly CollectorTotals[]): void {
    const { publisher, pipeline, writer, config, trouble, memory, clock } = this.#parts
    const figures = writer.figures()
    const load = { memoryMb: memory.residentMb, eventLoopDelayP99Ms: this.#loopDelay.read() }
    const { implausible: implausibleTrades, missingTrades, dropped } = pipeline.counters()
    const { conflictingTrades, storeLagMs } = figures
    const droppedTrades = dropped + figures.droppedTrades
    const gaps = this.#gapFigures()
    this.#judge({
      storeLagMs,
      implausibleTrades,
      droppedTrades,
      omittedFrames: this.#parts.recorder?.omittedFrames ?? 0,
      memory: memory.troubles(),
      ...gaps
    })
    const row = buildHealthRow(totals, load, {
      mode: config.mode,
      uptimeMs: Math.round(clock.monotonicMs() - this.#startedMs),
      storeLagMs: Math.round(storeLagMs),
      clockSkewMs: this.#skewMs(),
      queuedRows: figures.queuedRows,
      databaseMb: Math.round((figures.databaseBytes / bytesPerMb) * 10) / 10,
      tradesStored: figures.committedTrades,
      missingTrades,
      implausibleTrades,
      droppedTrades,
      conflictingTrades,
      handlerTimeouts: this.#parts.handlers.timeouts,
      handlerFaults: this.#parts.faults.total,
      memory: memory.figures(),
      problems: trouble.current.map(({ sentence }) => sentence)
    })
    publisher.put('health', row)
    const open = pipeline.openGaps().length
    this.#cycle.take(row, { open, lost: gaps.lostGaps }, clock.monotonicMs())
  }

  /** A gap that has just opened is being filled; one that stays open is trouble. */
  #gapFigures(): Pick<TroubleFigures, 'overdueGaps' | 'overdueTrades' | 'lostGaps'> {
    const { pipeline, publisher } = this.#parts
    const beforeMs = pipeline.runNowMs() - fillMs
    const overdue = pipeline.openGaps().filter(({ toMs }) => toMs <= beforeMs)
    let lostGaps = 0
    for (const row of publisher.rows('ledger')) lostGaps += row.lostGaps
    return {
      overdueGaps: overdue.length,
      overdueTrades: overdue.reduce((sum, { missedTrades }) => sum + (missedTrades ?? 0), 0),
      lostGaps
    }
  }

  #judge(figures: TroubleFigures): void {
    const { trouble, clock, log } = this.#parts
    const { began, ended } = trouble.judge(figures, clock.monotonicMs())
    for (const { code, sentence } of began) log('warn', 'trouble-began', { code, sentence })
    for (const code of ended) log('info', 'trouble-ended', { code })
  }

  #putRun(totals: readonly CollectorTotals[]): void {
    const { publisher, pipeline, collectors, config, startedMs, clock, markets } = this.#parts
    const wallMs = Date.now()
    const runMs = pipeline.runNowMs() || wallMs
    const instruments = collectors.flatMap((collector) => collector.instruments())
    const open = markets.states(instruments, clock.nowMs())
    publisher.put('run', {
      id: 'run',
      mode: config.mode,
      startedMs,
      clock: { runMs, wallMs, speed: this.#speedAt(runMs) },
      timeZone: this.#timeZone,
      intervals: config.settings.intervals,
      dataFolder: config.dataDir,
      diagnostics: this.#diagnostics(totals, open),
      markets: open
    })
  }

  /** A tape has no speed before its first event, and the wall's is 1 even where the clock is set. */
  #speedAt(runMs: number): number {
    const { config, pipeline, clock } = this.#parts
    if (config.clock === 'wall' || pipeline.runNowMs() === 0) return 1
    return this.#speed.read(runMs, clock.monotonicMs())
  }

  /** Whole ms. */
  #skewMs(): number | null {
    const skewMs = this.#parts.runClock?.skewMs ?? null
    return skewMs === null ? null : Math.round(skewMs)
  }

  #diagnostics(totals: readonly CollectorTotals[], markets: RunRow['markets']): readonly string[] {
    const { config, writer, trouble } = this.#parts
    const started = startupSentences({
      clock: this.#startedAt,
      config,
      timeZone: this.#timeZone,
      markets,
      plans: totals.map(({ name, connections, instruments, problems }) => ({
        name,
        connections: connections.total,
        instruments: instruments.total,
        problems
      })),
      isUncleanStart: writer.run.isUncleanStart,
      clockSkewMs: this.#skewMs()
    })
    return [...started, ...trouble.current.map(({ sentence }) => `${sentence}.`)]
  }
}
