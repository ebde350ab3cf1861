import type Database from 'better-sqlite3'
import type { Trade } from '../../core/market/event.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TimeRange } from './stored-trades.ts'
import { hourOf } from './stored-trades.ts'

const hourMs = 3_600_000
const tradesPerPage = 10_000
const farHour = 2 ** 40
/** Rows of an hour that are read at once where several hours may be open. */
const rowsPerRead = 1_000

type Row = readonly [
  id: number | string,
  eventMs: number,
  receivedMs: number,
  price: number,
  size: number,
  side: number
]

/** An hour that is being read, and its next row. */
type Begun = { readonly rows: Iterator<Row>; row: Row }

type Range = readonly [instrument: number, hour: number, fromMs: number, toMs: number]

/**
 * Reads the unflagged trades of one instrument in TradeOrder, hour by hour.
 *
 * Where ids order trades, a later id may be filed under an earlier hour: an hour is begun as soon as one
 * of its ids is due.
 */
export class SnapshotTrades {
  readonly #byId: Database.Statement<unknown[], Row>
  readonly #byTime: Database.Statement<unknown[], Row>
  readonly #lowestId: Database.Statement<unknown[], number | null>
  readonly #hourFrom: Database.Statement<unknown[], number | null>
  readonly #hourBefore: Database.Statement<unknown[], number | null>
  readonly #times: Database.Statement<unknown[], readonly [number | null, number | null]>
  readonly #flagged: Database.Statement<unknown[], number>

  constructor(database: Database.Database) {
    const hour = 'instrument = ? AND hour = ? AND event_ms >= ? AND event_ms < ? AND flagged = 0'
    const rows = (more: string) =>
      database
        .prepare<unknown[], Row>(
          `SELECT id, event_ms, received_ms, price, size, side FROM trade
           WHERE ${hour} ${more}`
        )
        .raw()
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#byId = rows(`AND id > ? ORDER BY id LIMIT ${rowsPerRead}`)
    this.#byTime = rows('ORDER BY event_ms, arrival')
    this.#lowestId = value(`SELECT min(id) FROM trade WHERE ${hour}`)
    this.#hourFrom = value('SELECT min(hour) FROM trade WHERE instrument = ? AND hour >= ?')
    this.#hourBefore = value('SELECT max(hour) FROM trade WHERE instrument = ? AND hour < ?')
    this.#times = database
      .prepare<unknown[], readonly [number | null, number | null]>(
        `SELECT min(event_ms), max(event_ms) FROM trade WHERE ${hour}`
      )
      .raw()
    this.#flagged = value(
      `SELECT count(*) FROM trade WHERE instrument = ? AND hour BETWEEN ? AND ?
       AND event_ms >= ? AND event_ms < ? AND flagged = 1`
    )
  }

  /** From the first trade to after the last one; null where there is none. */
  extent(of: StoredInstrument, range: TimeRange): TimeRange | null {
    const first = this.#firstHour(of, range)
    const last = this.#hourBefore.get(of.row, boundedHour(Math.ceil(range.toMs / hourMs)))
    if (first === null || typeof last !== 'number' || last < first) return null
    const [fromMs = null] = this.#times.get(...within(of, first, range)) ?? []
    const [, lastMs = null] = this.#times.get(...within(of, last, range)) ?? []
    return { fromMs: fromMs ?? first * hourMs, toMs: (lastMs ?? (last + 1) * hourMs - 1) + 1 }
  }

  countFlagged(of: StoredInstrument, { fromMs, toMs }: TimeRange): number {
    const hours = [boundedHour(hourOf(fromMs)), boundedHour(hourOf(toMs))]
    return this.#flagged.get(of.row, ...hours, fromMs, toMs) ?? 0
  }

  *pages(of: StoredInstrument, range: TimeRange): Generator<Trade[]> {
    let page: Trade[] = []
    for (const row of of.tradeIds === 'contiguous'
      ? this.#rowsById(of, range)
      : this.#rowsByTime(of, range)) {
      page.push(tradeFrom(of, row))
      if (page.length < tradesPerPage) continue
      yield page
      page = []
    }
    if (page.length > 0) yield page
  }

  *#rowsByTime(of: StoredInstrument, range: TimeRange): Generator<Row> {
    for (const hour of this.#hours(of, range)) {
      yield* this.#byTime.iterate(...within(of, hour, range))
    }
  }

  *#rowsById(of: StoredInstrument, range: TimeRange): Generator<Row> {
    const hours = this.#hours(of, range)
    const begun: Begun[] = []
    let next = this.#nextHour(of, range, hours)
    for (;;) {
      const lowest = lowestOf(begun)
      if (next !== null && (lowest === undefined || Number(lowest.row[0]) > next.lowestId)) {
        const rows = this.#rowsOfHour(within(of, next.hour, range))
        const first = rows.next()
        if (first.done !== true) begun.push({ rows, row: first.value })
        next = this.#nextHour(of, range, hours)
        continue
      }
      if (lowest === undefined) return
      yield lowest.row
      const after = lowest.rows.next()
      if (after.done === true) begun.splice(begun.indexOf(lowest), 1)
      else lowest.row = after.value
    }
  }

  *#rowsOfHour(range: Range): Generator<Row> {
    let afterId: Row[0] = -1
    for (;;) {
      const rows = this.#byId.all(...range, afterId)
      yield* rows
      const last = rows.at(-1)
      if (last === undefined) return
      afterId = last[0]
    }
  }

  #nextHour(of: StoredInstrument, range: TimeRange, hours: Iterator<number>) {
    for (let next = hours.next(); next.done !== true; next = hours.next()) {
      const lowestId = this.#lowestId.get(...within(of, next.value, range)) ?? null
      if (lowestId !== null) return { hour: next.value, lowestId }
    }
    return null
  }

  *#hours(of: StoredInstrument, range: TimeRange): Generator<number> {
    let hour = this.#firstHour(of, range)
    while (hour !== null && hour * hourMs < range.toMs) {
      yield hour
      hour = this.#hourFrom.get(of.row, hour + 1) ?? null
    }
  }

  #firstHour(of: StoredInstrument, { fromMs, toMs }: TimeRange): number | null {
    const hour = this.#hourFrom.get(of.row, boundedHour(hourOf(fromMs))) ?? null
    return hour !== null && hour * hourMs < toMs ? hour : null
  }
}

function lowestOf(begun: readonly Begun[]): Begun | undefined {
  let [lowest] = begun
  for (const each of begun) {
    if (lowest !== undefined && each.row[0] < lowest.row[0]) lowest = each
  }
  return lowest
}

function within(of: StoredInstrument, hour: number, { fromMs, toMs }: TimeRange): Range {
  return [of.row, hour, fromMs, toMs]
}

/** SQLite compares infinities, but a statement that seeks an hour wants a number in reach. */
function boundedHour(hour: number): number {
  return Math.max(Math.min(hour, farHour), -farHour)
}

function tradeFrom(of: StoredInstrument, row: Row): Trade {
  const [id, eventMs, receivedMs, price, size, side] = row
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
