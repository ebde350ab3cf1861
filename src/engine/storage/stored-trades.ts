import type Database from 'better-sqlite3'
import type { Trade } from '../../core/market/event.ts'
import type { StoredDay } from '../../core/market/rebuild.ts'
import type { ArrivedTrade } from '../../core/market/trade-order.ts'
import type { TradingDay } from '../../core/market/trading-day.ts'
import type { StoredInstrument } from './stored-instruments.ts'

const hourMs = 3_600_000
const tradeColumns = 'id, arrival, event_ms, received_ms, price, size, side'

type Row = readonly [
  id: number | string,
  arrival: number,
  eventMs: number,
  receivedMs: number,
  price: number,
  size: number,
  side: number
]

/** A stretch of venue time, half-open. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number }

/** The hour that a trade is filed under. */
export function hourOf(eventMs: number): number {
  return Math.floor(eventMs / hourMs)
}

/** Reads the stored trades of one instrument at a time; statements are kept. */
export class StoredTrades {
  readonly #inRange: Database.Statement<unknown[], Row>
  readonly #ordered: ByOrder<Database.Statement<unknown[], Row>>
  readonly #byId: Database.Statement<unknown[], Row>
  readonly #newestById: Database.Statement<unknown[], Row>
  readonly #fromTime: Database.Statement<unknown[], Row>
  readonly #timesOfHour: Database.Statement<unknown[], number>
  readonly #countHours: Database.Statement<unknown[], number>
  readonly #countFlagged: Database.Statement<unknown[], number>
  readonly #count: Database.Statement<unknown[], number>
  readonly #before: ByOrder<Database.Statement<unknown[], number>>
  readonly #hourBefore: Database.Statement<unknown[], number | null>
  readonly #highestId: Database.Statement<unknown[], number | null>
  readonly #someMs: Database.Statement<unknown[], number>
  readonly #newestMs: Database.Statement<unknown[], number | null>
  readonly #flagged: Database.Statement<unknown[], number | string>

  constructor(database: Database.Database) {
    const rows = (sql: string) =>
      database.prepare<unknown[], Row>(`SELECT ${tradeColumns} FROM trade ${sql}`).raw()
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    const day =
      'instrument = ? AND hour BETWEEN ? AND ? AND event_ms >= ? AND event_ms < ? AND flagged = 0'
    this.#inRange = rows(`WHERE ${day}`)
    this.#ordered = {
      byId: rows(`WHERE ${day} ORDER BY id LIMIT -1 OFFSET ?`),
      byTime: rows(`WHERE ${day} ORDER BY event_ms, arrival LIMIT -1 OFFSET ?`)
    }
    const hour = 'instrument = ? AND hour = ? AND event_ms >= ? AND event_ms < ? AND flagged <= ?'
    this.#byId = rows(
      'WHERE instrument = ? AND hour = ? AND flagged = 0 AND id IN (SELECT value FROM json_each(?))'
    )
    this.#newestById = rows(`WHERE ${hour} ORDER BY id DESC LIMIT ?`)
    this.#timesOfHour = value(`SELECT event_ms FROM trade WHERE ${hour}`)
    this.#fromTime = rows(`WHERE ${hour} ORDER BY event_ms DESC, arrival DESC LIMIT ?`)
    const hours = 'instrument = ? AND hour BETWEEN ? AND ?'
    this.#countHours = value(`SELECT count(*) FROM trade WHERE ${hours}`)
    this.#countFlagged = value(`SELECT count(*) FROM trade WHERE ${hours} AND flagged = 1`)
    this.#count = value(`SELECT count(*) FROM trade WHERE ${day}`)
    this.#before = {
      byId: value(`SELECT count(*) FROM trade WHERE ${day} AND id < ?`),
      byTime: value(`SELECT count(*) FROM trade WHERE ${day} AND (event_ms, arrival) < (?, ?)`)
    }
    this.#hourBefore = value('SELECT max(hour) FROM trade WHERE instrument = ? AND hour < ?')
    this.#highestId = value('SELECT max(id) FROM trade WHERE instrument = ? AND hour = ?')
    this.#someMs = value(
      'SELECT event_ms FROM trade WHERE instrument = ? AND hour = ? AND flagged = 0 LIMIT 1'
    )
    this.#newestMs = value(
      'SELECT max(event_ms) FROM trade WHERE instrument = ? AND hour = ? AND flagged = 0'
    )
    this.#flagged = value(
      'SELECT id FROM trade WHERE instrument = ? AND hour >= ? AND flagged = 1 ' +
        'ORDER BY hour DESC LIMIT ?'
    )
  }

  /** Unflagged trades of a range, in no order. */
  inRange(of: StoredInstrument, range: TimeRange): Iterable<ArrivedTrade> {
    return arrived(of, this.#inRange.iterate(...within(of, range)))
  }

  /** Unflagged trades of a day in TradeOrder, without the first `skip`. */
  ordered(of: StoredInstrument, day: TradingDay, skip: number): Iterable<ArrivedTrade> {
    return arrived(of, orderedBy(of, this.#ordered).iterate(...within(of, day), skip))
  }

  /** How many unflagged trades of a day come before a place. */
  countBefore(
    of: StoredInstrument,
    day: TradingDay,
    place: { readonly major: number; readonly minor: number }
  ): number {
    const bounds =
      of.tradeIds === 'contiguous' ? [Math.trunc(place.major)] : [place.major, place.minor]
    return orderedBy(of, this.#before).get(...within(of, day), ...bounds) ?? 0
  }

  /** A day as counting needs it: how many trades, and at least `tail` of the last ones. */
  day(of: StoredInstrument, day: TradingDay, tail: number): StoredDay {
    const trades = this.#countOf(of, day)
    return { trades, tail: this.#tail(of, day, Math.min(trades, tail)) }
  }

  /** A moment of the newest day that holds an unflagged trade; null when there is none. */
  newestDayMs(of: StoredInstrument): number | null {
    const statement = of.calendar === null ? this.#someMs : this.#newestMs
    for (const hour of this.#hoursBack(of, -Infinity, Infinity)) {
      const found = statement.get(of.row, hour) ?? null
      if (found !== null) return found
    }
    return null
  }

  /** Ids of flagged trades filed from an hour on, newest hour first. */
  flaggedIds(of: StoredInstrument, fromMs: number, limit: number): (number | string)[] {
    return this.#flagged.all(of.row, hourOf(fromMs), limit)
  }

  /** The newest trades of a range, flagged ones too, at most `limit`, by time, oldest first. */
  newest(of: StoredInstrument, range: TimeRange, limit: number): Trade[] {
    const found: Trade[] = []
    for (const hour of this.#hoursBack(of, range.fromMs, range.toMs)) {
      const rows = this.#newestOfHour(of, { hour, range, flagged: 1, limit: limit - found.length })
      for (const row of rows) found.push(tradeFrom(of, row))
      if (found.length === limit) break
    }
    return found.reverse().sort((a, b) => a.eventMs - b.eventMs)
  }

  /** Unflagged trades of these ids, from the hour after a range back to the newest hour before it. */
  byId(of: StoredInstrument, ids: readonly (number | string)[], range: TimeRange): Trade[] {
    const found: Trade[] = []
    const wanted = JSON.stringify(ids)
    for (const hour of this.#hoursBack(of, -Infinity, range.toMs + hourMs + 1)) {
      for (const row of this.#byId.iterate(of.row, hour, wanted)) found.push(tradeFrom(of, row))
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
    let found: Row[] = []
    for (const hour of this.#hoursBack(of, day.fromMs, day.toMs)) {
      const least = found[count - 1]
      if (least !== undefined) {
        if (!isById) break
        if ((this.#highestId.get(of.row, hour) ?? -Infinity) < Number(least[0])) continue
      }
      const limit = isById ? count : count - found.length
      found = found.concat(this.#newestOfHour(of, { hour, range: day, flagged: 0, limit }))
      if (isById) found.sort((a, b) => Number(b[0]) - Number(a[0]))
      found.length = Math.min(found.length, count)
    }
    return [...arrived(of, found.reverse())]
  }

  /**
   * The last trades of an hour, newest first. Where ids order trades, their key does; else the times
   * are looked through first, because sorting whole rows that come in rising order costs ten times as
   * much.
   */
  #newestOfHour(of: StoredInstrument, { hour, range, flagged, limit }: HourQuery): readonly Row[] {
    const bounds = [of.row, hour, range.fromMs, range.toMs, flagged]
    if (of.tradeIds === 'contiguous') return this.#newestById.all(...bounds, limit)
    const times = Float64Array.from(this.#timesOfHour.all(...bounds)).sort()
    const fromMs = times.at(-limit) ?? range.fromMs
    return this.#fromTime.all(of.row, hour, fromMs, range.toMs, flagged, limit)
  }

  #countOf(of: StoredInstrument, day: TradingDay): number {
    const bounds = within(of, day)
    const isWholeHours = day.fromMs % hourMs === 0 && day.toMs % hourMs === 0
    if (!isWholeHours) return this.#count.get(...bounds) ?? 0
    const hours = bounds.slice(0, 3)
    return (this.#countHours.get(...hours) ?? 0) - (this.#countFlagged.get(...hours) ?? 0)
  }

  /** Hours that hold trades and touch [fromMs, toMs), newest first. */
  *#hoursBack(of: StoredInstrument, fromMs: number, toMs: number): Generator<number> {
    let hour = this.#hourBefore.get(of.row, finite(Math.ceil(toMs / hourMs)))
    while (typeof hour === 'number' && hour >= Math.floor(fromMs / hourMs)) {
      yield hour
      hour = this.#hourBefore.get(of.row, hour)
    }
  }
}

type HourQuery = {
  readonly hour: number
  readonly range: TimeRange
  /** 1: flagged ones too. */
  readonly flagged: 0 | 1
  readonly limit: number
}

type ByOrder<Statement> = { readonly byId: Statement; readonly byTime: Statement }

function orderedBy<Statement>(of: StoredInstrument, either: ByOrder<Statement>): Statement {
  return of.tradeIds === 'contiguous' ? either.byId : either.byTime
}

function within(of: StoredInstrument, { fromMs, toMs }: TimeRange): number[] {
  const lastHour = Math.ceil(toMs / hourMs) - 1
  return [of.row, finite(hourOf(fromMs)), finite(lastHour), fromMs, toMs]
}

/** SQLite compares infinities, but a statement that seeks an hour wants a number in reach. */
function finite(hour: number): number {
  return Math.max(Math.min(hour, 2 ** 40), -(2 ** 40))
}

function* arrived(of: StoredInstrument, rows: Iterable<Row>): Generator<ArrivedTrade> {
  for (const row of rows) yield { trade: tradeFrom(of, row), arrival: row[1] }
}

function tradeFrom(of: StoredInstrument, row: Row): Trade {
  const [id, , eventMs, receivedMs, price, size, side] = row
  return {
    kind: 'trade',
    instrument: of.id,
    id,
    eventMs,
    receivedMs,
    price,
    size,
    side: side === 1 ? 'buy' : side === -1 ? 'sell' : null
  }
}
