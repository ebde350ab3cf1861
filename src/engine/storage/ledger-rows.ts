import type Database from 'better-sqlite3'
import type { Gap, GapKey } from '../../core/market/ledger/gap.ts'
import type { GapRow } from './gap-record.ts'
import { gapColumns, gapRowOf } from './gap-record.ts'
import type { LedgerBlock } from './ledger-block.ts'
import { coverageStride } from './ledger-block.ts'

/** When a batch was made. */
export type BatchMoment = {
  /** Arrival after its last trade. */
  readonly nextArrival: number
  /** Run clock at sealing. */
  readonly runNowMs: number
}

/** A gap whose pieces took its place is told as settled with this state. */
const replacedState = 'replaced'

/** Writes the ledger and the marks; putting the same again changes nothing. */
export class LedgerRows {
  readonly #grow: Database.Statement
  readonly #gapOf: ByKey<Database.Statement<unknown[], GapRow>>
  readonly #putGap: ByKey<Database.Statement>
  readonly #dropGap: ByKey<Database.Statement>
  readonly #mark: Database.Statement

  constructor(database: Database.Database) {
    this.#grow = database.prepare(
      `INSERT INTO coverage (instrument, from_ms, to_ms, kind, newest_id) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (instrument, from_ms)
       DO UPDATE SET to_ms = excluded.to_ms, newest_id = excluded.newest_id
       WHERE excluded.to_ms > to_ms`
    )
    this.#gapOf = byKey((where) =>
      database
        .prepare<unknown[], GapRow>(
          `SELECT ${gapColumns} FROM gap WHERE instrument = ? AND ${where}`
        )
        .raw()
    )
    this.#dropGap = byKey((where) =>
      database.prepare(`DELETE FROM gap WHERE instrument = ? AND ${where}`)
    )
    this.#putGap = {
      byId: database.prepare(upsertSql('(instrument, first_id) WHERE first_id IS NOT NULL')),
      byStart: database.prepare(upsertSql('(instrument, from_ms) WHERE first_id IS NULL'))
    }
    this.#mark = database.prepare(
      `INSERT INTO mark (arrival, at_ms, kind, instrument, connection, detail)
       VALUES (?, ?, ?, ?, ?, ?)`
    )
  }

  /**
   * @param rowOf Number of an instrument in its table, by registration.
   */
  putAll(block: LedgerBlock, rowOf: readonly number[], moment: BatchMoment): void {
    for (const { ordinal, arrival, mark } of block.marks) {
      const row = ordinal === null ? null : (rowOf[ordinal] ?? 0)
      const { atMs, kind, connection, detail } = mark
      this.#mark.run(arrival, atMs, kind, row, connection, JSON.stringify(detail))
    }
    this.#growAll(block.coverage, rowOf)
    for (const { ordinal, key } of block.replaced) this.drop(rowOf[ordinal] ?? 0, key, moment)
    for (const { ordinal, gap } of block.gaps) this.put(rowOf[ordinal] ?? 0, gap, moment)
  }

  #growAll(coverage: Float64Array, rowOf: readonly number[]): void {
    for (let at = 0; at < coverage.length; at += coverageStride) {
      const [ordinal = 0, fromMs, toMs, isUnproven, newestId = NaN] = coverage.subarray(at)
      const kind = isUnproven === 1 ? 'unproven' : 'complete'
      const id = Number.isNaN(newestId) ? null : newestId
      this.#grow.run(rowOf[ordinal] ?? 0, fromMs, toMs, kind, id)
    }
  }

  /** Takes a gap back; that it was there stays on the tape. */
  drop(instrument: number, key: GapKey, moment: BatchMoment): void {
    const place = placeOf(instrument, key)
    const before = statementFor(this.#gapOf, key).get(...place)
    if (before === undefined) return
    statementFor(this.#dropGap, key).run(...place)
    this.#tell(instrument, { row: before, state: replacedState }, moment)
  }

  /** Marks what is new or has another state; a gap that only grew is no event. */
  put(instrument: number, gap: Gap, moment: BatchMoment): void {
    const before = statementFor(this.#gapOf, gap).get(...placeOf(instrument, gap))
    const row = gapRowOf(gap)
    if (before?.every((value, at) => value === row[at]) === true) return
    statementFor(this.#putGap, gap).run(instrument, ...row)
    if (before?.[4] !== gap.state) this.#tell(instrument, { row, state: gap.state }, moment)
  }

  #tell(
    instrument: number,
    { row, state }: { readonly row: GapRow; readonly state: Gap['state'] | typeof replacedState },
    { nextArrival, runNowMs }: BatchMoment
  ): void {
    const [firstId, lastId, fromMs, toMs, , cause, reason, missedTrades, source] = row
    const rest = { cause, reason, missedTrades, source }
    const detail = JSON.stringify({ firstId, lastId, fromMs, toMs, state, ...rest })
    const kind = state === 'open' ? 'gap-opened' : 'gap-settled'
    this.#mark.run(nextArrival, runNowMs, kind, instrument, null, detail)
  }
}

type ByKey<Statement> = { readonly byId: Statement; readonly byStart: Statement }

function byKey<Statement>(prepare: (where: string) => Statement): ByKey<Statement> {
  return {
    byId: prepare('first_id = ?'),
    byStart: prepare('from_ms = ? AND first_id IS NULL')
  }
}

function statementFor<Statement>(either: ByKey<Statement>, key: GapKey): Statement {
  return key.firstId === null ? either.byStart : either.byId
}

function placeOf(instrument: number, key: GapKey): readonly number[] {
  return [instrument, key.firstId ?? key.fromMs]
}

function upsertSql(conflict: string): string {
  const columns = gapColumns.split(', ')
  return `INSERT INTO gap (instrument, ${gapColumns})
    VALUES (?, CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?, ?, ?, ?, CAST(? AS INTEGER), ?)
    ON CONFLICT ${conflict} DO UPDATE SET
    ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`
}
