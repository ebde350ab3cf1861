import type Database from 'better-sqlite3'
import { candleOf } from '../../core/market/candle-cell.ts'
import type { Candle } from '../../core/market/candle.ts'
import type { TradingDay } from '../../core/market/trading-day.ts'
import type { AuditRequest, CandleDifference, InstrumentAudit } from './audit-record.ts'
import type { TickCandleRow, TickSpec, TimeCandleRow, TimeSpec } from './candle-record.ts'
import {
  contentColumns,
  intervalSpec,
  isSameContent,
  tickCandleFrom,
  timeCandleFrom
} from './candle-record.ts'
import { dayRuleOf } from './day-rule.ts'
import { ForgottenStretches } from './forgotten-stretches.ts'
import { rebuildTickCandles, rebuildTimeCandles } from './rebuild-candles.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { StoredTrades, TimeRange } from './stored-trades.ts'

const dayLengthMs = 86_400_000
/** A third of a day divides by every interval up to 4h. */
const pieceMs = 28_800_000
/** Differences of one instrument that are told one by one. */
const mostListed = 100
const first = { major: -Infinity, minor: 0 }
const nothing: InstrumentAudit = { compared: 0, differences: 0, listed: [] }

/**
 * Holds stored candles against the trades that they were built from. Candles that still form and those of
 * venues are passed by, and so is all of an instrument whose trades cannot all be read.
 */
export class CandleAudit {
  readonly #trades: StoredTrades
  readonly #forgotten: ForgottenStretches
  readonly #times: Database.Statement<unknown[], TimeCandleRow>
  readonly #ticks: Database.Statement<unknown[], TickCandleRow>

  constructor(database: Database.Database, trades: StoredTrades) {
    this.#trades = trades
    this.#forgotten = new ForgottenStretches(database)
    this.#times = database
      .prepare<unknown[], TimeCandleRow>(
        `SELECT slot, ${contentColumns} FROM any_candle
         WHERE instrument = ? AND interval = ? AND slot >= ? AND slot < ? ORDER BY slot, final`
      )
      .raw()
    this.#ticks = database
      .prepare<unknown[], TickCandleRow>(
        `SELECT day_ms, place, open_ms, close_ms, ${contentColumns} FROM any_tick_candle
         WHERE instrument = ? AND length = ? AND day_ms = ? ORDER BY place, final`
      )
      .raw()
  }

  /** Compares the candles of a day. */
  compare(of: StoredInstrument, { dayMs, intervals, nowMs }: AuditRequest): InstrumentAudit {
    const before = this.#trades.cold.damages
    const range = { fromMs: dayMs, toMs: dayMs + dayLengthMs }
    const day = this.#dayIn(of, range, nowMs)
    const reached = { fromMs: Math.min(dayMs, day.fromMs), toMs: Math.max(range.toMs, day.toMs) }
    if (this.#forgotten.trades(of, reached).length > 0) return nothing
    const tally = new DifferenceTally()
    for (const spec of intervals.map(intervalSpec)) {
      const isTime = spec.kind === 'time'
      tally.compare(isTime ? this.#timesOf(of, spec, range) : [this.#ticksOf(of, spec, day)])
    }
    return this.#trades.cold.damages > before ? nothing : tally.result()
  }

  /** The day of tick candles that the newest trade of a range counts in, or the one before it that is over. */
  #dayIn(of: StoredInstrument, range: TimeRange, nowMs: number): TradingDay {
    const rule = dayRuleOf(of)
    const newest = this.#trades.newest(of, range, 1)[0]
    const day = rule(newest?.eventMs ?? range.fromMs)
    return day.toMs <= nowMs ? day : rule(day.fromMs - 1)
  }

  /** Some hours at a time, so that few candles are held. */
  *#timesOf(of: StoredInstrument, spec: TimeSpec, range: TimeRange): Generator<Compared> {
    const widthMs = Math.max(spec.lengthMs, pieceMs)
    for (let { fromMs } = range; fromMs < range.toMs; fromMs += widthMs) {
      yield this.#pieceOf(of, spec, { fromMs, toMs: Math.min(fromMs + widthMs, range.toMs) })
    }
  }

  #pieceOf(of: StoredInstrument, spec: TimeSpec, range: TimeRange): Compared {
    const { fromMs, toMs } = range
    const slots = [fromMs / spec.lengthMs, toMs / spec.lengthMs]
    const rows = this.#times.all(of.row, spec.lengthMs / 1_000, ...slots)
    const request = { kind: 'time', instrument: of.id, interval: spec.interval, ...range } as const
    const finality = { runNowMs: Infinity, graceMs: 0 }
    return {
      place: ({ openMs }) => openMs,
      stored: rows.map((row) => timeCandleFrom(of.id, spec, row)),
      build: () => rebuildTimeCandles(this.#trades, of, request, finality).map(candleOf)
    }
  }

  #ticksOf(of: StoredInstrument, spec: TickSpec, day: TradingDay): Compared {
    const { fromMs: dayMs } = day
    const rows = this.#ticks.all(of.row, spec.tradesPerCandle, dayMs)
    const series = { instrument: of.id, interval: spec.interval }
    const request = { kind: 'tick', ...series, dayMs, fromOrder: first } as const
    const rebuild = { request, day, finality: { runNowMs: Infinity, graceMs: 0 } }
    return {
      place: ({ index }) => index,
      stored: rows.map((row) => tickCandleFrom(of.id, spec, row)),
      build: () => rebuildTickCandles(this.#trades, of, rebuild).map(candleOf)
    }
  }
}

type Compared = {
  readonly place: (candle: Candle) => number
  /** By place; one that forms before the one that it will replace. */
  readonly stored: readonly Candle[]
  readonly build: () => readonly Candle[]
}

/** Counts differences, and keeps the first. */
class DifferenceTally {
  readonly #listed: CandleDifference[] = []
  #compared = 0
  #differences = 0

  /**
   * What was not collected has no candles; what came before the first stored one may not have been.
   *
   * @param pieces Of one series, oldest first.
   */
  compare(pieces: Iterable<Compared>): void {
    let earliest = Infinity
    for (const piece of pieces) {
      const [first] = piece.stored
      if (first !== undefined) earliest = Math.min(earliest, piece.place(first))
      if (earliest < Infinity) this.#comparePiece(piece, earliest)
    }
  }

  #comparePiece({ place, stored, build }: Compared, earliest: number): void {
    const left = new Map<number, Candle>()
    for (const candle of stored) if (!left.has(place(candle))) left.set(place(candle), candle)
    for (const built of build()) {
      const at = place(built)
      const known = left.get(at)
      left.delete(at)
      if (known === undefined) {
        if (at > earliest) this.#note({ finding: 'missing', stored: null, built })
      } else if (isComparable(known)) {
        this.#compared += 1
        if (!isSameContent(known, built)) this.#note({ finding: 'differs', stored: known, built })
      }
    }
    for (const extra of left.values()) {
      if (isComparable(extra)) this.#note({ finding: 'extra', stored: extra, built: null })
    }
  }

  result(): InstrumentAudit {
    return { compared: this.#compared, differences: this.#differences, listed: this.#listed }
  }

  #note(difference: CandleDifference): void {
    this.#differences += 1
    if (this.#listed.length < mostListed) this.#listed.push(difference)
  }
}

function isComparable({ final, source }: Candle): boolean {
  return final && source === 'trades'
}
