import type { Candle } from '../../core/market/candle.ts'
import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { Interval, IntervalSpec } from '../../core/market/interval.ts'
import type { TapeMarkRecord } from '../../core/market/ledger/tape-mark-record.ts'
import { utcDay } from '../../core/market/trading-day.ts'
import { Pipeline, type PipelineStanding } from '../../core/pipeline/pipeline.ts'
import type { TapeRows } from '../../recordings/tape-rows.ts'
import { KeptCandles, type CandleLog, type PlayedSeries } from './kept-candles.ts'
import { PlayedCandles, type StateOf } from './played-candles.ts'
import { TapeLedger } from './tape-ledger.ts'
import { marksAsKnownNow, TapeMarks } from './tape-marks.ts'
import {
  ArrivalOrder,
  tapeMsOf,
  VenueOrder,
  type OrderStanding,
  type StretchName,
  type TapeOrder,
  type TapeRun
} from './tape-order.ts'
import type { TapeInstrument, TapeRange, TapeSource } from './tape-source.ts'

/** Candles are told, and final ones found, so often on the tape's clock. */
const stepMs = 1_000
/** After a silence of this long, so often. */
const silenceMs = 60_000
/** Rounds in which the answers to rebuilds may ask for more. */
const mostRounds = 16
/** The range's end is waited for after the last event no longer than this, on the tape's clock. */
const mostPassedMs = 86_400_000

/** `then`: the tape as it was recorded, holes open until they were refilled. `final`: as it is known now. */
export type TapeView = 'then' | 'final'

/** Who is told what is played, from the range's begin on. */
export interface ReplayListener {
  trade(trade: Trade): void
  mark(mark: TapeMarkRecord): void
  /** Became final, or was revised after it had; by end, instrument and interval. */
  candles(candles: readonly Candle[]): void
}

/** What is played, and how. */
export type TapeReplayOptions = {
  readonly source: TapeSource
  readonly intervals: readonly IntervalSpec[]
  /** On the tape's clock: of receipt, or of venue time where trades are placed by it. */
  readonly range: TapeRange
  readonly view: TapeView
  readonly listener: ReplayListener
  /** Where counting begins, with the range at the latest; left out: with the day of the range's begin. */
  readonly countsFromMs?: number
  /** Where final candles are held, so that they can be asked for; left out: they are told and forgotten. */
  readonly log?: CandleLog
  /** Time passes to the range's end, which is finite, as it does elsewhere; left out: all is over with the last event. */
  readonly awaitsEnd?: boolean
}

/** Where a replay stands. */
export type ReplayCursor = {
  /** The tape's clock, epoch ms; -Infinity before the first event. */
  readonly atMs: number
  /** Trades told so far. */
  readonly trades: number
  readonly isOver: boolean
}

type Playing = {
  readonly pipeline: Pipeline
  readonly order: TapeOrder
  readonly marks: TapeMarks
  readonly ledgers: ReadonlyMap<InstrumentId, TapeLedger>
  readonly candles: PlayedCandles
  readonly kept: KeptCandles | null
}

/** How a replay stands: all that another one of the same options goes on from, whatever becomes of this one. */
export type TapeReplayStanding = {
  /** The tape's clock. */
  readonly atMs: number
  readonly eventMs: number
  readonly nextStepMs: number
  readonly trades: number
  readonly last: { readonly eventMs: number; readonly arrival: number }
  readonly pipeline: PipelineStanding
  readonly order: OrderStanding
  readonly reel: { readonly stretch: StretchName; readonly at: number; readonly to: number } | null
  readonly marks: TapeMarks
  readonly ledgers: ReadonlyMap<InstrumentId, TapeLedger>
  readonly candles: PlayedCandles
  /** How many candles of each series the log holds of it. */
  readonly told: ReadonlyMap<string, number>
}

/** Trades that are being played, and whose they are: null where they are not wanted. */
type Reel = TapeRun & { readonly ledgers: readonly (TapeLedger | null)[]; at: number }

/**
 * Plays a stretch of a tape through the pipeline that live data takes, on a clock that only its events
 * move. It holds no timer: whoever plays it says how far.
 *
 * Counting begins with the day of the range's begin, which is played first, untold: so a tick candle has
 * the place that it had. What is told depends on the tape alone, not on how far it is played at a time.
 */
export class TapeReplay {
  readonly #options: TapeReplayOptions
  readonly #warmFromMs: number
  #playing: Playing
  #reel: Reel | null = null
  #clockMs = -Infinity
  /** Clock of the last event. */
  #eventMs = -Infinity
  #nextStepMs = Infinity
  #trades = 0
  /** Of the trades played, by the view's order. */
  #last = { eventMs: -Infinity, arrival: -Infinity }
  #isSeeking = false
  #isOver = false

  /** @param from Where another one of the same options stood, and this one goes on. */
  constructor(options: TapeReplayOptions, from?: TapeReplayStanding) {
    this.#options = options
    const { source, range, countsFromMs } = options
    this.#warmFromMs = countsFromMs ?? countingFrom(source.instruments, range.fromMs)
    this.#playing = from === undefined ? this.#begin() : this.#resume(from)
    if (from === undefined) return
    this.#reel = this.#reelAgain(from.reel)
    this.#clockMs = from.atMs
    this.#eventMs = from.eventMs
    this.#nextStepMs = from.nextStepMs
    this.#trades = from.trades
    this.#last = { ...from.last }
  }

  /** False where the tape is no longer kept as it was where this one was to go on: it is of no use then. */
  get isWhole(): boolean {
    return this.#playing.order.isWhole
  }

  /** How it stands; null when it is over. */
  standing(): TapeReplayStanding | null {
    if (this.#isOver) return null
    const { pipeline, order, marks, ledgers, candles, kept } = this.#playing
    const reel = this.#reel
    return {
      atMs: this.#clockMs,
      eventMs: this.#eventMs,
      nextStepMs: this.#nextStepMs,
      trades: this.#trades,
      last: { ...this.#last },
      pipeline: structuredClone(pipeline.standing()),
      order: order.standing(),
      reel: reel === null ? null : { stretch: reel.stretch, at: reel.at, to: reel.to },
      marks: marks.copy(),
      ledgers: new Map([...ledgers].map(([id, ledger]) => [id, ledger.copy()])),
      candles: candles.copy(() => 'unproven'),
      told: kept?.counts ?? new Map()
    }
  }

  get cursor(): ReplayCursor {
    return { atMs: this.#clockMs, trades: this.#trades, isOver: this.#isOver }
  }

  /** Plays everything up to a moment, or as many trades. @returns false when nothing is left up to it. */
  playTo(atMs: number, mostTrades = Infinity): boolean {
    for (let left = mostTrades; left > 0;) {
      const nextMs = this.#nextMs()
      if (nextMs === null) {
        if (this.#options.awaitsEnd === true) this.#awaitEnd(atMs)
        else if (atMs >= this.#clockMs) this.#end()
        return false
      }
      if (nextMs > atMs) {
        this.#passTo(atMs)
        return false
      }
      this.#passTo(nextMs)
      this.#eventAt(nextMs)
      left -= this.#playMark() ? 0 : this.#playTrades(atMs, left)
    }
    return true
  }

  /** Plays up to the next trade of the range and this one. @returns false when there is none. */
  step(): boolean {
    const before = this.#trades
    while (this.#trades === before && !this.#isOver) this.playTo(Infinity, 1)
    return this.#trades > before
  }

  /**
   * Goes to a moment, back or forth, and tells nothing on the way; what follows is told as if all before
   * had been played.
   */
  seek(atMs: number): void {
    if (atMs < this.#clockMs) this.#rewind()
    this.#isSeeking = true
    this.playTo(atMs)
    this.#isSeeking = false
  }

  /** Candles that are not final, as they stand. */
  openCandles(): readonly Candle[] {
    const { candles } = this.#playing
    this.#noteChanged()
    return candles.open()
  }

  /** Candles that changed since the last take, each once, as they stand, not final ones too. Only of a replay that keeps them. */
  takeChangedCandles(): readonly Candle[] {
    this.#noteChanged()
    return this.#playing.candles.takeChanged()
  }

  /** All candles of a series that were played, as they stand. Of a replay that forgets them: those not final. */
  playedCandles(instrument: InstrumentId, interval: Interval): PlayedSeries {
    const { candles, kept } = this.#playing
    this.#noteChanged()
    const open = candles.openOf(instrument, interval)
    return (kept ?? new KeptCandles()).with(instrument, interval, open)
  }

  /** What is known of prices at the cursor. */
  get prices(): Pick<Pipeline, 'price' | 'tradesLastMinute'> {
    return this.#playing.pipeline
  }

  /** What the ledger says of an instrument at the cursor; null where it is not played. */
  ledger(instrument: InstrumentId): TapeLedger | null {
    return this.#playing.ledgers.get(instrument) ?? null
  }

  /** No trade that arrived later is known at the cursor, of days that are not played either; `then` only. */
  get newestArrival(): number {
    if (this.#last.arrival > -Infinity) return this.#last.arrival
    const reel = this.#nextTrade()
    return reel === null ? Infinity : (reel.rows.arrival[reel.at] ?? 0) - 1
  }

  /** Tells whether a trade of the played days was played. */
  readonly isPlayed = (eventMs: number, arrival: number): boolean => {
    const last = this.#last
    if (eventMs < this.#warmFromMs) return false
    if (this.#options.view === 'then') return arrival <= last.arrival
    return eventMs < last.eventMs || (eventMs === last.eventMs && arrival <= last.arrival)
  }

  #noteChanged(): void {
    const { candles, pipeline } = this.#playing
    candles.note(pipeline.takeChangedCandles())
  }

  get #isTold(): boolean {
    return !this.#isSeeking && this.#clockMs >= this.#options.range.fromMs
  }

  #begin(): Playing {
    const { source, range, view, log } = this.#options
    const warm = { fromMs: this.#warmFromMs, toMs: range.toMs }
    const isThen = view === 'then'
    const marks = source.marks(warm)
    const contents = new Map(
      source.instruments.map(({ instrument: { id } }) => [id, source.ledger(id)])
    )
    const gapMarks = isThen ? gapMarksOf(marks) : null
    const ledgers = new Map<InstrumentId, TapeLedger>()
    for (const { instrument, tradeIds } of source.instruments) {
      const { id } = instrument
      const content = contents.get(id) ?? { coverage: [], gaps: [] }
      const gaps = gapMarks === null ? null : (gapMarks.get(id) ?? [])
      ledgers.set(id, new TapeLedger({ tradeIds, content, marks: gaps, beginMs: this.#warmFromMs }))
    }
    const placed = isThen ? marks : marksAsKnownNow(marks, contents, warm)
    return {
      pipeline: this.#openPipeline(),
      order: isThen ? new ArrivalOrder(source, warm) : new VenueOrder(source, warm),
      marks: new TapeMarks(this.#takeEarly(placed, ledgers)),
      ledgers,
      candles: new PlayedCandles(stateBy(ledgers), log !== undefined),
      kept: log === undefined ? null : new KeptCandles(log)
    }
  }

  #resume(from: TapeReplayStanding): Playing {
    const { source, range, view, log } = this.#options
    const warm = { fromMs: this.#warmFromMs, toMs: range.toMs }
    const pipeline = this.#openPipeline()
    pipeline.takeUp(structuredClone(from.pipeline))
    const ledgers = new Map([...from.ledgers].map(([id, ledger]) => [id, ledger.copy()]))
    return {
      pipeline,
      order:
        view === 'then'
          ? new ArrivalOrder(source, warm, from.order)
          : new VenueOrder(source, warm, from.order),
      marks: from.marks.copy(),
      ledgers,
      candles: from.candles.copy(stateBy(ledgers)),
      kept: log === undefined ? null : new KeptCandles(log, from.told)
    }
  }

  #openPipeline(): Pipeline {
    const { source, intervals, view } = this.#options
    const pipeline = new Pipeline({
      clock: 'wall',
      intervals,
      rows: { trade: () => undefined, flaggedTrade: () => undefined },
      firstArrival: view === 'then' ? 0 : source.endArrival
    })
    for (const { instrument, ...rules } of source.instruments)
      pipeline.addInstrument(instrument, { ...rules, seed: null })
    return pipeline
  }

  #reelAgain(reel: TapeReplayStanding['reel']): Reel | null {
    const rows = reel === null ? null : this.#playing.order.read(reel.stretch)
    if (reel === null || rows === null) return null
    return this.#reelOf({ ...reel, rows, from: reel.at })
  }

  #reelOf(run: TapeRun): Reel {
    const ledgers = run.rows.instruments.map((id) => this.#playing.ledgers.get(id) ?? null)
    return { ...run, ledgers, at: run.from }
  }

  /** What was known before the first day that is played counts from the beginning. */
  #takeEarly(
    marks: readonly TapeMarkRecord[],
    ledgers: ReadonlyMap<InstrumentId, TapeLedger>
  ): readonly TapeMarkRecord[] {
    const isEarly = (mark: TapeMarkRecord) => mark.atMs < this.#warmFromMs
    for (const mark of marks) {
      if (isEarly(mark) && mark.kind === 'gap') ledgers.get(mark.gap.instrument)?.mark()
    }
    return marks.filter((mark) => !isEarly(mark) && mark.atMs < this.#options.range.toMs)
  }

  #rewind(): void {
    this.#playing = this.#begin()
    this.#reel = null
    this.#clockMs = -Infinity
    this.#eventMs = -Infinity
    this.#nextStepMs = Infinity
    this.#trades = 0
    this.#last = { eventMs: -Infinity, arrival: -Infinity }
    this.#isOver = false
  }

  /** The clock of the next event; null at the end. */
  #nextMs(): number | null {
    const reel = this.#nextTrade()
    const mark = this.#playing.marks.head
    if (mark !== null && (reel === null || this.#isBefore(mark, reel)))
      return Math.max(this.#clockMs, mark.atMs)
    return reel === null ? null : Math.max(this.#clockMs, this.#tapeMs(reel.rows, reel.at))
  }

  /** The reel at its next trade that is to be played; null at the end. */
  #nextTrade(): Reel | null {
    for (;;) {
      const reel = this.#reel ?? this.#nextReel()
      if (reel === null) return null
      while (reel.at < reel.to && !this.#isWanted(reel)) reel.at += 1
      if (reel.at < reel.to) return reel
      this.#reel = null
    }
  }

  #nextReel(): Reel | null {
    const run = this.#playing.order.next()
    for (const gap of this.#options.source.takeLosses()) {
      this.#playing.ledgers.get(gap.instrument)?.lost(gap)
      this.#playing.candles.judgeAnew(gap.instrument)
    }
    if (run === null) return null
    this.#reel = this.#reelOf(run)
    return this.#reel
  }

  #isWanted({ rows, ledgers, at }: Reel): boolean {
    if (rows.flagged[at] === 1 || (rows.eventMs[at] ?? 0) < this.#warmFromMs) return false
    const isThere = (ledgers[rows.instrument[at] ?? -1] ?? null) !== null
    return isThere && this.#tapeMs(rows, at) < this.#options.range.toMs
  }

  #isBefore(mark: TapeMarkRecord, { rows, at }: Reel): boolean {
    return this.#options.view === 'then'
      ? mark.arrival <= (rows.arrival[at] ?? 0)
      : mark.atMs <= (rows.eventMs[at] ?? 0)
  }

  #tapeMs(rows: TapeRows, at: number): number {
    const eventMs = rows.eventMs[at] ?? 0
    return this.#options.view === 'then' ? tapeMsOf(eventMs, rows.receivedMs[at] ?? 0) : eventMs
  }

  #eventAt(atMs: number): void {
    this.#clockMs = atMs
    this.#eventMs = atMs
    if (this.#nextStepMs === Infinity) this.#nextStepMs = nextMultiple(atMs, stepMs)
  }

  /** Plays the next mark when it comes before the next trade. */
  #playMark(): boolean {
    const { marks, ledgers, candles } = this.#playing
    const mark = marks.head
    if (mark === null || (this.#reel !== null && !this.#isBefore(mark, this.#reel))) return false
    marks.take()
    if (mark.kind === 'gap') {
      ledgers.get(mark.gap.instrument)?.mark()
      candles.judgeAnew(mark.gap.instrument)
    }
    if (mark.kind === 'link') {
      if (mark.link.state === 'up')
        for (const id of mark.link.instruments) ledgers.get(id)?.linkUp(mark.atMs)
    }
    if (this.#isTold) this.#options.listener.mark(mark)
    return true
  }

  /** Plays trades until a mark, a step or the end of what is at hand. @returns How many. */
  #playTrades(limitMs: number, most: number): number {
    const reel = this.#reel
    if (reel === null) return 0
    const mark = this.#playing.marks.head
    let played = 0
    for (; reel.at < reel.to && played < most; reel.at += 1) {
      if (!this.#isWanted(reel)) continue
      if (mark !== null && this.#isBefore(mark, reel)) break
      const atMs = Math.max(this.#clockMs, this.#tapeMs(reel.rows, reel.at))
      if (atMs > limitMs || atMs >= this.#nextStepMs) break
      this.#clockMs = atMs
      this.#eventMs = atMs
      this.#playTrade(reel)
      played += 1
    }
    return played
  }

  #playTrade({ rows, ledgers, at }: Reel): void {
    const place = rows.instrument[at] ?? -1
    const trade = tradeAt(rows, at)
    const { pipeline } = this.#playing
    const arrival = rows.arrival[at] ?? 0
    const { eventMs } = trade
    ledgers[place]?.trade(trade.id, eventMs)
    if (this.#options.view === 'then') {
      pipeline.arriveAt(arrival)
      this.#last.arrival = Math.max(this.#last.arrival, arrival)
    } else this.#last.arrival = arrival
    this.#last.eventMs = eventMs
    pipeline.apply(trade, this.#clockMs, 'replay')
    if (this.#clockMs < this.#options.range.fromMs) return
    this.#trades += 1
    if (!this.#isSeeking) this.#options.listener.trade(trade)
  }

  /** Lets time pass up to a moment. */
  #passTo(atMs: number): void {
    while (this.#nextStepMs <= atMs) {
      const nowMs = this.#nextStepMs
      this.#clockMs = Math.max(this.#clockMs, nowMs)
      this.#tell(nowMs)
      const everyMs = nowMs - this.#eventMs > silenceMs ? silenceMs : stepMs
      this.#nextStepMs = nextMultiple(nowMs, everyMs)
    }
  }

  /** Time passes as if more were to come: what is told before the end is the same whenever the end is reached. */
  #awaitEnd(atMs: number): void {
    const { toMs } = this.#options.range
    while (this.#nextStepMs < toMs && this.#nextStepMs <= atMs) this.#passTo(this.#nextStepMs)
    if (atMs >= toMs) this.#end()
  }

  /** The tape is over: time passes to the end of the range, when that is near. */
  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { toMs } = this.#options.range
    const nowMs = toMs - this.#clockMs <= mostPassedMs ? toMs : this.#clockMs
    for (const ledger of this.#playing.ledgers.values()) ledger.end()
    this.#clockMs = nowMs
    this.#tell(nowMs)
  }

  #tell(nowMs: number): void {
    const { pipeline, candles, kept } = this.#playing
    pipeline.advance(nowMs)
    for (let round = 0; round < mostRounds; round += 1) {
      candles.note(pipeline.takeFinalCandles())
      const rebuilds = pipeline.takeRebuilds()
      if (rebuilds.length === 0) break
      // What is built anew takes the place of what was begun before.
      candles.note(pipeline.takeChangedCandles())
      for (const request of rebuilds) {
        const built = this.#options.source.rebuild(request, this.isPlayed, nowMs)
        candles.note(built.candles)
        pipeline.adopt({ ...built, beforeArrival: pipeline.nextArrival() })
      }
    }
    const final = candles.takeFinal()
    kept?.note(final)
    if (final.length > 0 && this.#isTold) this.#options.listener.candles(final)
  }
}

function stateBy(ledgers: ReadonlyMap<InstrumentId, TapeLedger>): StateOf {
  return (candle) => ledgers.get(candle.instrument)?.stateOf(candle) ?? 'unproven'
}

function tradeAt(rows: TapeRows, at: number): Trade {
  const side = rows.side[at]
  return {
    kind: 'trade',
    instrument: rows.instruments[rows.instrument[at] ?? -1] ?? ':',
    id: rows.id[at] ?? '',
    eventMs: rows.eventMs[at] ?? 0,
    receivedMs: rows.receivedMs[at] ?? 0,
    price: rows.price[at] ?? 0,
    size: rows.size[at] ?? 0,
    side: side === 1 ? 'buy' : side === -1 ? 'sell' : null
  }
}

/** Begin of the earliest day that a moment belongs to: counting begins there. */
export function countingFrom(instruments: readonly TapeInstrument[], atMs: number): number {
  if (atMs === -Infinity) return atMs
  const days = instruments.map(({ dayOf }) => dayOf(atMs).fromMs)
  return Math.min(utcDay(atMs).fromMs, ...days)
}

/** Marks of gaps by instrument, in order. */
function gapMarksOf(marks: readonly TapeMarkRecord[]) {
  const byInstrument = new Map<InstrumentId, (TapeMarkRecord & { readonly kind: 'gap' })[]>()
  for (const mark of marks) {
    if (mark.kind !== 'gap') continue
    const known = byInstrument.get(mark.gap.instrument)
    if (known === undefined) byInstrument.set(mark.gap.instrument, [mark])
    else known.push(mark)
  }
  return byInstrument
}

/** The next multiple after a moment. */
function nextMultiple(afterMs: number, everyMs: number): number {
  return (Math.floor(afterMs / everyMs) + 1) * everyMs
}
