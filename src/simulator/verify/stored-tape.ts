import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { TradeIds } from '../../core/market/trade-order.ts'
import { RecordingError } from '../../recordings/recording-error.ts'
import { TapeFileReader } from '../../recordings/tape-file-reader.ts'
import type { TapeRow } from '../../recordings/tape-rows.ts'

/** A stored trade, as `v_trade` and the files of `v_tape` show it. */
export type StoredTrade = {
  readonly id: string
  readonly eventMs: number
  readonly price: number
  readonly size: number
}

/** A stored gap, as `v_gap` shows it. */
export type StoredGap = {
  /** null where ids do not tell. */
  readonly firstId: number | null
  readonly lastId: number | null
  /** null where it is not known. */
  readonly fromMs: number | null
  readonly toMs: number
  readonly state: string
}

/** What a database holds of one instrument. */
export type StoredInstrument = {
  readonly tradeIds: TradeIds
  /** In the order in which they arrived. */
  readonly trades: readonly StoredTrade[]
  readonly gaps: readonly StoredGap[]
  /** Ids of which a repeat said something else. */
  readonly conflicts: number
}

/** A database that cannot be looked at: there is none, or it is none of ours. */
class StoredTapeError extends Error {
  override readonly name = 'StoredTapeError'
}

const noInstrument: StoredInstrument = { tradeIds: 'unique', trades: [], gaps: [], conflicts: 0 }

/**
 * A database read by its documented views, by a SQLite of its own, and the files that they list: it shares
 * no code with the engine that wrote them, so it does not share its errors.
 */
export class StoredTape implements Disposable {
  readonly #database: DatabaseSync
  readonly #folder: string

  /** @throws StoredTapeError when the file is not there, or holds no such views. */
  constructor(path: string) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      throw new StoredTapeError(`${path}: no such file`)
    }
    this.#folder = dirname(path)
    try {
      this.#database = new DatabaseSync(path, { readOnly: true })
      this.#database.exec('BEGIN')
      this.#rows('SELECT first_id, last_id, from_ms, to_ms, state FROM v_gap LIMIT 1')
      this.#rows('SELECT id, event_ms, price, size, arrival FROM v_trade LIMIT 1')
      this.#rows('SELECT path FROM v_tape LIMIT 1')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new StoredTapeError(`${path}: not a database of this version: ${reason}`)
    }
  }

  /** What SQLite finds wrong with the file, and what is wrong with files of trades; empty when nothing. */
  problems(): readonly string[] {
    const ofDatabase = this.#rows('PRAGMA quick_check(10)')
      .map((row) => textOf(row['quick_check']))
      .filter((line) => line !== 'ok')
    return [...ofDatabase, ...this.#files().flatMap(problemsOf)]
  }

  /** Ids of every instrument that it knows. */
  instruments(): readonly string[] {
    return this.#rows("SELECT venue || ':' || symbol AS id FROM instrument ORDER BY id").map(
      (row) => textOf(row['id'])
    )
  }

  read(instrument: string): StoredInstrument {
    const [known] = this.#rows(
      "SELECT id, trade_ids FROM instrument WHERE venue || ':' || symbol = ?",
      instrument
    )
    if (known === undefined) return noInstrument
    const trades = this.#rows(
      'SELECT id, event_ms, price, size, arrival FROM v_trade WHERE instrument = ?',
      instrument
    ).map((row) => ({
      id: textOf(row['id']),
      eventMs: Number(row['event_ms']),
      price: Number(row['price']),
      size: Number(row['size']),
      arrival: Number(row['arrival'])
    }))
    const inFiles = this.#files(instrument).flatMap((path) => [...readable(path, instrument)])
    trades.push(...inFiles.map((row) => ({ ...row, id: String(row.id) })))
    const gaps = this.#rows(
      'SELECT first_id, last_id, from_ms, to_ms, state FROM v_gap WHERE instrument = ?',
      instrument
    )
    const [conflicts] = this.#rows(
      'SELECT count(*) AS count FROM conflicting_trade WHERE instrument = ?',
      Number(known['id'])
    )
    return {
      tradeIds: textOf(known['trade_ids']) as TradeIds,
      trades: trades.sort((a, b) => a.arrival - b.arrival),
      gaps: gaps.map((row) => ({
        firstId: numberOf(row['first_id']),
        lastId: numberOf(row['last_id']),
        fromMs: numberOf(row['from_ms']),
        toMs: Number(row['to_ms']),
        state: textOf(row['state'])
      })),
      conflicts: Number(conflicts?.['count'] ?? 0)
    }
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }

  /** Of the venue of an instrument, or all. */
  #files(instrument?: string): readonly string[] {
    return this.#rows(
      'SELECT path FROM v_tape WHERE ifnull(?, venue) = venue',
      instrument?.split(':')[0] ?? null
    ).map((row) => join(this.#folder, ...textOf(row['path']).split('/')))
  }

  #rows(sql: string, ...values: (string | number | null)[]): readonly Record<string, unknown>[] {
    return this.#database.prepare(sql).all(...values)
  }
}

/** The trades of an instrument in a file, as far as they can be read: what is wrong is told as a problem. */
function* readable(path: string, instrument: string): Generator<TapeRow> {
  try {
    using file = new TapeFileReader(path)
    yield* file.rows(instrument as InstrumentId)
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error
  }
}

function problemsOf(path: string): readonly string[] {
  try {
    using file = new TapeFileReader(path)
    for (const group of file.header.groups) file.read(group)
    return []
  } catch (error) {
    if (error instanceof RecordingError) return [error.message]
    throw error
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
