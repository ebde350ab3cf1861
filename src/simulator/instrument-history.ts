import { CandleFold } from './candle-fold.ts'
import { ColumnRing } from './column-ring.ts'
import { KeptTrades } from './kept-trades.ts'
import { historyMs, type MadeUpHistory } from './made-up-history.ts'
import type { SimCandle, SimInstrument, SimTrade } from './market.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
/** Minutes of live trading whose candles are kept. */
const keptMinutes = 1_440

/** The last 24 hours, as tickers show them. */
export type DayFigures = {
  readonly open: number
  readonly high: number
  readonly low: number
  /** Base units. */
  readonly volume: number
}

/**
 * What one instrument has done: its newest trades, a day of live minutes, and before the start what was
 * made up. Everything in it is bounded.
 */
export class InstrumentHistory {
  readonly #kept: KeptTrades
  readonly #minutes = new ColumnRing(6, keptMinutes)
  readonly #madeUp: MadeUpHistory | null
  readonly #startMs: number
  #day: DayFigures | null = null
  #dayMinute = NaN
  #last: SimTrade | null = null

  constructor(of: {
    readonly instrument: SimInstrument
    readonly keptTrades: number
    /** null: nothing is known of the time before the start. */
    readonly madeUp: MadeUpHistory | null
    readonly startMs: number
  }) {
    this.#kept = new KeptTrades(of.instrument, of.keptTrades)
    this.#madeUp = of.madeUp
    this.#startMs = of.startMs
  }

  get lastTrade(): SimTrade | null {
    return this.#last
  }

  /** Keeps a trade; one from before the start is shown as the newest but belongs to made-up candles. */
  add(trade: SimTrade): void {
    this.#kept.push(trade)
    this.#last = trade
    if (trade.eventMs < this.#startMs) return
    this.#addToMinute(trade)
    if (this.#day !== null) this.#day = withTrade(this.#day, trade)
  }

  /** Keeps so many more trades from now on. */
  makeRoom(trades: number): void {
    this.#kept.makeRoom(trades)
  }

  newest(limit: number): SimTrade[] {
    return this.#kept.newest(limit)
  }

  byId(fromId: number, toId: number): SimTrade[] {
    return this.#kept.byId(fromId, toId)
  }

  /**
   * Candles that open in [fromMs, toMs) and have begun by now; lengths that are no whole minutes are
   * built of kept trades only.
   */
  candles(of: {
    readonly lengthMs: number
    readonly fromMs: number
    readonly toMs: number
    readonly nowMs: number
  }): readonly SimCandle[] {
    const fold = new CandleFold(of.lengthMs)
    const firstMs = Math.ceil(of.fromMs / of.lengthMs) * of.lengthMs
    const endMs = Math.min(Math.ceil(of.toMs / of.lengthMs) * of.lengthMs, of.nowMs + 1)
    if (of.lengthMs % minuteMs === 0) {
      this.#eachMinute(firstMs, endMs, (candle) => {
        fold.add(candle)
      })
    } else {
      for (const trade of this.#kept.byTime(Math.max(firstMs, this.#startMs), endMs)) {
        fold.add(candleOf(trade))
      }
    }
    return fold.finish()
  }

  /** The 24 hours before now; null while nothing ever traded. Looked up once a minute. */
  day(nowMs: number): DayFigures | null {
    const minute = Math.floor(nowMs / minuteMs)
    if (minute !== this.#dayMinute) {
      this.#dayMinute = minute
      this.#day = this.#sumDay(nowMs)
    }
    if (this.#day === null && this.#last !== null) this.#day = dayOf(this.#last)
    return this.#day
  }

  #sumDay(nowMs: number): DayFigures | null {
    const fold = new CandleFold(Number.MAX_SAFE_INTEGER)
    this.#eachMinute(Math.floor((nowMs - dayMs) / minuteMs) * minuteMs, nowMs + 1, (candle) => {
      fold.add(candle)
    })
    return fold.finish()[0] ?? null
  }

  /** In ascending order; the minute of the start may come in two parts. */
  #eachMinute(fromMs: number, endMs: number, tell: (candle: SimCandle) => void): void {
    if (this.#madeUp !== null) {
      const firstMs = Math.max(
        fromMs,
        Math.floor((this.#startMs - historyMs) / minuteMs) * minuteMs
      )
      for (let openMs = firstMs; openMs < Math.min(endMs, this.#startMs); openMs += minuteMs) {
        const candle = this.#madeUp.minute(openMs)
        if (candle !== null) tell(candle)
      }
    }
    for (let row = 0; row < this.#minutes.length; row += 1) {
      const openMs = this.#minutes.get(row, 0)
      if (openMs >= fromMs && openMs < endMs) tell(this.#minuteAt(row))
    }
  }

  #addToMinute(trade: SimTrade): void {
    const minutes = this.#minutes
    const openMs = Math.floor(trade.eventMs / minuteMs) * minuteMs
    let row = minutes.length - 1
    while (row >= 0 && minutes.get(row, 0) > openMs) row -= 1
    if (row < 0 || minutes.get(row, 0) !== openMs) {
      const { price, size } = trade
      // A tape's late trade whose minute was never opened joins the oldest minute after it.
      if (row === minutes.length - 1) {
        minutes.push([openMs, price, price, price, price, size])
        return
      }
      row += 1
    }
    if (trade.price > minutes.get(row, 2)) minutes.set(row, 2, trade.price)
    if (trade.price < minutes.get(row, 3)) minutes.set(row, 3, trade.price)
    minutes.set(row, 4, trade.price)
    minutes.set(row, 5, minutes.get(row, 5) + trade.size)
  }

  #minuteAt(row: number): SimCandle {
    const minutes = this.#minutes
    return {
      openMs: minutes.get(row, 0),
      open: minutes.get(row, 1),
      high: minutes.get(row, 2),
      low: minutes.get(row, 3),
      close: minutes.get(row, 4),
      volume: minutes.get(row, 5)
    }
  }
}

function candleOf({ eventMs, price, size }: SimTrade): SimCandle {
  return { openMs: eventMs, open: price, high: price, low: price, close: price, volume: size }
}

function dayOf({ price, size }: SimTrade): DayFigures {
  return { open: price, high: price, low: price, volume: size }
}

function withTrade(day: DayFigures, { price, size }: SimTrade): DayFigures {
  return {
    open: day.open,
    high: Math.max(day.high, price),
    low: Math.min(day.low, price),
    volume: day.volume + size
  }
}
