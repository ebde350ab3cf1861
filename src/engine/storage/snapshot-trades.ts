import type Database from 'better-sqlite3'
import type { Trade } from '../../core/market/event.ts'
import type { RecordingError } from '../../recordings/recording-error.ts'
import type { ColdHour } from './cold-trades.ts'
import { mergeById, MergedHours } from './merged-hours.ts'
import { hourMs } from './sealed-hour.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'
import { hourOf } from './stored-trades.ts'
import { boundedHour, hoursOf } from './trade-hours.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tradeFrom, tradeTupleColumns } from './trade-tuple.ts'

const tradesPerPage = 10_000
/** Rows of an hour that are read at once where several hours may be open. */
const rowsPerRead = 1_000
/** Since then hours may lie in files. */
const filesVersion = 5

type Range = readonly [instrument: number, hour: number, fromMs: number, toMs: number]

/**
 * Reads the unflagged trades of one instrument in TradeOrder, hour by hour, of rows and of files. Of rows a
 * thousand are in memory, of a file an hour.
 */
export class SnapshotTrades {
  readonly #byId: Database.Statement<unknown[], TradeTuple>
  readonly #byTime: Database.Statement<unknown[], TradeTuple>
  readonly #lowestId: Database.Statement<unknown[], number | null>
  readonly #hourFrom: Database.Statement<unknown[], number | null>
  readonly #hourBefore: Database.Statement<unknown[], number | null>
  readonly #flaggedHours: Database.Statement<unknown[], number>
  readonly #countFlagged: Database.Statement<unknown[], number>
  /** Null of a database from before there were files. */
  readonly #merged: MergedHours | null

  constructor(database: Database.Database) {
    const version = Number(database.pragma('user_version', { simple: true }))
    this.#merged = version >= filesVersion ? new MergedHours(database) : null
    const hour = 'instrument = ? AND hour = ? AND event_ms >= ? AND event_ms < ?'
    const rows = (more: string) =>
      database
        .prepare<unknown[], TradeTuple>(
          `SELECT ${tradeTupleColumns} FROM trade
           WHERE ${hour} AND flagged = 0 ${more}`
        )
        .raw()
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#byId = rows(`AND id > ? ORDER BY id LIMIT ${rowsPerRead}`)
    this.#byTime = rows('ORDER BY event_ms, arrival')
    this.#lowestId = value(`SELECT min(id) FROM trade WHERE ${hour} AND flagged = 0`)
    this.#hourFrom = value('SELECT min(hour) FROM trade WHERE instrument = ? AND hour >= ?')
    this.#hourBefore = value('SELECT max(hour) FROM trade WHERE instrument = ? AND hour < ?')
    this.#flaggedHours = value(
      'SELECT DISTINCT hour FROM trade WHERE instrument = ? AND hour BETWEEN ? AND ? AND flagged = 1'
    )
    this.#countFlagged = value(`SELECT count(*) FROM trade WHERE ${hour} AND flagged = 1`)
  }

  /** The hours from the first to the last trade, cut to a range; null where there is none. */
  extent(of: StoredInstrument, { fromMs, toMs }: TimeRange): TimeRange | null {
    const cold = this.#merged?.cold
    const firstHour = boundedHour(hourOf(fromMs))
    const endHour = boundedHour(Math.ceil(toMs / hourMs))
    const first = Math.min(
      this.#hourFrom.get(of.row, firstHour) ?? Infinity,
      cold?.hoursIn(of.row, firstHour, endHour)[0] ?? Infinity
    )
    const last = Math.max(
      this.#hourBefore.get(of.row, endHour) ?? -Infinity,
      cold?.hourBefore(of.row, endHour) ?? -Infinity
    )
    if (first > last) return null
    const end = (last + 1) * hourMs
    return { fromMs: Math.max(first * hourMs, fromMs), toMs: Math.min(end, toMs) }
  }

  countFlagged(of: StoredInstrument, range: TimeRange): number {
    const bounds = hoursOf(range)
    const inFiles = this.#merged?.cold.hoursIn(of.row, ...bounds) ?? []
    const hours = new Set([...this.#flaggedHours.all(of.row, ...bounds), ...inFiles])
    let count = 0
    for (const hour of hours) {
      const sealed = this.#sealed(of, hour)
      if (sealed === null) count += this.#countFlagged.get(...within(of, hour, range)) ?? 0
      else if (sealed.flagged > 0)
        count += this.#ofSealed(of, sealed, { hour, range, flagged: 1 }).filter(isFlagged).length
    }
    return count
  }

  *pages(of: StoredInstrument, range: TimeRange): Generator<Trade[]> {
    let page: Trade[] = []
    for (const row of of.tradeIds === 'contiguous'
      ? this.#rowsById(of, range)
      : this.#rowsByTime(of, range)) {
      page.push(tradeFrom(of.id, row))
      if (page.length < tradesPerPage) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  /** Files that could not be read since this was last asked for: their trades were left out. */
  takeDamage(): readonly RecordingError[] {
    return this.#merged?.cold.takeDamage() ?? []
  }

  close(): void {
    this.#merged?.cold.close()
  }

  *#rowsByTime(of: StoredInstrument, range: TimeRange): Generator<TradeTuple> {
    for (const hour of this.#hours(of, range)) {
      const sealed = this.#sealed(of, hour)
      if (sealed === null) yield* this.#byTime.iterate(...within(of, hour, range))
      else yield* this.#ofSealed(of, sealed, { hour, range, flagged: 0 })
    }
  }

  /** A later id may be filed under an earlier hour, so that several hours may be open. */
  #rowsById(of: StoredInstrument, range: TimeRange): Generator<TradeTuple> {
    const hours = [...this.#hours(of, range)].map((hour) => {
      const sealed = this.#sealed(of, hour)
      const ofRows = this.#lowestId.get(...within(of, hour, range)) ?? Infinity
      const lowestId = Math.min(ofRows, sealed?.ids?.first ?? Infinity)
      const rows = () =>
        sealed === null
          ? this.#ofRows(within(of, hour, range))
          : this.#ofSealed(of, sealed, { hour, range, flagged: 0 })
      return { lowestId, rows }
    })
    return mergeById(hours)
  }

  *#ofRows(range: Range): Generator<TradeTuple> {
    let afterId: TradeTuple[0] = -1
    for (;;) {
      const rows = this.#byId.all(...range, afterId)
      yield* rows
      const last = rows.at(-1)
      if (last === undefined) return
      afterId = last[0]
    }
  }

  #ofSealed(
    of: StoredInstrument,
    sealed: ColdHour,
    cut: { readonly hour: number; readonly range: TimeRange; readonly flagged: 0 | 1 }
  ): readonly TradeTuple[] {
    return this.#merged?.ordered(of, sealed, cut) ?? []
  }

  #sealed(of: StoredInstrument, hour: number): ColdHour | null {
    return this.#merged?.cold.hour(of.row, hour) ?? null
  }

  /** Hours that may hold trades of a range, ascending. */
  *#hours(of: StoredInstrument, { fromMs, toMs }: TimeRange): Generator<number> {
    const end = Math.ceil(toMs / hourMs)
    const first = boundedHour(hourOf(fromMs))
    const sealed = [...(this.#merged?.cold.hoursIn(of.row, first, boundedHour(end - 1)) ?? [])]
    let hour = this.#hourFrom.get(of.row, first) ?? null
    for (;;) {
      const next = Math.min(hour ?? Infinity, sealed[0] ?? Infinity)
      if (next >= end || next === Infinity) return
      yield next
      if (sealed[0] === next) sealed.shift()
      if (hour === next) hour = this.#hourFrom.get(of.row, next + 1) ?? null
    }
  }
}

function isFlagged(row: TradeTuple): boolean {
  return row[7] === 1
}

function within(of: StoredInstrument, hour: number, { fromMs, toMs }: TimeRange): Range {
  return [of.row, hour, fromMs, toMs]
}
