import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { utcDay, type DayRule, type TradingDay } from '../../core/market/trading-day.ts'
import { CandleLog } from './kept-candles.ts'
import { countingFrom, TapeReplay, type TapeReplayStanding, type TapeView } from './tape-replay.ts'
import type { TapeInstrument, TapeRange, TapeSource } from './tape-source.ts'

const secondMs = 1_000

/**
 * Where a day is to be played to. `moment`: everything up to it and with it. `trade`: right after the
 * trade that makes so many. `tick`: right after the trade that makes so many whole candles of N trades,
 * over all instruments.
 */
export type Place =
  | { readonly to: 'moment'; readonly atMs: number }
  | { readonly to: 'trade'; readonly count: number }
  | { readonly to: 'tick'; readonly tradesPerCandle: number; readonly count: number }

/** What is played of a day, and how. */
export type PlayedDayOptions = {
  readonly source: TapeSource
  readonly intervals: readonly IntervalSpec[]
  readonly view: TapeView
  /** The stretch of the tape's clock over which counting begins at the same moment. */
  readonly day: TapeRange
  /** Trades count from here on. */
  readonly fromMs: number
  /** The day is played to here at most. */
  readonly toMs: number
  /** What was told of the day, however often it is played. */
  readonly log: DayLog
}

/** What a day tells, in order, as far as it was ever played: it is the same each time. */
export class DayLog {
  readonly candles = new CandleLog()
  /** Seconds of the tape's clock in which something traded, ascending. Bound: those of a day. */
  readonly seconds: number[] = []
}

/** How a day stands: all that another one of the same options goes on from. */
export type PlayedDayStanding = {
  readonly replay: TapeReplayStanding
  readonly counts: ReadonlyMap<InstrumentId, readonly DayCount[]>
  readonly seconds: number
  readonly trades: number
  /** Of all that was played, what counts in `trades` and what came before. */
  readonly played: number
  readonly lastTrade: Trade | null
}

/** Trades of one instrument and day of its own. */
type DayCount = { readonly day: TradingDay; trades: number }

/**
 * One day of a tape at a cursor. All that it says is a matter of the day and the place of the cursor alone,
 * never of the way that led there: what an earlier day left is not taken over.
 */
export class PlayedDay {
  readonly options: PlayedDayOptions
  readonly replay: TapeReplay
  /** The newest count of each instrument is the last. */
  readonly #counts = new Map<InstrumentId, DayCount[]>()
  readonly #dayOf: ReadonlyMap<InstrumentId, DayRule>
  /** Of the log's seconds. */
  #seconds = 0
  #trades = 0
  #played = 0
  #lastTrade: Trade | null = null
  #place: Place

  /** @param from Where another one of the same options stood, and this one goes on. */
  constructor(options: PlayedDayOptions, from?: PlayedDayStanding) {
    const { source, intervals, view, day, fromMs, toMs, log } = options
    this.options = options
    this.#place = { to: 'moment', atMs: fromMs }
    this.#dayOf = new Map(source.instruments.map(({ instrument, dayOf }) => [instrument.id, dayOf]))
    const countsFromMs = countingFrom(source.instruments, day.fromMs)
    const listener = {
      trade: (trade: Trade) => this.#note(trade),
      mark: () => undefined,
      candles: () => undefined
    }
    const range = { fromMs: countsFromMs, toMs }
    const how = { listener, countsFromMs, log: log.candles, awaitsEnd: true }
    this.replay = new TapeReplay({ source, intervals, view, range, ...how }, from?.replay)
    if (from !== undefined) this.#takeUp(from)
  }

  /** How it stands; null when it is over. */
  standing(): PlayedDayStanding | null {
    const replay = this.replay.standing()
    if (replay === null) return null
    return {
      replay,
      counts: structuredClone(this.#counts),
      seconds: this.#seconds,
      trades: this.#trades,
      played: this.#played,
      lastTrade: this.#lastTrade
    }
  }

  /** Trades played since counting began. */
  get played(): number {
    return this.#played
  }

  /** Trades played since `fromMs`. */
  get trades(): number {
    return this.#trades
  }

  /** The tape's clock at the place that was reached, or on the way. */
  get atMs(): number {
    const { fromMs, toMs } = this.options
    const atMs = this.#place.to === 'moment' ? this.#place.atMs : this.replay.cursor.atMs
    return Math.min(Math.max(atMs, fromMs), toMs)
  }

  /** The place at which this day, begun anew, stands as it stands now. */
  get place(): Place {
    return this.#place
  }

  get isOver(): boolean {
    return this.replay.cursor.isOver
  }

  /** Plays on towards a place, so many trades at most. @returns false when it is reached, or the day is over. */
  play(place: Place, mostTrades: number): boolean {
    if (place.to === 'moment') return this.#playTo(place.atMs, mostTrades)
    const isMore = this.#playTrades(place, mostTrades)
    if (this.isOver) this.#place = { to: 'moment', atMs: this.options.toMs }
    return isMore
  }

  /** Whole candles of so many trades, over all instruments. */
  tickCandles(tradesPerCandle: number): number {
    return wholeCandles(this.#counts, tradesPerCandle)
  }

  /** Whether the newest trade made a candle of so many trades whole, and no time passed since. */
  isAtTickEnd(tradesPerCandle: number): boolean {
    if (this.#place.to === 'moment' || this.#lastTrade === null) return false
    const trades = this.#counts.get(this.#lastTrade.instrument)?.at(-1)?.trades ?? 0
    return trades % tradesPerCandle === 0
  }

  /** Ends of the candles of a length in which something traded, that lie before a moment: the `nth` of them from the last. */
  candleEnd(lengthMs: number, beforeMs: number, nth: number): number | null {
    let [lastEndMs, found] = [Infinity, 0]
    for (let at = this.#seconds - 1; at >= 0; at -= 1) {
      const endMs = endOf(this.#secondAt(at) * secondMs, lengthMs)
      if (endMs >= beforeMs || endMs === lastEndMs) continue
      lastEndMs = endMs
      found += 1
      if (found === nth) return endMs
    }
    return null
  }

  /** Ends of candles of a length in which something traded, that lie before a moment. */
  countCandleEnds(lengthMs: number, beforeMs: number): number {
    let [lastEndMs, found] = [-Infinity, 0]
    for (let at = 0; at < this.#seconds; at += 1) {
      const endMs = endOf(this.#secondAt(at) * secondMs, lengthMs)
      if (endMs >= beforeMs) break
      if (endMs !== lastEndMs) found += 1
      lastEndMs = endMs
    }
    return found
  }

  /** Where the candle ends in which the newest trade fell; null before the first. */
  newestCandleEnd(lengthMs: number): number | null {
    return this.#seconds === 0
      ? null
      : endOf(this.#secondAt(this.#seconds - 1) * secondMs, lengthMs)
  }

  #playTo(atMs: number, mostTrades: number): boolean {
    const before = this.#trades
    const isMore = this.replay.playTo(atMs, mostTrades)
    if (!isMore) this.#place = { to: 'moment', atMs }
    else if (this.#trades > before) this.#place = { to: 'trade', count: this.#trades }
    return isMore
  }

  #playTrades(place: Exclude<Place, { readonly to: 'moment' }>, mostTrades: number): boolean {
    for (let left = mostTrades; left > 0;) {
      const missing = this.#missing(place)
      if (missing <= 0 || this.isOver) return false
      const before = this.#trades
      const share = Math.min(missing, left)
      this.replay.playTo(Infinity, share)
      left -= Math.max(1, share)
      if (this.#trades > before) this.#place = { to: 'trade', count: this.#trades }
    }
    return this.#missing(place) > 0 && !this.isOver
  }

  /** Trades that may be played at once without passing a place; 0 at it. */
  #missing(place: Exclude<Place, { readonly to: 'moment' }>): number {
    if (place.to === 'trade') return place.count - this.#trades
    const { tradesPerCandle, count } = place
    if (this.tickCandles(tradesPerCandle) >= count) return 0
    let fewest = this.#counts.size < this.#dayOf.size ? tradesPerCandle : Infinity
    for (const counts of this.#counts.values()) {
      const trades = counts.at(-1)?.trades ?? 0
      fewest = Math.min(fewest, tradesPerCandle - (trades % tradesPerCandle))
    }
    return fewest
  }

  #note(trade: Trade): void {
    this.#countOf(trade).trades += 1
    this.#played += 1
    const { atMs } = this.replay.cursor
    if (atMs < this.options.fromMs) return
    this.#trades += 1
    this.#lastTrade = trade
    const second = Math.floor(atMs / secondMs)
    if (this.#seconds > 0 && this.#secondAt(this.#seconds - 1) === second) return
    const { seconds } = this.options.log
    if (this.#seconds === seconds.length) seconds.push(second)
    this.#seconds += 1
  }

  #secondAt(at: number): number {
    return this.options.log.seconds[at] ?? -Infinity
  }

  #takeUp({ counts, seconds, trades, played, lastTrade }: PlayedDayStanding): void {
    for (const [id, each] of structuredClone(counts)) this.#counts.set(id, [...each])
    this.#seconds = seconds
    this.#trades = trades
    this.#played = played
    this.#lastTrade = lastTrade
    if (trades > 0) this.#place = { to: 'trade', count: trades }
  }

  #countOf({ instrument, eventMs }: Trade): DayCount {
    const counts = this.#counts.get(instrument) ?? []
    const known = counts.find(({ day }) => eventMs >= day.fromMs && eventMs < day.toMs)
    if (known !== undefined) return known
    const begun: DayCount = { day: (this.#dayOf.get(instrument) ?? utcDay)(eventMs), trades: 0 }
    counts.push(begun)
    this.#counts.set(instrument, counts)
    return begun
  }
}

/** The stretch around a moment over which counting begins at the same moment, on the tape's clock. */
export function dayAround(instruments: readonly TapeInstrument[], atMs: number): TapeRange {
  const rules = [utcDay, ...instruments.map(({ dayOf }) => dayOf)]
  const countingMs = countingFrom(instruments, atMs)
  const isSame = (ms: number) => countingFrom(instruments, ms) === countingMs
  const beginOf = (ms: number) => Math.max(...rules.map((dayOf) => dayOf(ms).fromMs))
  const endingOf = (ms: number) => Math.min(...rules.map((dayOf) => dayOf(ms).toMs))
  let [fromMs, toMs] = [beginOf(atMs), endingOf(atMs)]
  while (isSame(fromMs - 1)) fromMs = beginOf(fromMs - 1)
  while (isSame(toMs)) toMs = endingOf(toMs)
  return { fromMs, toMs }
}

/** Whole candles of so many trades each, over all instruments and their days. */
export function wholeCandles(counts: PlayedDayStanding['counts'], tradesPerCandle: number): number {
  let whole = 0
  for (const each of counts.values())
    for (const { trades } of each) whole += Math.floor(trades / tradesPerCandle)
  return whole
}

function endOf(atMs: number, lengthMs: number): number {
  return (Math.floor(atMs / lengthMs) + 1) * lengthMs
}
