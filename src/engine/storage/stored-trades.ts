import type Database from 'better-sqlite3'
import type { Trade } from '../../core/market/event.ts'
import type { StoredDay } from '../../core/market/rebuild.ts'
import type { ArrivedTrade } from '../../core/market/trade-order.ts'
import type { TradingDay } from '../../core/market/trading-day.ts'
import type { ColdTrades } from './cold-trades.ts'
import type { OrderedHour } from './merged-hours.ts'
import { mergeById } from './merged-hours.ts'
import { hourMs } from './sealed-hour.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import { hoursOf, TradeHours } from './trade-hours.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tradeFrom, tradeTupleColumns } from './trade-tuple.ts'

/** A stretch of venue time, half-open. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number }

/** The hour that a trade is filed under. */
export function hourOf(eventMs: number): number {
  return Math.floor(eventMs / hourMs)
}

/**
 * Reads the stored trades of one instrument at a time, of rows and of files; statements are kept. Where no
 * hour asked for is sealed, SQLite answers alone.
 */
export class StoredTrades {
  readonly #inRange: Database.Statement<unknown[], TradeTuple>
  readonly #ordered: ByOrder<Database.Statement<unknown[], TradeTuple>>
  readonly #countHours: Database.Statement<unknown[], number>
  readonly #countFlagged: Database.Statement<unknown[], number>
  readonly #count: Database.Statement<unknown[], number>
  readonly #before: ByOrder<Database.Statement<unknown[], number>>
  readonly #flagged: Database.Statement<unknown[], number | string>
  readonly #hours: TradeHours

  constructor(database: Database.Database) {
    this.#hours = new TradeHours(database)
    const rows = (sql: string) =>
      database.prepare<unknown[], TradeTuple>(`SELECT ${tradeTupleColumns} FROM trade ${sql}`).raw()
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    const day =
      'instrument = ? AND hour BETWEEN ? AND ? AND event_ms >= ? AND event_ms < ? AND flagged = 0'
    this.#inRange = rows(`WHERE ${day}`)
    this.#ordered = {
      byId: rows(`WHERE ${day} ORDER BY id LIMIT -1 OFFSET ?`),
      byTime: rows(`WHERE ${day} ORDER BY event_ms, arrival LIMIT -1 OFFSET ?`)
    }
    const hours = 'instrument = ? AND hour BETWEEN ? AND ?'
    this.#countHours = value(`SELECT count(*) FROM trade WHERE ${hours}`)
    this.#countFlagged = value(`SELECT count(*) FROM trade WHERE ${hours} AND flagged = 1`)
    this.#count = value(`SELECT count(*) FROM trade WHERE ${day}`)
    this.#before = {
      byId: value(`SELECT count(*) FROM trade WHERE ${day} AND id < ?`),
      byTime: value(`SELECT count(*) FROM trade WHERE ${day} AND (event_ms, arrival) < (?, ?)`)
    }
    this.#flagged = value(
      'SELECT id FROM trade WHERE instrument = ? AND hour >= ? AND flagged = 1 ' +
        'ORDER BY hour DESC LIMIT ?'
    )
  }

  /** Trades of sealed hours, as their files hold them. */
  get cold(): ColdTrades {
    return this.#hours.cold
  }

  /** Unflagged trades of a range, in no order. */
  inRange(of: StoredInstrument, range: TimeRange): Iterable<ArrivedTrade> {
    if (!this.#hours.isSealedIn(of, range))
      return arrived(of, this.#inRange.iterate(...within(of, range)))
    return arrived(
      of,
      this.#hourly(of, range, (hour) => this.#hour(of, hour, range))
    )
  }

  /** Unflagged trades of a day in TradeOrder, without the first `skip`. */
  ordered(of: StoredInstrument, day: TradingDay, skip: number): Iterable<ArrivedTrade> {
    if (!this.#hours.isSealedIn(of, day))
      return arrived(of, orderedBy(of, this.#ordered).iterate(...within(of, day), skip))
    return arrived(of, this.#orderedHours(of, day, skip))
  }

  /** How many unflagged trades of a day come before a place. */
  countBefore(
    of: StoredInstrument,
    day: TradingDay,
    place: { readonly major: number; readonly minor: number }
  ): number {
    const isById = of.tradeIds === 'contiguous'
    const end = isById ? [Math.trunc(place.major)] : [place.major, place.minor]
    const before = orderedBy(of, this.#before)
    if (!this.#hours.isSealedIn(of, day)) return before.get(...within(of, day), ...end) ?? 0
    let count = 0
    for (const hour of this.#hours.within(of, day)) {
      const sealed = this.#hours.sealed(of, hour)
      const isAllBefore = isById
        ? this.#hours.highestId(of, hour) < place.major
        : (hour + 1) * hourMs <= place.major
      if (isAllBefore) count += this.#countHour(of, day, hour)
      else if (sealed === null)
        count += before.get(of.row, hour, hour, day.fromMs, day.toMs, ...end) ?? 0
      else {
        const isBefore = ([id, arrival, eventMs]: TradeTuple) =>
          isById
            ? Number(id) < place.major
            : eventMs < place.major || (eventMs === place.major && arrival < place.minor)
        const cut = { hour, range: day, flagged: 0 } as const
        count += this.#hours.merged.rows(of, sealed, cut).filter(isBefore).length
      }
    }
    return count
  }

  /** A day as counting needs it: how many trades, and at least `tail` of the last ones. */
  day(of: StoredInstrument, day: TradingDay, tail: number): StoredDay {
    const trades = this.#countOf(of, day)
    return { trades, tail: this.#tail(of, day, Math.min(trades, tail)) }
  }

  /** A moment of the newest day that holds an unflagged trade; null when there is none. */
  newestDayMs(of: StoredInstrument): number | null {
    for (const hour of this.#hours.back(of, -Infinity, Infinity)) {
      const found = this.#hours.someMs(of, hour)
      if (found !== null) return found
    }
    return null
  }

  /** Ids of flagged trades filed from an hour on, newest hour first, those in files last. */
  flaggedIds(of: StoredInstrument, fromMs: number, limit: number): (number | string)[] {
    const ids = new Set(this.#flagged.all(of.row, hourOf(fromMs), limit))
    const [fromHour, lastHour] = hoursOf({ fromMs, toMs: Infinity })
    for (const hour of this.cold.hoursIn(of.row, fromHour, lastHour).toReversed()) {
      if ((this.#hours.sealed(of, hour)?.flagged ?? 0) === 0) continue
      for (const row of this.cold.rows(of.row, hour)) if (row[7] === 1) ids.add(row[0])
    }
    return [...ids].slice(0, limit)
  }

  /** The newest trades of a range, flagged ones too, at most `limit`, by time, oldest first. */
  newest(of: StoredInstrument, range: TimeRange, limit: number): Trade[] {
    const found: Trade[] = []
    for (const hour of this.#hours.back(of, range.fromMs, range.toMs)) {
      const rows = this.#hours.newest(of, { hour, range, flagged: 1, limit: limit - found.length })
      for (const row of rows) found.push(tradeFrom(of.id, row))
      if (found.length === limit) break
    }
    return found.reverse().sort((a, b) => a.eventMs - b.eventMs)
  }

  /** Unflagged trades of these ids, from the hour after a range back to the newest hour before it. */
  byId(of: StoredInstrument, ids: readonly (number | string)[], range: TimeRange): Trade[] {
    const found: Trade[] = []
    const wanted = { ids: new Set(ids), asJson: JSON.stringify(ids) }
    for (const hour of this.#hours.back(of, -Infinity, range.toMs + hourMs + 1)) {
      for (const row of this.#hours.withIds(of, hour, wanted)) found.push(tradeFrom(of.id, row))
      if (found.length >= ids.length || hour < hourOf(range.fromMs)) break
    }
    return found
  }

  /**
   * Goes back hour by hour; where ids order trades, a later id may be filed under an earlier hour, so
   * that it stops only when no hour left can hold one of the last.
   */
  #tail(of: StoredInstrument, day: TradingDay, count: number): ArrivedTrade[] {
    const isById = of.tradeIds === 'contiguous'
    let found: TradeTuple[] = []
    for (const hour of this.#hours.back(of, day.fromMs, day.toMs)) {
      const least = found[count - 1]
      if (least !== undefined) {
        if (!isById) break
        if (this.#hours.highestId(of, hour) < Number(least[0])) continue
      }
      const limit = isById ? count : count - found.length
      found = found.concat(this.#hours.newest(of, { hour, range: day, flagged: 0, limit }))
      if (isById) found.sort((a, b) => Number(b[0]) - Number(a[0]))
      found.length = Math.min(found.length, count)
    }
    return [...arrived(of, found.reverse())]
  }

  #countOf(of: StoredInstrument, day: TradingDay): number {
    if (this.#hours.isSealedIn(of, day)) {
      const hours = this.#hours.within(of, day)
      return hours.reduce((sum, hour) => sum + this.#countHour(of, day, hour), 0)
    }
    const isWholeHours = day.fromMs % hourMs === 0 && day.toMs % hourMs === 0
    const bounds = within(of, day)
    if (!isWholeHours) return this.#count.get(...bounds) ?? 0
    const hours = bounds.slice(0, 3)
    return (this.#countHours.get(...hours) ?? 0) - (this.#countFlagged.get(...hours) ?? 0)
  }

  /** How many unflagged trades of an hour lie within a day. */
  #countHour(of: StoredInstrument, day: TradingDay, hour: number): number {
    const sealed = this.#hours.sealed(of, hour)
    if (sealed === null) return this.#count.get(of.row, hour, hour, day.fromMs, day.toMs) ?? 0
    const isWhole = hour * hourMs >= day.fromMs && (hour + 1) * hourMs <= day.toMs
    if (isWhole) return this.#hours.merged.count(of, sealed, hour)
    return this.#hours.merged.rows(of, sealed, { hour, range: day, flagged: 0 }).length
  }

  *#hourly(
    of: StoredInstrument,
    range: TimeRange,
    read: (hour: number) => Iterable<TradeTuple>
  ): Generator<TradeTuple> {
    for (const hour of this.#hours.within(of, range)) yield* read(hour)
  }

  /** Unflagged trades of an hour within a range, in TradeOrder where it is sealed. */
  #hour(of: StoredInstrument, hour: number, range: TimeRange): Iterable<TradeTuple> {
    const sealed = this.#hours.sealed(of, hour)
    if (sealed !== null) return this.#hours.merged.ordered(of, sealed, { hour, range, flagged: 0 })
    return this.#inRange.iterate(of.row, hour, hour, range.fromMs, range.toMs)
  }

  /** Whole hours before the first one wanted are counted, not read. */
  *#orderedHours(of: StoredInstrument, day: TradingDay, skip: number): Generator<TradeTuple> {
    const isById = of.tradeIds === 'contiguous'
    const read = (hour: number): Iterable<TradeTuple> =>
      this.#hours.sealed(of, hour) === null
        ? orderedBy(of, this.#ordered).all(of.row, hour, hour, day.fromMs, day.toMs, 0)
        : this.#hour(of, hour, day)
    const hours = this.#hours.within(of, day).map((hour) => ({
      hour,
      lowestId: isById ? this.#hours.lowestId(of, hour) : hour,
      rows: () => read(hour)
    }))
    hours.sort((a, b) => a.lowestId - b.lowestId)
    let left = skip
    for (let first = hours[0]; first !== undefined; first = hours[0]) {
      const count = this.#countHour(of, day, first.hour)
      const nextId = hours[1]?.lowestId ?? Infinity
      const isApart = !isById || this.#hours.highestId(of, first.hour) < nextId
      if (count > left || !isApart) break
      left -= count
      hours.shift()
    }
    yield* without(left, isById ? mergeById(hours) : oneAfterAnother(hours))
  }
}

type ByOrder<Statement> = { readonly byId: Statement; readonly byTime: Statement }

function orderedBy<Statement>(of: StoredInstrument, either: ByOrder<Statement>): Statement {
  return of.tradeIds === 'contiguous' ? either.byId : either.byTime
}

function within(of: StoredInstrument, range: TimeRange): number[] {
  return [of.row, ...hoursOf(range), range.fromMs, range.toMs]
}

function* oneAfterAnother(hours: readonly OrderedHour[]): Generator<TradeTuple> {
  for (const { rows } of hours) yield* rows()
}

function* without<Value>(skip: number, values: Iterable<Value>): Generator<Value> {
  let seen = 0
  for (const value of values) {
    if (seen >= skip) yield value
    seen += 1
  }
}

function* arrived(of: StoredInstrument, rows: Iterable<TradeTuple>): Generator<ArrivedTrade> {
  for (const row of rows) yield { trade: tradeFrom(of.id, row), arrival: row[1] }
}
