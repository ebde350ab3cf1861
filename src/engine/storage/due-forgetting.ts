import type Database from 'better-sqlite3'
import { timeIntervals, type TimeInterval } from '../../core/market/interval.ts'
import { timeSpec } from './candle-record.ts'
import { ForgettableHours } from './forgettable-hours.ts'
import type { Forgetting, RetentionRule } from './retention-rule.ts'
import { hourMs } from './sealed-hour.ts'
import { StoredTickSeries } from './tick-series.ts'

const dayMs = 86_400_000
/** Trades and candles so young are kept whatever the terms: today's tick candles count on yesterday's end. */
const leastAgeMs = 2 * dayMs
/** A replay looks for marks so long before the first trade that it plays. */
const marksBeforeMs = 7 * dayMs
/** For want of room these go together with trades, oldest day first, before any others do. */
const fineIntervals: readonly TimeInterval[] = ['1s', '5s', '15s']
const middleIntervals: readonly TimeInterval[] = ['1m', '5m', '15m']
/** Free pages are given back from this share of the file on, and from these many. */
const freeShare = 0.2
const leastFreePages = 16_384
const leftShare = 0.05
/** `auto_vacuum = INCREMENTAL`, without which pages cannot be given back. */
const incremental = 2

/**
 * Finds what is to be deleted next: what is too old, then the oldest of what there is no room for. Ages
 * count from the newest stored trade where the clock is ahead of it: a clock that went astray, or a
 * pause of weeks, deletes nothing.
 */
export class DueForgetting {
  readonly #database: Database.Database
  readonly #hours: ForgettableHours
  readonly #ticks: StoredTickSeries
  readonly #firstSlot: Database.Statement<unknown[], number | null>
  readonly #hasMarks: Database.Statement<unknown[], number>
  readonly #hasIncidents: Database.Statement<unknown[], number>
  readonly #firstTradeHour: Database.Statement<unknown[], number | null>
  readonly #newestTradeHour: Database.Statement<unknown[], number | null>
  readonly #tapeBytes: Database.Statement<unknown[], number>

  constructor(database: Database.Database) {
    this.#database = database
    this.#hours = new ForgettableHours(database)
    this.#ticks = new StoredTickSeries(database)
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#firstSlot = value(
      `SELECT min(first) FROM (SELECT (SELECT min(slot) FROM candle c
         WHERE c.instrument = i.id AND c.interval = ?) AS first FROM instrument i)`
    )
    this.#hasMarks = value('SELECT EXISTS (SELECT 1 FROM mark WHERE at_ms < ?)')
    this.#hasIncidents = value(
      "SELECT EXISTS (SELECT 1 FROM incident WHERE began_ms < ? AND state <> 'open')"
    )
    const extreme = (which: 'min' | 'max') =>
      value<number | null>(
        `SELECT ${which}(hour) FROM (
           SELECT (SELECT ${which}(hour) FROM trade t WHERE t.instrument = i.id) AS hour
           FROM instrument i UNION ALL
           SELECT (SELECT ${which}(hour) FROM tape_stretch t WHERE t.instrument = i.id)
           FROM instrument i)`
      )
    this.#firstTradeHour = extreme('min')
    this.#newestTradeHour = extreme('max')
    this.#tapeBytes = value('SELECT ifnull(sum(bytes), 0) FROM tape_file WHERE replaced_ms IS NULL')
  }

  /** The next step; null when all is as the rule wants it, or nothing more may go. */
  next(rule: RetentionRule): Forgetting | null {
    const newestMs = ((this.#newestTradeHour.get() ?? -Infinity) + 1) * hourMs
    const sane = { ...rule, nowMs: Math.min(rule.nowMs, newestMs) }
    return this.#tooOld(sane) ?? this.#tooMuch(sane) ?? this.#freePages(sane)
  }

  /** Bytes that are in use, of database and tape files. */
  usedBytes(): number {
    const pages = this.#pragma('page_count') - this.#pragma('freelist_count')
    return (this.#tapeBytes.get() ?? 0) + pages * this.#pragma('page_size')
  }

  #tooOld(rule: RetentionRule): Forgetting | null {
    return (
      this.#oldHour(rule) ??
      this.#oldCandles(rule) ??
      this.#oldTicks(rule) ??
      this.#oldMarks(rule) ??
      this.#oldIncidents(rule)
    )
  }

  #oldHour({ nowMs, tradesMs }: RetentionRule): Forgetting | null {
    if (tradesMs === null) return null
    const found = this.#hours.oldest(nowMs - Math.max(tradesMs, leastAgeMs))
    return found === null ? null : { kind: 'hour', ...found }
  }

  #oldCandles({ nowMs, candlesMs }: RetentionRule): Forgetting | null {
    for (const interval of timeIntervals) {
      const ageMs = candlesMs[interval]
      if (ageMs === undefined) continue
      const toMs = startOfDay(nowMs - Math.max(ageMs, leastAgeMs))
      if (this.#firstOf(interval) < toMs) return { kind: 'candles', interval, toMs }
    }
    return null
  }

  #oldTicks({ nowMs, ticksMs }: RetentionRule): Forgetting | null {
    if (ticksMs === null) return null
    const toMs = startOfDay(nowMs - Math.max(ticksMs, leastAgeMs))
    return this.#firstTicks() < toMs ? { kind: 'ticks', toMs } : null
  }

  #oldMarks({ nowMs, marksMs }: RetentionRule): Forgetting | null {
    if (marksMs === null) return null
    const firstTradeMs = (this.#firstTradeHour.get() ?? Infinity) * hourMs
    const toMs = startOfDay(Math.min(nowMs - marksMs, firstTradeMs - marksBeforeMs))
    return this.#hasMarks.get(toMs) === 1 ? { kind: 'marks', toMs } : null
  }

  #oldIncidents({ nowMs, incidentsMs }: RetentionRule): Forgetting | null {
    if (incidentsMs === null) return null
    const toMs = startOfDay(nowMs - incidentsMs)
    return this.#hasIncidents.get(toMs) === 1 ? { kind: 'incidents', toMs } : null
  }

  #tooMuch({ nowMs, mostBytes }: RetentionRule): Forgetting | null {
    if (mostBytes === null || this.usedBytes() <= mostBytes) return null
    const keptMs = startOfDay(nowMs - leastAgeMs)
    const hour = this.#hours.oldest(keptMs)
    const fine = this.#oldestDay(fineIntervals, keptMs)
    if (hour !== null && hour.hour * hourMs < (fine?.toMs ?? Infinity)) {
      return { kind: 'hour', ...hour }
    }
    return fine ?? this.#oldestDay(middleIntervals, keptMs)
  }

  /** The oldest day of candles of some intervals; tick candles are as fine as the finest. */
  #oldestDay(
    intervals: readonly TimeInterval[],
    keptMs: number
  ): Extract<Forgetting, { kind: 'candles' | 'ticks' }> | null {
    let firstMs = intervals === fineIntervals ? this.#firstTicks() : Infinity
    let first: TimeInterval | null = null
    for (const interval of intervals) {
      const oldestMs = this.#firstOf(interval)
      if (oldestMs >= firstMs) continue
      firstMs = oldestMs
      first = interval
    }
    const toMs = startOfDay(firstMs) + dayMs
    if (!(toMs <= keptMs)) return null
    return first === null ? { kind: 'ticks', toMs } : { kind: 'candles', interval: first, toMs }
  }

  #freePages({ mostBytes }: RetentionRule): Forgetting | null {
    if (this.#pragma('auto_vacuum') !== incremental) return null
    const [pages, free] = [this.#pragma('page_count'), this.#pragma('freelist_count')]
    const isOver = this.usedBytes() + free * this.#pragma('page_size') > (mostBytes ?? Infinity)
    if (free > 0 && isOver) return { kind: 'pages', leave: 0 }
    if (free < leastFreePages || free < pages * freeShare) return null
    return { kind: 'pages', leave: Math.floor(pages * leftShare) }
  }

  #firstOf(interval: TimeInterval): number {
    const { lengthMs } = timeSpec(interval)
    return (this.#firstSlot.get(lengthMs / 1_000) ?? Infinity) * lengthMs
  }

  #firstTicks(): number {
    let firstMs = Infinity
    for (const series of this.#ticks.all()) firstMs = Math.min(firstMs, series.firstMs)
    return firstMs
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }))
  }
}

function startOfDay(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs
}
