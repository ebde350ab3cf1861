import type Database from 'better-sqlite3'
import type { MissingTrades } from '../../core/pipeline/pipeline.ts'

/** A gap as it crosses the thread border; `instrument` counts registrations. */
export type GapRow = Pick<MissingTrades, 'fromId' | 'toId' | 'afterMs' | 'beforeMs'> & {
  readonly instrument: number
}

/** Writes gaps told by missing ids; one that is told again, by its first id, is kept once, the wider of both. */
export class GapRows {
  readonly #put: Database.Statement

  constructor(database: Database.Database) {
    this.#put = database.prepare(
      `INSERT INTO proof (instrument, from_ms, to_ms, state, cause, missed_trades, first_id)
       VALUES (?, ?, ?, 'open', 'missing-ids', ?, CAST(? AS INTEGER))
       ON CONFLICT (instrument, first_id) WHERE first_id IS NOT NULL DO UPDATE SET
         from_ms = ifnull(from_ms, excluded.from_ms),
         to_ms = max(to_ms, excluded.to_ms),
         missed_trades = max(missed_trades, excluded.missed_trades)`
    )
  }

  /**
   * @param rowOf Number of an instrument in its table, by registration.
   */
  putAll(gaps: readonly GapRow[], rowOf: readonly number[]): void {
    for (const { instrument, fromId, toId, afterMs, beforeMs } of gaps) {
      const row = rowOf[instrument] ?? 0
      this.#put.run(row, afterMs, beforeMs, toId - fromId + 1, fromId)
    }
  }
}
