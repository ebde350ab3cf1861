import type Database from 'better-sqlite3'
import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { timeIntervals } from '../../core/market/interval.ts'
import type { TickCandleRow, TickSpec, TimeCandleRow, TimeSpec } from './candle-record.ts'
import { contentColumns, timeSpec, tickCandleFrom, timeCandleFrom } from './candle-record.ts'
import type { Derived } from './derived-candles.ts'
import { deriveCandles } from './derived-candles.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'

/** Finer candles read for one answer at most, about half a second. */
const mostRead = 1_000_000
/** Candles that one series can seed a run with; a run keeps far fewer open. */
const mostSeeds = 10_000
/** A trading day reaches at most this far: a weekend and a holiday. */
const longestDayMs = 5 * 86_400_000
/** Sizes finer than this are not expected where the venue names no lot size. */
const usualFinest = 1e-8

/** Reads stored candles; statements are kept. */
export class StoredCandlesTable {
  readonly #time: Database.Statement<unknown[], TimeCandleRow>
  readonly #tick: Database.Statement<unknown[], TickCandleRow>
  readonly #openTime: Database.Statement<unknown[], TimeCandleRow>
  readonly #openTick: Database.Statement<unknown[], TickCandleRow>
  readonly #firstSlot: Database.Statement<unknown[], number | null>
  readonly #tickLengths: Database.Statement<unknown[], number>

  constructor(database: Database.Database) {
    const timeColumns = `SELECT slot, ${contentColumns} FROM candle`
    const tickColumns = `SELECT day_ms, place, open_ms, close_ms, ${contentColumns} FROM tick_candle`
    const time = (sql: string) =>
      database.prepare<unknown[], TimeCandleRow>(`${timeColumns} ${sql}`).raw()
    const tick = (sql: string) =>
      database.prepare<unknown[], TickCandleRow>(`${tickColumns} ${sql}`).raw()
    this.#time = time(
      'WHERE instrument = ? AND interval = ? AND slot >= ? AND slot < ? ORDER BY slot DESC LIMIT ?'
    )
    this.#tick = tick(
      `WHERE instrument = ? AND length = ? AND day_ms >= ? AND day_ms < ?
       AND open_ms >= ? AND open_ms < ? ORDER BY day_ms DESC, place DESC LIMIT ?`
    )
    this.#openTime = time(
      `WHERE instrument = @instrument AND interval = @length AND source = 0 AND slot >= (
         SELECT min(slot) FROM (
           SELECT min(slot) AS slot FROM candle
           WHERE instrument = @instrument AND interval = @length AND final = 0
           UNION ALL SELECT max(slot) FROM candle
           WHERE instrument = @instrument AND interval = @length))
       ORDER BY slot DESC LIMIT ${mostSeeds}`
    )
    this.#openTick = tick(
      `WHERE instrument = @instrument AND length = @length AND source = 0 AND (day_ms, place) >= (
         SELECT day_ms, place FROM (
           SELECT * FROM (SELECT day_ms, place FROM tick_candle
             WHERE instrument = @instrument AND length = @length AND final = 0
             ORDER BY day_ms, place LIMIT 1)
           UNION ALL SELECT * FROM (SELECT day_ms, place FROM tick_candle
             WHERE instrument = @instrument AND length = @length
             ORDER BY day_ms DESC, place DESC LIMIT 1))
         ORDER BY day_ms, place LIMIT 1)
       ORDER BY day_ms DESC, place DESC LIMIT ${mostSeeds}`
    )
    this.#firstSlot = database
      .prepare<unknown[], number | null>(
        'SELECT min(slot) FROM candle WHERE instrument = ? AND interval = ?'
      )
      .pluck()
    this.#tickLengths = database
      .prepare<unknown[], number>('SELECT DISTINCT length FROM tick_candle WHERE instrument = ?')
      .pluck()
  }

  /** The newest `limit` candles that open in a range, oldest first; derived where not stored. */
  newest(of: StoredInstrument, spec: IntervalSpec, range: TimeRange, limit: number): Derived {
    return spec.kind === 'time'
      ? this.#newestTimes(of, spec, range, limit)
      : this.#newestTicks(of, spec, range, limit)
  }

  /** The newest stored candle, every one that is not final, and what lies between; newest first. */
  open(of: StoredInstrument, spec: IntervalSpec): Candle[] {
    if (spec.kind === 'time') {
      const rows = this.#openTime.all({ instrument: of.row, length: spec.lengthMs / 1_000 })
      return rows.map((row) => timeCandleFrom(of.id, spec, row))
    }
    const rows = this.#openTick.all({ instrument: of.row, length: spec.tradesPerCandle })
    return rows.map((row) => tickCandleFrom(of.id, spec, row))
  }

  /** Stored ones, and before the first stored one what finer candles tell. */
  #newestTimes(of: StoredInstrument, spec: TimeSpec, range: TimeRange, limit: number): Derived {
    const stored = [...this.#times(of, spec, range, limit + 1)]
    if (stored.length > limit) return { candles: stored.slice(0, limit).reverse(), complete: false }
    const firstSlot = this.#firstSlot.get(of.row, spec.lengthMs / 1_000) ?? null
    const storedFromMs = firstSlot === null ? Infinity : firstSlot * spec.lengthMs
    const before = { fromMs: range.fromMs, toMs: Math.min(range.toMs, storedFromMs) }
    const room = limit - stored.length
    if (before.fromMs >= before.toMs) return { candles: stored.reverse(), complete: true }
    const derived = this.#derivedTimes(of, spec, before, room)
    return { candles: [...derived.candles, ...stored.reverse()], complete: derived.complete }
  }

  #derivedTimes(of: StoredInstrument, spec: TimeSpec, range: TimeRange, limit: number): Derived {
    const { lengthMs } = spec
    const fromMs = Math.ceil(range.fromMs / lengthMs) * lengthMs
    const toMs = Math.ceil(range.toMs / lengthMs) * lengthMs
    for (const interval of [...timeIntervals].reverse()) {
      const finer = timeSpec(interval)
      if (finer.lengthMs >= lengthMs || lengthMs % finer.lengthMs !== 0) continue
      if (this.#firstSlot.get(of.row, finer.lengthMs / 1_000) === null) continue
      const parts = this.#times(of, finer, { fromMs, toMs }, -1)
      return deriveCandles(parts, { spec, finest: finestOf(of), limit, mostRead })
    }
    return { candles: [], complete: true }
  }

  #newestTicks(of: StoredInstrument, spec: TickSpec, range: TimeRange, limit: number): Derived {
    const lengths = this.#tickLengths.all(of.row)
    if (lengths.includes(spec.tradesPerCandle)) {
      const stored = [...this.#ticks(of, spec, range, limit + 1)]
      return { candles: stored.slice(0, limit).reverse(), complete: stored.length <= limit }
    }
    const finer = lengths
      .filter((length) => spec.tradesPerCandle % length === 0)
      .sort((a, b) => b - a)[0]
    if (finer === undefined) return { candles: [], complete: true }
    const finerSpec: TickSpec = { kind: 'tick', interval: `${finer}t`, tradesPerCandle: finer }
    const reached = { fromMs: range.fromMs - longestDayMs, toMs: range.toMs + longestDayMs }
    const parts = this.#ticks(of, finerSpec, reached, -1)
    const opensInRange = { ...range, spec }
    return withinRange(
      deriveCandles(parts, { spec, finest: finestOf(of), limit: mostRead, mostRead }),
      opensInRange,
      limit
    )
  }

  *#times(
    of: StoredInstrument,
    spec: TimeSpec,
    range: TimeRange,
    limit: number
  ): Generator<Candle> {
    const fromSlot = Math.ceil(range.fromMs / spec.lengthMs)
    const toSlot = Math.ceil(range.toMs / spec.lengthMs)
    const rows = this.#time.iterate(of.row, spec.lengthMs / 1_000, fromSlot, toSlot, limit)
    for (const row of rows) yield timeCandleFrom(of.id, spec, row)
  }

  *#ticks(
    of: StoredInstrument,
    spec: TickSpec,
    range: TimeRange,
    limit: number
  ): Generator<Candle> {
    const { fromMs, toMs } = range
    const days = [fromMs - longestDayMs, toMs]
    const rows = this.#tick.iterate(of.row, spec.tradesPerCandle, ...days, fromMs, toMs, limit)
    for (const row of rows) yield tickCandleFrom(of.id, spec, row)
  }
}

function withinRange(derived: Derived, range: TimeRange, limit: number): Derived {
  const inside = derived.candles.filter(
    ({ openMs }) => openMs >= range.fromMs && openMs < range.toMs
  )
  return {
    candles: inside.slice(-limit),
    complete: derived.complete && inside.length <= limit
  }
}

function finestOf(of: StoredInstrument): number {
  return Math.min(of.lotSize ?? usualFinest, usualFinest)
}
