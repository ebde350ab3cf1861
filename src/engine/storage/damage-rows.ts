import type Database from 'better-sqlite3'
import { invariant } from '../../core/invariant.ts'
import { splitInstrumentId, type InstrumentId } from '../../core/market/instrument.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import { gapColumns, gapFrom, type GapRow } from './gap-record.ts'
import type { BatchMoment, LedgerRows } from './ledger-rows.ts'
import { hourMs } from './sealed-hour.ts'
import type { TapeFinding, TapeLoss } from './tape-finding.ts'

/** The smallest step between two starts of gaps, ms. */
const stepMs = 0.001

type NotedRow = readonly [row: number, instrument: InstrumentId, ...gap: GapRow]

/**
 * Notes in the ledger which trades cannot be read because their file is damaged, as gaps that are `lost`,
 * and takes them back when the file reads again. Putting the same again changes nothing.
 */
export class DamageRows {
  readonly #ledger: LedgerRows
  readonly #counts: Database.Statement<unknown[], number>
  readonly #noted: Database.Statement<unknown[], NotedRow>
  readonly #rowOf: Database.Statement<unknown[], number>
  readonly #isTaken: Database.Statement<unknown[], number>

  constructor(database: Database.Database, ledger: LedgerRows) {
    this.#ledger = ledger
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#counts = value(
      `SELECT count(*) FROM tape_file
       WHERE venue = @venue AND hour = @hour AND path = @path AND replaced_ms IS NULL`
    )
    this.#noted = database
      .prepare<unknown[], NotedRow>(
        `SELECT g.instrument, i.venue || ':' || i.symbol, ${gapColumns}
         FROM instrument i CROSS JOIN gap g ON g.instrument = i.id
         WHERE i.venue = @venue AND g.to_ms >= @fromMs AND g.to_ms <= @toMs
         AND g.cause = 'damaged-file' AND substr(g.reason, 1, length(@path)) = @path`
      )
      .raw()
    this.#rowOf = value('SELECT id FROM instrument WHERE venue = ? AND symbol = ?')
    this.#isTaken = value(
      'SELECT count(*) FROM gap WHERE instrument = ? AND from_ms = ? AND first_id IS NULL'
    )
  }

  /**
   * To be called within a transaction.
   *
   * @returns Whether anything changed; nothing does where the file no longer counts.
   */
  note({ venue, hour, path, losses }: TapeFinding, moment: BatchMoment): boolean {
    if (this.#counts.get({ venue, hour, path }) === 0) return false
    const range = { fromMs: hour * hourMs, toMs: (hour + 1) * hourMs }
    const noted = this.#noted.all({ venue, path, ...range })
    const before = noted.map(([row, instrument, ...gap]) => ({
      row,
      gap: gapFrom(instrument, gap)
    }))
    const wanted = losses.map(gapOfLoss)
    const keys = new Set(before.map(({ gap }) => contentOf(gap)))
    if (wanted.length === before.length && wanted.every((gap) => keys.has(contentOf(gap))))
      return false
    for (const { row, gap } of before) this.#ledger.drop(row, gap, moment)
    for (const gap of wanted) this.#put(gap, moment)
    return true
  }

  /** Gaps that ids do not tell are named by their start: one that is taken is passed by. */
  #put(gap: TimeGap, moment: BatchMoment): void {
    const { venue, symbol } = splitInstrumentId(gap.instrument)
    const row = this.#rowOf.get(venue, symbol)
    invariant(row !== undefined, `expected a stored instrument: ${gap.instrument}`)
    let { fromMs } = gap
    while (this.#isTaken.get(row, fromMs) !== 0) fromMs += stepMs
    this.#ledger.put(row, { ...gap, fromMs }, moment)
  }
}

type TimeGap = Gap & { readonly firstId: null; readonly fromMs: number }

/** A loss as the ledger tells it. */
export function gapOfLoss({ instrument, fromMs, toMs, trades, reason }: TapeLoss): TimeGap {
  return {
    instrument,
    firstId: null,
    lastId: null,
    fromMs,
    toMs,
    state: 'lost',
    cause: 'damaged-file',
    reason,
    missedTrades: trades,
    source: null
  }
}

/** All but by how many steps its start was moved. */
function contentOf({ instrument, fromMs, toMs, missedTrades, reason }: Gap): string {
  return JSON.stringify([instrument, Math.floor(fromMs ?? 0), toMs, missedTrades, reason])
}
