import { assertNever } from '../../core/invariant.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { DayCheckpoints, type Checkpoint } from './day-checkpoints.ts'
import {
  dayAround,
  PlayedDay,
  wholeCandles,
  type Place,
  type PlayedDayOptions
} from './played-day.ts'
import type { TapeView } from './tape-replay.ts'
import type { TapeRange, TapeSource } from './tape-source.ts'

/** What is stepped by: trades of any played instrument, or candles. */
export type StepUnit = { readonly kind: 'trade' } | IntervalSpec

/** A place on the whole tape: the day that holds a moment, and the place in it. */
export type TapePlace = { readonly dayMs: number; readonly place: Place }

/**
 * Where the cursor is on its way to. `forth`: so many candles further. `back`: to the place that so many
 * trades, or ends of candles, of a day follow.
 */
type Goal =
  | Place
  | { readonly to: 'forth'; readonly lengthMs: number; readonly count: number }
  | { readonly to: 'back'; readonly unit: StepUnit; readonly after: number }

export type TapeCursorOptions = {
  readonly source: TapeSource
  readonly intervals: readonly IntervalSpec[]
  readonly view: TapeView
  /** On the tape's clock; both ends finite. */
  readonly range: TapeRange
  /** So many trades are played again at most where the tape was played before; Infinity: all, and nothing is played ahead. */
  readonly tradesPerCheckpoint: number
  /** Has the same tape read a second time, to be played ahead. */
  readonly openAhead: () => TapeSource
}

/**
 * A cursor on a tape that is played day by day: it goes to a moment, or some trades or candles forth or
 * back, in as many turns as its owner likes. At a place all is as if everything before it had been played.
 *
 * The end of a candle is that of its time on the tape's clock; candles without a trade are passed over. A candle of N trades
 * ends with its last one.
 */
export class TapeCursor {
  readonly #options: TapeCursorOptions
  readonly #checkpoints: DayCheckpoints
  #day: PlayedDay
  #goal: Goal | null
  /** Plays the day ahead, unseen; null while nothing was asked for. */
  #ahead: PlayedDay | null = null
  #aheadSource: TapeSource | null = null

  /** @param at Where it goes first; left out: to the range's begin. */
  constructor(options: TapeCursorOptions, at?: TapePlace) {
    const { range } = options
    this.#options = options
    this.#checkpoints = new DayCheckpoints(options.tradesPerCheckpoint)
    this.#day = this.#begin(at?.dayMs ?? range.fromMs, isNone)
    this.#goal = at?.place ?? { to: 'moment', atMs: range.fromMs }
  }

  /** The day that is played. It is another object once it began anew. */
  get day(): PlayedDay {
    return this.#day
  }

  /** The tape's clock, epoch ms; on the way, as far as it came. */
  get atMs(): number {
    return this.#day.atMs
  }

  get isMoving(): boolean {
    return this.#goal !== null
  }

  /** The range is played. */
  get isOver(): boolean {
    return this.#day.isOver && this.#isLast
  }

  /** Where it stands, or is on its way to in the same manner. */
  get place(): TapePlace {
    const goal = this.#goal
    const place =
      goal === null || goal.to === 'forth' || goal.to === 'back' ? this.#day.place : goal
    return { dayMs: this.#day.options.day.fromMs, place }
  }

  /** Begins to go to a moment, cut to the range, by the shortest way that is known. */
  goTo(atMs: number): void {
    const { fromMs, toMs } = this.#options.range
    const cutMs = Math.min(Math.max(atMs, fromMs), toMs)
    const isBefore = (each: Checkpoint) => each.replay.atMs <= cutMs
    if (cutMs < this.atMs || this.#isOutside(cutMs)) this.#day = this.#begin(cutMs, isBefore)
    else this.#skipTo(isBefore)
    this.#goal = { to: 'moment', atMs: cutMs }
  }

  /** Begins to play on to a moment that is not before, of the day or its end, and leaves nothing out. */
  follow(atMs: number): void {
    const endMs = Math.min(atMs, this.#day.options.toMs)
    if (this.#isOutside(endMs)) this.#day = this.#begin(endMs, isNone)
    this.#goal = { to: 'moment', atMs: endMs }
  }

  /** Stays where it is. */
  halt(): void {
    this.#goal = null
  }

  /** Begins to go so many trades or candles forth, or back where below zero. */
  step(unit: StepUnit, count: number): void {
    if (count < 0) this.#stepBack(unit, -count)
    else this.#goal = this.#forth(unit, count)
  }

  /** Goes on, so many trades at most. @returns false when it is there. */
  advance(mostTrades: number): boolean {
    if (this.#goal !== null) this.#advance(this.#goal, mostTrades)
    this.#checkpoints.note(this.#day)
    return this.isMoving
  }

  #advance(goal: Goal, mostTrades: number): void {
    switch (goal.to) {
      case 'moment':
        if (!this.#day.play(goal, mostTrades)) this.#goal = null
        break
      case 'trade':
      case 'tick':
        if (!this.#day.play(goal, mostTrades)) this.#goal = this.#rest(goal)
        break
      case 'forth':
        this.#advanceForth(goal, mostTrades)
        break
      case 'back':
        if (!this.#day.play({ to: 'trade', count: Infinity }, mostTrades)) this.#turnBack(goal)
        break
      default:
        assertNever(goal)
    }
  }

  /**
   * Plays the day on from the last place of it that is known, so many trades at most: unseen, so that it
   * can be taken up there.
   *
   * @returns false when the day is known to its end.
   */
  prepare(mostTrades: number): boolean {
    if (this.#options.tradesPerCheckpoint === Infinity) return false
    const { options } = this.#day
    const newest = this.#checkpoints.find(options.day, () => true)
    const isElsewhere = this.#ahead?.options.day.fromMs !== options.day.fromMs
    if (this.#ahead === null || isElsewhere || this.#ahead.played < (newest?.played ?? 0)) {
      this.#aheadSource ??= this.#options.openAhead()
      const ahead = { ...options, source: this.#aheadSource }
      const again = newest === null ? null : this.#open(ahead, newest)
      this.#ahead = again ?? new PlayedDay(ahead)
    }
    const isMore = this.#ahead.play({ to: 'trade', count: Infinity }, mostTrades)
    this.#ahead.replay.takeChangedCandles()
    this.#checkpoints.note(this.#ahead)
    return isMore
  }

  get #isLast(): boolean {
    return this.#day.options.toMs >= this.#options.range.toMs
  }

  #isOutside(atMs: number): boolean {
    const { day } = this.#day.options
    return atMs < day.fromMs || (atMs >= day.toMs && !this.#isLast)
  }

  /** Goes on from a later place of the day, where one is known that is accepted. */
  #skipTo(accepts: (checkpoint: Checkpoint) => boolean): void {
    const { options, played } = this.#day
    const found = this.#checkpoints.find(options.day, accepts)
    if (found !== null && found.played > played) this.#day = this.#open(options, found) ?? this.#day
  }

  /** Null where rows were moved into files since: no place of the day is known any more. */
  #open(options: PlayedDayOptions, from: Checkpoint): PlayedDay | null {
    const day = new PlayedDay(options, from)
    if (day.replay.isWhole) return day
    this.#checkpoints.forget(options.day)
    return null
  }

  /** @param accepts From where the day may be taken up, rather than from its begin. */
  #begin(atMs: number, accepts: (checkpoint: Checkpoint) => boolean): PlayedDay {
    const { source, intervals, view, range } = this.#options
    // What ends the range belongs to its last day.
    const withinMs = atMs < range.toMs ? atMs : Math.max(range.fromMs, range.toMs - 1)
    const day = dayAround(source.instruments, withinMs)
    const fromMs = Math.max(day.fromMs, range.fromMs)
    const toMs = Math.min(day.toMs, range.toMs)
    const log = this.#checkpoints.logOf(day)
    const from = this.#checkpoints.find(day, accepts)
    const options = { source, intervals, view, day, fromMs, toMs, log }
    return (from === null ? null : this.#open(options, from)) ?? new PlayedDay(options)
  }

  #forth(unit: StepUnit, count: number): Goal {
    const day = this.#day
    if (unit.kind === 'trade') return { to: 'trade', count: day.trades + count }
    if (unit.kind === 'time') return { to: 'forth', lengthMs: unit.lengthMs, count }
    const { tradesPerCandle } = unit
    return { to: 'tick', tradesPerCandle, count: day.tickCandles(tradesPerCandle) + count }
  }

  /** What is left of a goal when its day is over; null when it is reached, or nothing follows. */
  #rest(goal: Exclude<Place, { readonly to: 'moment' }>): Goal | null {
    const day = this.#day
    const have = goal.to === 'trade' ? day.trades : day.tickCandles(goal.tradesPerCandle)
    if (have >= goal.count || this.#isLast) return null
    this.#day = this.#begin(day.options.toMs, isNone)
    return { ...goal, count: goal.count - have }
  }

  #advanceForth(goal: Goal & { readonly to: 'forth' }, mostTrades: number): void {
    const { lengthMs, count } = goal
    const endMs = this.#day.newestCandleEnd(lengthMs) ?? -Infinity
    if (endMs <= this.atMs) {
      const isMore = this.#day.play({ to: 'trade', count: this.#day.trades + 1 }, mostTrades)
      if (isMore || !this.#day.isOver) return
      if (this.#isLast) this.#goal = null
      else this.#day = this.#begin(this.#day.options.toMs, isNone)
      return
    }
    const cutMs = Math.min(endMs, this.#options.range.toMs)
    if (this.#isOutside(cutMs)) this.#day = this.#begin(cutMs, isNone)
    if (this.#day.play({ to: 'moment', atMs: cutMs }, mostTrades)) return
    this.#goal = count > 1 ? { ...goal, count: count - 1 } : null
  }

  #stepBack(unit: StepUnit, count: number): void {
    const day = this.#day
    if (unit.kind === 'time') {
      const endMs = day.candleEnd(unit.lengthMs, this.atMs, count)
      if (endMs === null)
        this.#goBefore(unit, count - 1 - day.countCandleEnds(unit.lengthMs, this.atMs))
      else this.goTo(endMs)
      return
    }
    const isBetween = unit.kind === 'tick' && !day.isAtTickEnd(unit.tradesPerCandle)
    this.#goBack(unit, countOf(day, unit) - count + (isBetween ? 1 : 0))
  }

  /** To so many trades or candles of the day; what is below 1 is counted from the end of the day before. */
  #goBack(unit: Exclude<StepUnit, { readonly kind: 'time' }>, count: number): void {
    if (count < 1) {
      this.#goBefore(unit, -count)
      return
    }
    const isBefore = (each: Checkpoint) => countAt(each, unit) < count
    this.#day = this.#begin(this.#day.options.fromMs, isBefore)
    this.#goal =
      unit.kind === 'trade'
        ? { to: 'trade', count }
        : { to: 'tick', tradesPerCandle: unit.tradesPerCandle, count }
  }

  #goBefore(unit: StepUnit, after: number): void {
    const { fromMs } = this.#day.options
    if (fromMs <= this.#options.range.fromMs) {
      this.goTo(fromMs)
      return
    }
    this.#day = this.#begin(fromMs - 1, () => true)
    this.#goal = { to: 'back', unit, after }
  }

  /** The day is played to its end: now it is known what lies before it. */
  #turnBack({ unit, after }: Goal & { readonly to: 'back' }): void {
    const day = this.#day
    const { toMs } = day.options
    if (unit.kind === 'time') {
      const endMs = day.candleEnd(unit.lengthMs, toMs + 1, after + 1)
      const had = day.countCandleEnds(unit.lengthMs, toMs + 1)
      if (endMs === null) this.#goBefore(unit, after - had)
      else this.goTo(endMs)
      return
    }
    this.#goBack(unit, countOf(day, unit) - after)
  }
}

function isNone(): boolean {
  return false
}

function countAt(
  { trades, counts }: Checkpoint,
  unit: Exclude<StepUnit, { readonly kind: 'time' }>
): number {
  return unit.kind === 'trade' ? trades : wholeCandles(counts, unit.tradesPerCandle)
}

function countOf(day: PlayedDay, unit: Exclude<StepUnit, { readonly kind: 'time' }>): number {
  return unit.kind === 'trade' ? day.trades : day.tickCandles(unit.tradesPerCandle)
}
