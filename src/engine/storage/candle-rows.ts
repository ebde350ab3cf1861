import type Database from 'better-sqlite3'
import type { Candle } from '../../core/market/candle.ts'
import type { CandleBlock } from './candle-block.ts'
import { candleStride } from './candle-block.ts'
import type { TickCandleRow, TimeCandleRow } from './candle-record.ts'
import {
  contentColumns,
  contentOf,
  intervalSpec,
  slotOf,
  tickCandleFrom,
  timeCandleFrom
} from './candle-record.ts'
import type { StoredInstrument } from './stored-instruments.ts'

const contentAt = 6

/** Writes candles. A venue's candle never replaces one that was built from trades. */
export class CandleRows {
  readonly #putTime: Database.Statement
  readonly #putTick: Database.Statement
  readonly #getTime: Database.Statement<unknown[], TimeCandleRow>
  readonly #getTick: Database.Statement<unknown[], TickCandleRow>

  constructor(database: Database.Database) {
    this.#putTime = database.prepare(upsertSql('candle', ['instrument', 'interval', 'slot'], []))
    this.#putTick = database.prepare(
      upsertSql('tick_candle', ['instrument', 'length', 'day_ms', 'place'], ['open_ms', 'close_ms'])
    )
    this.#getTime = database
      .prepare<unknown[], TimeCandleRow>(
        `SELECT slot, ${contentColumns} FROM candle
         WHERE instrument = ? AND interval = ? AND slot = ?`
      )
      .raw()
    this.#getTick = database
      .prepare<unknown[], TickCandleRow>(
        `SELECT day_ms, place, open_ms, close_ms, ${contentColumns} FROM tick_candle
         WHERE instrument = ? AND length = ? AND day_ms = ? AND place = ?`
      )
      .raw()
  }

  /**
   * @param rowOf Number of an instrument in its table, by registration.
   */
  putAll(block: CandleBlock, rowOf: readonly number[]): void {
    const values = new Float64Array(block.memory)
    for (let at = 0; at < block.length * candleStride; at += candleStride) {
      const instrument = rowOf[values[at] ?? 0] ?? 0
      const code = values[at + 1] ?? 0
      const content = values.subarray(at + contentAt, at + candleStride)
      if (code > 0) this.#putTime.run(instrument, code, values[at + 5], ...content)
      else
        this.#putTick.run(
          ...[instrument, -code, values[at + 4], values[at + 5], values[at + 2], values[at + 3]],
          ...content
        )
    }
  }

  put(of: StoredInstrument, candle: Candle): void {
    const spec = intervalSpec(candle.interval)
    const content = contentOf(candle)
    if (spec.kind === 'time')
      this.#putTime.run(of.row, spec.lengthMs / 1_000, slotOf(candle, spec.lengthMs), ...content)
    else
      this.#putTick.run(
        ...[of.row, spec.tradesPerCandle, candle.dayMs, candle.index],
        ...[candle.openMs, candle.closeMs, ...content]
      )
  }

  /** Finds the stored candle of the same place; null when there is none. */
  find(of: StoredInstrument, candle: Candle): Candle | null {
    const spec = intervalSpec(candle.interval)
    if (spec.kind === 'time') {
      const slot = slotOf(candle, spec.lengthMs)
      const row = this.#getTime.get(of.row, spec.lengthMs / 1_000, slot)
      return row === undefined ? null : timeCandleFrom(of.id, spec, row)
    }
    const row = this.#getTick.get(of.row, spec.tradesPerCandle, candle.dayMs, candle.index)
    return row === undefined ? null : tickCandleFrom(of.id, spec, row)
  }
}

function upsertSql(table: string, key: readonly string[], more: readonly string[]): string {
  const content = [...more, ...contentColumns.split(', ')]
  const columns = [...key, ...content]
  return `INSERT INTO ${table} (${columns.join(', ')})
    VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET
    ${content.map((column) => `${column} = excluded.${column}`).join(', ')}
    WHERE excluded.source <= ${table}.source`
}
