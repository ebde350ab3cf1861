import type Database from 'better-sqlite3'
import type { Candle } from '../../core/market/candle.ts'
import type { IntervalSpec } from '../../core/market/interval.ts'
import { timeIntervals } from '../../core/market/interval.ts'
import type { TickCandleRow, TickSpec, TimeCandleRow, TimeSpec } from './candle-record.ts'
import { contentColumns, timeSpec, tickCandleFrom, timeCandleFrom } from './candle-record.ts'
import type { Derived } from '../../core/market/derived-candles.ts'
import { deriveCandles } from '../../core/market/derived-candles.ts'
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
  readonly #ticksFrom: Database.Statement<unknown[], TickCandleRow>
  readonly #firstSlot: Database.Statement<unknown[], number>
  readonly #firstForming: Database.Statement<unknown[], number>
  readonly #firstFormingTick: Database.Statement<unknown[], [dayMs: number, place: number]>
  readonly #nextLength: Database.Statement<unknown[], number>

  constructor(database: Database.Database) {
    const time = (sql: string) =>
      database
        .prepare<unknown[], TimeCandleRow>(`SELECT slot, ${contentColumns} FROM any_candle ${sql}`)
        .raw()
    const tickColumns = `day_ms, place, open_ms, close_ms, ${contentColumns}`
    const tick = (sql: string) =>
      database
        .prepare<unknown[], TickCandleRow>(`SELECT ${tickColumns} FROM any_tick_candle ${sql}`)
        .raw()
    const value = (sql: string) => database.prepare<unknown[], number>(sql).pluck()
    this.#time = time(
      `WHERE instrument = ? AND interval = ? AND slot >= ? AND slot < ?
       ORDER BY slot DESC, final LIMIT ?`
    )
    this.#tick = tick(
      `WHERE instrument = ? AND length = ? AND day_ms >= ? AND day_ms < ?
       AND open_ms >= ? AND open_ms < ? ORDER BY day_ms DESC, place DESC, final LIMIT ?`
    )
    this.#ticksFrom = tick(
      `WHERE instrument = ? AND length = ? AND (day_ms, place) >= (?, ?)
       ORDER BY day_ms DESC, place DESC, final LIMIT ${mostSeeds}`
    )
    this.#firstSlot = value(
      'SELECT slot FROM any_candle WHERE instrument = ? AND interval = ? ORDER BY slot LIMIT 1'
    )
    this.#firstForming = value(
      'SELECT slot FROM forming_candle WHERE instrument = ? AND interval = ? ORDER BY slot LIMIT 1'
    )
    this.#firstFormingTick = database
      .prepare<unknown[], [dayMs: number, place: number]>(
        `SELECT day_ms, place FROM forming_tick_candle WHERE instrument = ? AND length = ?
         ORDER BY day_ms, place LIMIT 1`
      )
      .raw()
    this.#nextLength = value(
      `SELECT length FROM any_tick_candle WHERE instrument = ? AND length > ?
       ORDER BY length LIMIT 1`
    )
  }

  /** The newest `limit` candles that open in a range, oldest first; derived where not stored. */
  newest(of: StoredInstrument, spec: IntervalSpec, range: TimeRange, limit: number): Derived {
    return spec.kind === 'time'
      ? this.#newestTimes(of, spec, range, limit)
      : this.#newestTicks(of, spec, range, limit)
  }

  /**
   * The newest stored candle, every one that is not final, and what lies between, built from trades;
   * newest first.
   */
  open(of: StoredInstrument, spec: IntervalSpec): Candle[] {
    const candles = spec.kind === 'time' ? this.#openTimes(of, spec) : this.#openTicks(of, spec)
    return candles.filter(({ source }) => source === 'trades')
  }

  #openTimes(of: StoredInstrument, spec: TimeSpec): Candle[] {
    const all = { fromMs: -Infinity, toMs: Infinity }
    const [newest] = this.#times(of, spec, all, 1)
    if (newest === undefined) return []
    const forming = this.#firstForming.get(of.row, spec.lengthMs / 1_000) ?? Infinity
    const fromMs = Math.min(newest.openMs, forming * spec.lengthMs)
    return [...this.#times(of, spec, { fromMs, toMs: Infinity }, mostSeeds)]
  }

  #openTicks(of: StoredInstrument, spec: TickSpec): Candle[] {
    const all = { fromMs: -Infinity, toMs: Infinity }
    const [newest] = this.#ticks(of, spec, all, 1)
    if (newest === undefined) return []
    const { dayMs, index } = newest
    const place = this.#firstFormingTick.get(of.row, spec.tradesPerCandle) ?? [dayMs, index]
    const first =
      place[0] < dayMs || (place[0] === dayMs && place[1] < index) ? place : [dayMs, index]
    const rows = this.#ticksFrom.all(of.row, spec.tradesPerCandle, ...first)
    return rows.map((row) => tickCandleFrom(of.id, spec, row))
  }

  /** Stored ones, and before the first stored one what finer candles tell. */
  #newestTimes(of: StoredInstrument, spec: TimeSpec, range: TimeRange, limit: number): Derived {
    const stored = [...this.#times(of, spec, range, limit + 1)]
    if (stored.length > limit) return { candles: stored.slice(0, limit).reverse(), complete: false }
    const toMs = Math.min(range.toMs, this.#firstMs(of, spec))
    const room = limit - stored.length
    const derived = this.#derivedTimes(of, spec, { fromMs: range.fromMs, toMs }, room)
    return { candles: [...derived.candles, ...stored.reverse()], complete: derived.complete }
  }

  /**
   * Each stretch from the coarsest interval that covers it whole; the very first candle from whatever
   * reaches back furthest.
   */
  #derivedTimes(of: StoredInstrument, spec: TimeSpec, range: TimeRange, limit: number): Derived {
    const align = (ms: number) => Math.ceil(ms / spec.lengthMs) * spec.lengthMs
    const sources = this.#finerThan(of, spec)
    const earliest = sources.toSorted((a, b) => a.firstMs - b.firstMs).slice(0, 1)
    const stretches = [
      ...sources.map((source) => ({ ...source, coversMs: align(source.firstMs) })),
      ...earliest.map((source) => ({ ...source, coversMs: -Infinity }))
    ]
    const found: Derived[] = []
    let room = limit
    let toMs = align(range.toMs)
    for (const { finer, coversMs } of stretches) {
      const fromMs = Math.max(align(range.fromMs), coversMs)
      if (fromMs >= toMs) continue
      const parts = this.#times(of, finer, { fromMs, toMs }, -1)
      const hasLater = toMs < align(range.toMs)
      const bounds = { finest: finestOf(of), limit: room, mostRead, hasLater }
      const derived = deriveCandles(parts, { spec, ...bounds })
      found.unshift(derived)
      room -= derived.candles.length
      toMs = fromMs
      if (!derived.complete) break
    }
    return {
      candles: found.flatMap(({ candles }) => candles),
      complete: found.every(({ complete }) => complete)
    }
  }

  /** Stored intervals that divide one, coarsest first, each with where it begins. */
  #finerThan(
    of: StoredInstrument,
    { lengthMs }: TimeSpec
  ): readonly { readonly finer: TimeSpec; readonly firstMs: number }[] {
    return timeIntervals
      .map(timeSpec)
      .filter((finer) => finer.lengthMs < lengthMs && lengthMs % finer.lengthMs === 0)
      .map((finer) => ({ finer, firstMs: this.#firstMs(of, finer) }))
      .filter(({ firstMs }) => firstMs < Infinity)
      .reverse()
  }

  /** Where an interval begins; Infinity when nothing of it is stored. */
  #firstMs(of: StoredInstrument, { lengthMs }: TimeSpec): number {
    return (this.#firstSlot.get(of.row, lengthMs / 1_000) ?? Infinity) * lengthMs
  }

  #newestTicks(of: StoredInstrument, spec: TickSpec, range: TimeRange, limit: number): Derived {
    const lengths = [...this.#tickLengths(of)]
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
      deriveCandles(parts, {
        spec,
        finest: finestOf(of),
        limit: mostRead,
        mostRead
      }),
      opensInRange,
      limit
    )
  }

  /** Newest first. A candle from trades that still forms hides the venue's of the same place. */
  *#times(
    of: StoredInstrument,
    spec: TimeSpec,
    range: TimeRange,
    limit: number
  ): Generator<Candle> {
    const fromSlot = Math.ceil(range.fromMs / spec.lengthMs)
    const toSlot = Math.ceil(range.toMs / spec.lengthMs)
    const rows = this.#time.iterate(of.row, spec.lengthMs / 1_000, fromSlot, toSlot, limit)
    let lastSlot: number | null = null
    for (const row of rows) {
      if (row[0] !== lastSlot) yield timeCandleFrom(of.id, spec, row)
      lastSlot = row[0]
    }
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

  *#tickLengths(of: StoredInstrument): Generator<number> {
    let length = this.#nextLength.get(of.row, 0)
    while (length !== undefined) {
      yield length
      length = this.#nextLength.get(of.row, length)
    }
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
