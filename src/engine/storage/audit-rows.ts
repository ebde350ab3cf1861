import type Database from 'better-sqlite3'
import type { Candle } from '../../core/market/candle.ts'
import type { InstrumentId } from '../../core/market/instrument.ts'
import type { AuditRecord, CandleDifference } from './audit-record.ts'
import { isSameContent } from './candle-record.ts'
import type { CandleRows } from './candle-rows.ts'
import { findInstrument } from './stored-instruments.ts'

/** Keeps what audits found, and mends candles; to be called within a transaction. */
export class AuditRows {
  readonly #database: Database.Database
  readonly #candles: CandleRows
  readonly #putAudit: Database.Statement<unknown[], number>
  readonly #putCandle: Database.Statement

  constructor(database: Database.Database, candles: CandleRows) {
    this.#database = database
    this.#candles = candles
    this.#putAudit = database
      .prepare<unknown[], number>(
        `INSERT INTO audit (at_ms, day_ms, pages, compared, differences)
         VALUES (?, ?, ?, ?, ?) RETURNING id`
      )
      .pluck()
    this.#putCandle = database.prepare(
      `INSERT INTO audit_candle
         (audit, instrument, interval, open_ms, finding, stored, built, repaired)
       VALUES (?, (SELECT id FROM instrument WHERE venue || ':' || symbol = ?), ?, ?, ?, ?, ?, ?)`
    )
  }

  /** @returns How many candles were mended. */
  put(record: AuditRecord): number {
    const { atMs, dayMs, pages, compared, differences } = record
    const audit = this.#putAudit.get(atMs, dayMs, pages, compared, differences) ?? 0
    let repaired = 0
    for (const difference of record.listed) {
      const isMended = record.isRepair && this.#mend(difference)
      if (isMended) repaired += 1
      const { finding, stored, built } = difference
      const { instrument, interval, openMs } = stored ?? built
      const versions = [jsonOf(stored), jsonOf(built)]
      const told = [instrument, interval, openMs, finding, ...versions, isMended ? 1 : 0]
      this.#putCandle.run(audit, ...told)
    }
    return repaired
  }

  /** Of one that no trade makes, the trades may be what is missing: it stays. So does one that changed since. */
  #mend({ stored, built }: CandleDifference): boolean {
    if (built === null) return false
    const of = findInstrument(this.#database, built.instrument satisfies InstrumentId)
    if (of === null) return false
    const now = this.#candles.find(of, built)
    const isAsFound = now === null ? stored === null : stored !== null && isSameContent(now, stored)
    if (!isAsFound) return false
    const revision = (stored?.revision ?? 0) + 1
    const state = stored?.state ?? 'unproven'
    this.#candles.put(of, { ...built, revision, state, final: true })
    return true
  }
}

function jsonOf(candle: Candle | null): string | null {
  return candle === null ? null : JSON.stringify(candle)
}
