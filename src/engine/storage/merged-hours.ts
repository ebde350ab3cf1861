import type Database from 'better-sqlite3'
import type { ColdHour } from './cold-trades.ts'
import { ColdTrades } from './cold-trades.ts'
import type { StoredInstrument } from './stored-instruments.ts'
import type { TradeTuple } from './trade-tuple.ts'
import { tradeTupleColumns } from './trade-tuple.ts'

/** What is wanted of an hour. */
export type HourCut = {
  readonly hour: number
  /** Venue time, half-open. */
  readonly range: { readonly fromMs: number; readonly toMs: number }
  /** 1: flagged ones too. */
  readonly flagged: 0 | 1
}

/** An hour whose trades are had in order of id. */
export type OrderedHour = {
  /** None of its ids is lower. */
  readonly lowestId: number
  readonly rows: () => Iterable<TradeTuple>
}

/** Sealed hours as they are now: what their files hold, with the rows that came since. */
export class MergedHours {
  readonly cold: ColdTrades
  readonly #since: Database.Statement<unknown[], TradeTuple>

  constructor(database: Database.Database) {
    this.cold = new ColdTrades(database)
    const since = 'FROM trade WHERE instrument = ? AND hour = ? AND arrival > ?'
    this.#since = database
      .prepare<unknown[], TradeTuple>(`SELECT ${tradeTupleColumns} ${since}`)
      .raw()
  }

  /** Trades of a sealed hour, each id once, in no order. */
  rows(of: StoredInstrument, sealed: ColdHour, { hour, range, flagged }: HourCut): TradeTuple[] {
    const isWanted = (row: TradeTuple) =>
      row[7] <= flagged && row[2] >= range.fromMs && row[2] < range.toMs
    const inFiles = this.cold.rows(of.row, hour)
    const since = this.#since.all(of.row, hour, sealed.cutArrival).filter(isWanted)
    if (since.length === 0) return inFiles.filter(isWanted)
    return [...inFiles.filter(isWanted), ...since.filter(([id]) => !this.#isInFile(of, hour, id))]
  }

  /** The same in TradeOrder. */
  ordered(of: StoredInstrument, sealed: ColdHour, cut: HourCut): TradeTuple[] {
    const order = of.tradeIds === 'contiguous' ? compareIds : compareTimes
    return this.rows(of, sealed, cut).sort(order)
  }

  /** How many unflagged trades a sealed hour holds, by the manifest. */
  count(of: StoredInstrument, sealed: ColdHour, hour: number): number {
    const since = this.#since
      .all(of.row, hour, sealed.cutArrival)
      .filter((row) => row[7] === 0 && !this.#isInFile(of, hour, row[0]))
    return sealed.trades - sealed.flagged + since.length
  }

  /** A trade that came again while its file was damaged is a row too: the first one counts. */
  #isInFile(of: StoredInstrument, hour: number, id: number | string): boolean {
    return this.cold.find(of.row, hour, id) !== null
  }
}

/** Trades of several hours in order of id; an hour is begun when one of its trades may be the next. */
export function* mergeById(hours: readonly OrderedHour[]): Generator<TradeTuple> {
  const waiting = [...hours].sort((a, b) => b.lowestId - a.lowestId)
  const begun: { readonly rows: Iterator<TradeTuple>; row: TradeTuple }[] = []
  for (;;) {
    let lowest = begun[0]
    for (const each of begun) {
      if (lowest !== undefined && compareIds(each.row, lowest.row) < 0) lowest = each
    }
    const next = waiting.at(-1)
    if (next !== undefined && (lowest === undefined || Number(lowest.row[0]) >= next.lowestId)) {
      waiting.pop()
      const rows = next.rows()[Symbol.iterator]()
      const first = rows.next()
      if (first.done !== true) begun.push({ rows, row: first.value })
      continue
    }
    if (lowest === undefined) return
    yield lowest.row
    const after = lowest.rows.next()
    if (after.done === true) begun.splice(begun.indexOf(lowest), 1)
    else lowest.row = after.value
  }
}

function compareIds(a: TradeTuple, b: TradeTuple): number {
  return Number(a[0]) - Number(b[0])
}

function compareTimes(a: TradeTuple, b: TradeTuple): number {
  return a[2] - b[2] || a[1] - b[1]
}
