import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { splitInstrumentId, type InstrumentId } from '../../src/core/market/instrument.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { migrations } from '../../src/engine/storage/schema.ts'
import type { TradeIds } from '../../src/core/market/trade-order.ts'
import { scratchFolder } from './scratch-folder.ts'

type Row = {
  readonly id: string
  readonly eventMs: number
  readonly price: number
  readonly size: number
}

/** A database made by hand, as the engine's schema has it, without its writer. */
export class TapeFile {
  readonly path: string
  readonly #database: DatabaseSync
  readonly #numbers = new Map<InstrumentId, number>()
  #arrival = 0

  private constructor(path: string) {
    this.path = path
    this.#database = new DatabaseSync(path)
    for (const { sql } of migrations) this.#database.exec(sql)
    onTestFinished(() => {
      this.#database.close()
    })
  }

  /** On a file that is gone when the test ends. */
  static async make(): Promise<TapeFile> {
    return new TapeFile(join(await scratchFolder(), 'tapedeck.db'))
  }

  instrument(id: InstrumentId, tradeIds: TradeIds): void {
    const { venue, symbol } = splitInstrumentId(id)
    const number = this.#numbers.size + 1
    this.#numbers.set(id, number)
    this.#database
      .prepare(
        `INSERT INTO instrument (id, venue, symbol, venue_symbol, base, quote, trade_ids)
         VALUES (?, ?, ?, ?, ?, ?, ?)`
      )
      .run(number, venue, symbol, symbol, symbol, symbol, tradeIds)
  }

  /** @param hour The real one where not given; another lets an id stand twice. */
  trade(instrument: InstrumentId, { id, eventMs, price, size }: Row, hour?: number): void {
    this.#arrival += 1
    const isNumber = /^\d{1,15}$/.test(id)
    this.#database
      .prepare('INSERT INTO trade VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        this.#numbers.get(instrument) ?? 0,
        hour ?? Math.floor(eventMs / 3_600_000),
        isNumber ? BigInt(id) : id,
        this.#arrival,
        eventMs,
        eventMs,
        price,
        size,
        1,
        0
      )
  }

  gap(
    instrument: InstrumentId,
    gap: Pick<Gap, 'state' | 'firstId' | 'lastId' | 'fromMs' | 'toMs'>
  ): void {
    this.#database
      .prepare(
        `INSERT INTO gap (instrument, first_id, last_id, from_ms, to_ms, state, cause)
         VALUES (?, ?, ?, ?, ?, ?, 'disconnected')`
      )
      .run(
        this.#numbers.get(instrument) ?? 0,
        gap.firstId,
        gap.lastId,
        gap.fromMs,
        gap.toMs,
        gap.state
      )
  }
}
