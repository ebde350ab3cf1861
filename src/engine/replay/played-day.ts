import type { Trade } from '../../core/market/event.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { utcDay, type DayRule, type TradingDay } from '../../core/market/trading-day.ts'
import { countingFrom, TapeReplay, type TapeView } from './tape-replay.ts'
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
  /** Seconds of the tape's clock in which something traded, ascending. Bound: those of a day. */
  readonly #seconds: number[] = []
  #trades = 0
  #lastTrade: Trade | null = null
  #place: Place

  constructor(options: PlayedDayOptions) {
    const { source, intervals, view, day, fromMs, toMs } = options
    this.options = options
    this.#place = { to: 'moment', atMs: fromMs }
    this.#dayOf = new Map(source.instruments.map(({ instrument, dayOf }) => [instrument.id, dayOf]))
    const countsFromMs = countingFrom(source.instruments, day.fromMs)
    this.replay = new TapeReplay({
      source,
      intervals,
      view,
      range: { fromMs: countsFromMs, toMs },
      countsFromMs,
      listener: {
        trade: (trade) => this.#note(trade),
        mark: () => undefined,
        candles: () => undefined
      },
      keepsCandles: true,
      awaitsEnd: true
    })
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
    let whole = 0
    for (const counts of this.#counts.values())
      for (const { trades } of counts) whole += Math.floor(trades / tradesPerCandle)
    return whole
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
    for (let at = this.#seconds.length - 1; at >= 0; at -= 1) {
      const endMs = endOf((this.#seconds[at] ?? 0) * secondMs, lengthMs)
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
    for (const second of this.#seconds) {
      const endMs = endOf(second * secondMs, lengthMs)
      if (endMs >= beforeMs) break
      if (endMs !== lastEndMs) found += 1
      lastEndMs = endMs
    }
    return found
  }

  /** Where the candle ends in which the newest trade fell; null before the first. */
  newestCandleEnd(lengthMs: number): number | null {
    const second = this.#seconds.at(-1)
    return second === undefined ? null : endOf(second * secondMs, lengthMs)
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
    const { atMs } = this.replay.cursor
    if (atMs < this.options.fromMs) return
    this.#trades += 1
    this.#lastTrade = trade
    const second = Math.floor(atMs / secondMs)
    if (this.#seconds.at(-1) !== second) this.#seconds.push(second)
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

function endOf(atMs: number, lengthMs: number): number {
  return (Math.floor(atMs / lengthMs) + 1) * lengthMs
}
