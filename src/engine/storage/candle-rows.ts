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
const storedColumns = contentColumns.split(', ').filter((column) => column !== 'final')

/**
 * Writes candles: those that still change into the small tables, final ones into the large. A venue's
 * candle never replaces one that was built from trades.
 */
export class CandleRows {
  readonly #time: CandlePair<TimeCandleRow>
  readonly #tick: CandlePair<TickCandleRow>

  constructor(database: Database.Database) {
    this.#time = new CandlePair(database, {
      tables: { final: 'candle', forming: 'forming_candle', any: 'any_candle' },
      key: ['instrument', 'interval', 'slot'],
      more: []
    })
    this.#tick = new CandlePair(database, {
      tables: { final: 'tick_candle', forming: 'forming_tick_candle', any: 'any_tick_candle' },
      key: ['instrument', 'length', 'day_ms', 'place'],
      more: ['open_ms', 'close_ms']
    })
  }

  /**
   * @param rowOf Number of an instrument in its table, by registration.
   */
  putAll(block: CandleBlock, rowOf: readonly number[]): void {
    const values = new Float64Array(block.memory)
    for (let at = 0; at < block.length * candleStride; at += candleStride) {
      const value = (offset: number) => values[at + offset] ?? 0
      const instrument = rowOf[value(0)] ?? 0
      const code = value(1)
      const content = values.subarray(at + contentAt, at + candleStride)
      if (code > 0) this.#time.put([instrument, code, value(5)], content)
      else this.#tick.put([instrument, -code, value(4), value(5), value(2), value(3)], content)
    }
  }

  put(of: StoredInstrument, candle: Candle): void {
    const content = contentOf(candle)
    if (intervalSpec(candle.interval).kind === 'time') this.#time.put(keyOf(of, candle), content)
    else this.#tick.put([...keyOf(of, candle), candle.openMs, candle.closeMs], content)
  }

  /** Finds the stored candle of the same place; null when there is none. */
  find(of: StoredInstrument, candle: Candle): Candle | null {
    const spec = intervalSpec(candle.interval)
    if (spec.kind === 'time') {
      const row = this.#time.find(keyOf(of, candle))
      return row === null ? null : timeCandleFrom(of.id, spec, row)
    }
    const row = this.#tick.find(keyOf(of, candle))
    return row === null ? null : tickCandleFrom(of.id, spec, row)
  }
}

type PairOptions = {
  readonly tables: { readonly final: string; readonly forming: string; readonly any: string }
  readonly key: readonly string[]
  /** Columns between key and content. */
  readonly more: readonly string[]
}

const sourceAt = contentColumns.split(', ').indexOf('source')
const finalAt = contentColumns.split(', ').indexOf('final')

/** The two tables of one kind of candle. */
class CandlePair<Row extends readonly unknown[]> {
  readonly #keyColumns: number
  readonly #putFinal: Database.Statement
  readonly #putForming: Database.Statement
  readonly #dropForming: Database.Statement
  readonly #find: Database.Statement<unknown[], Row>
  readonly #source: Database.Statement<unknown[], number>

  constructor(database: Database.Database, { tables, key, more }: PairOptions) {
    this.#keyColumns = key.length
    const isPlace = key.map((column) => `${column} = ?`).join(' AND ')
    this.#putFinal = database.prepare(upsertSql(tables.final, key, more))
    this.#putForming = database.prepare(upsertSql(tables.forming, key, more))
    this.#dropForming = database.prepare(`DELETE FROM ${tables.forming} WHERE ${isPlace}`)
    const columns = [...key.slice(2), ...more, contentColumns].join(', ')
    this.#find = database
      .prepare<unknown[], Row>(
        `SELECT ${columns} FROM ${tables.any} WHERE ${isPlace} ORDER BY final LIMIT 1`
      )
      .raw()
    this.#source = database
      .prepare<unknown[], number>(`SELECT min(source) FROM ${tables.any} WHERE ${isPlace}`)
      .pluck()
  }

  /** @param values The key, then what lies between key and content; content is added to it. */
  put(values: number[], content: ArrayLike<number>): void {
    const key = values.slice(0, this.#keyColumns)
    if (content[sourceAt] === 1 && this.#source.get(key) === 0) return
    for (let at = 0; at < content.length; at += 1) {
      if (at !== finalAt) values.push(content[at] ?? 0)
    }
    if (content[finalAt] === 0) {
      this.#putForming.run(values)
      return
    }
    this.#putFinal.run(values)
    this.#dropForming.run(key)
  }

  find(key: readonly number[]): Row | null {
    return this.#find.get(key) ?? null
  }
}

function keyOf(of: StoredInstrument, candle: Candle): number[] {
  const spec = intervalSpec(candle.interval)
  return spec.kind === 'time'
    ? [of.row, spec.lengthMs / 1_000, slotOf(candle, spec.lengthMs)]
    : [of.row, spec.tradesPerCandle, candle.dayMs, candle.index]
}

function upsertSql(table: string, key: readonly string[], more: readonly string[]): string {
  const content = [...more, ...storedColumns]
  const columns = [...key, ...content]
  return `INSERT INTO ${table} (${columns.join(', ')})
    VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET
    ${content.map((column) => `${column} = excluded.${column}`).join(', ')}`
}
