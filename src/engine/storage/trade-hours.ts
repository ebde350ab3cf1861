import type Database from 'better-sqlite3'
import type { ColdHour, ColdTrades } from './cold-trades.ts'
import type { HourCut } from './merged-hours.ts'
import { MergedHours } from './merged-hours.ts'
import { hourMs } from './sealed-hour.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tradeTupleColumns } from './trade-tuple.ts'

/** The last trades of an hour. */
export type HourQuery = HourCut & { readonly limit: number }

type Range = { readonly fromMs: number; readonly toMs: number }

const everything = { fromMs: -Infinity, toMs: Infinity }
const farHour = 2 ** 40

/** The hours that hold trades of an instrument, and one of them at a time, of rows and of files. */
export class TradeHours {
  readonly merged: MergedHours
  readonly #byId: Database.Statement<unknown[], TradeTuple>
  readonly #newestById: Database.Statement<unknown[], TradeTuple>
  readonly #fromTime: Database.Statement<unknown[], TradeTuple>
  readonly #timesOfHour: Database.Statement<unknown[], number>
  readonly #hourBefore: Database.Statement<unknown[], number | null>
  readonly #highestId: Database.Statement<unknown[], number | null>
  readonly #lowestId: Database.Statement<unknown[], number | null>
  readonly #someMs: Database.Statement<unknown[], number>
  readonly #newestMs: Database.Statement<unknown[], number | null>

  constructor(database: Database.Database) {
    this.merged = new MergedHours(database)
    const rows = (sql: string) =>
      database.prepare<unknown[], TradeTuple>(`SELECT ${tradeTupleColumns} FROM trade ${sql}`).raw()
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    const hour = 'instrument = ? AND hour = ? AND event_ms >= ? AND event_ms < ? AND flagged <= ?'
    this.#byId = rows(
      'WHERE instrument = ? AND hour = ? AND flagged = 0 AND id IN (SELECT value FROM json_each(?))'
    )
    this.#newestById = rows(`WHERE ${hour} ORDER BY id DESC LIMIT ?`)
    this.#timesOfHour = value(`SELECT event_ms FROM trade WHERE ${hour}`)
    this.#fromTime = rows(`WHERE ${hour} ORDER BY event_ms DESC, arrival DESC LIMIT ?`)
    this.#hourBefore = value('SELECT max(hour) FROM trade WHERE instrument = ? AND hour < ?')
    this.#highestId = value('SELECT max(id) FROM trade WHERE instrument = ? AND hour = ?')
    this.#lowestId = value('SELECT min(id) FROM trade WHERE instrument = ? AND hour = ?')
    this.#someMs = value(
      'SELECT event_ms FROM trade WHERE instrument = ? AND hour = ? AND flagged = 0 LIMIT 1'
    )
    this.#newestMs = value(
      'SELECT max(event_ms) FROM trade WHERE instrument = ? AND hour = ? AND flagged = 0'
    )
  }

  /** Trades of sealed hours, as their files hold them. */
  get cold(): ColdTrades {
    return this.merged.cold
  }

  /** What the manifest says of an hour; null when all of it is rows. */
  sealed(of: StoredInstrument, hour: number): ColdHour | null {
    return this.cold.hour(of.row, hour)
  }

  /** Whether a file holds trades of any hour that touches a range. */
  isSealedIn(of: StoredInstrument, range: Range): boolean {
    const [fromHour, lastHour] = hoursOf(range)
    const newest = this.cold.newestHour(of.row)
    if (newest === null || newest < fromHour) return false
    return this.cold.hoursIn(of.row, fromHour, lastHour).length > 0
  }

  /** Hours that hold trades and touch a range, ascending. */
  within(of: StoredInstrument, { fromMs, toMs }: Range): readonly number[] {
    return [...this.back(of, fromMs, toMs)].reverse()
  }

  /** Hours that hold trades and touch [fromMs, toMs), newest first. */
  *back(of: StoredInstrument, fromMs: number, toMs: number): Generator<number> {
    for (let hour = boundedHour(Math.ceil(toMs / hourMs)); ;) {
      const ofRows = this.#hourBefore.get(of.row, hour) ?? -Infinity
      hour = Math.max(ofRows, this.cold.hourBefore(of.row, hour) ?? -Infinity)
      if (hour === -Infinity || hour < Math.floor(fromMs / hourMs)) return
      yield hour
    }
  }

  /**
   * The last trades of an hour, newest first. Where ids order trades, their key does; else the times
   * are looked through first, because sorting whole rows that come in rising order costs ten times as
   * much.
   */
  newest(of: StoredInstrument, query: HourQuery): readonly TradeTuple[] {
    const { hour, range, flagged, limit } = query
    const sealed = this.sealed(of, hour)
    if (sealed !== null) {
      const rows = this.merged.ordered(of, sealed, query)
      return rows.slice(Math.max(rows.length - limit, 0)).reverse()
    }
    const bounds = [of.row, hour, range.fromMs, range.toMs, flagged]
    if (of.tradeIds === 'contiguous') return this.#newestById.all(...bounds, limit)
    const times = Float64Array.from(this.#timesOfHour.all(...bounds)).sort()
    const fromMs = times.at(-limit) ?? range.fromMs
    return this.#fromTime.all(of.row, hour, fromMs, range.toMs, flagged, limit)
  }

  /** Unflagged trades of these ids that an hour holds. */
  withIds(
    of: StoredInstrument,
    hour: number,
    { ids, asJson }: { readonly ids: ReadonlySet<number | string>; readonly asJson: string }
  ): readonly TradeTuple[] {
    const sealed = this.sealed(of, hour)
    if (sealed === null) return this.#byId.all(of.row, hour, asJson)
    const cut = { hour, range: everything, flagged: 0 } as const
    return this.merged.rows(of, sealed, cut).filter(([id]) => ids.has(id))
  }

  /** A moment of the day of the newest unflagged trade of an hour; null when it holds none. */
  someMs(of: StoredInstrument, hour: number): number | null {
    const sealed = this.sealed(of, hour)
    if (sealed === null) {
      const statement = of.calendar === null ? this.#someMs : this.#newestMs
      return statement.get(of.row, hour) ?? null
    }
    if (of.calendar === null && sealed.trades > sealed.flagged) return hour * hourMs
    const cut = { hour, range: everything, flagged: 0 } as const
    return this.merged.ordered(of, sealed, cut).at(-1)?.[2] ?? null
  }

  /** No id of an hour is higher; Infinity where that is not known. */
  highestId(of: StoredInstrument, hour: number): number {
    const ofRows = this.#highestId.get(of.row, hour) ?? -Infinity
    const sealed = this.sealed(of, hour)
    return sealed === null ? ofRows : Math.max(ofRows, sealed.ids?.last ?? Infinity)
  }

  /** No id of an hour is lower; -Infinity where that is not known. */
  lowestId(of: StoredInstrument, hour: number): number {
    const ofRows = this.#lowestId.get(of.row, hour) ?? Infinity
    const sealed = this.sealed(of, hour)
    return sealed === null ? ofRows : Math.min(ofRows, sealed.ids?.first ?? -Infinity)
  }
}

/** The first and the last hour that touch a range, within what SQLite seeks. */
export function hoursOf({ fromMs, toMs }: Range): readonly [first: number, last: number] {
  return [boundedHour(Math.floor(fromMs / hourMs)), boundedHour(Math.ceil(toMs / hourMs) - 1)]
}

/** SQLite compares infinities, but a statement that seeks an hour wants a number in reach. */
export function boundedHour(hour: number): number {
  return Math.max(Math.min(hour, farHour), -farHour)
}
