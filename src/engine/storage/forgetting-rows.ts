import type Database from 'better-sqlite3'
import { timeSpec } from './candle-record.ts'
import { ForgettableHours } from './forgettable-hours.ts'
import type { Forgetting } from './retention-rule.ts'
import type { VenueHour } from './sealed-hour.ts'
import { hourMs } from './sealed-hour.ts'
import { StoredTickSeries } from './tick-series.ts'

/** Rows, or pages, of one turn: two or three milliseconds. */
const rowsPerTurn = 500
const pagesPerTurn = 32
/** From the beginning. */
const beginningMs = 0

type Told = {
  readonly kind: 'trades' | 'candles' | 'marks' | 'incidents'
  readonly subject: string
  readonly fromMs: number
  readonly toMs: number
}

/** Deletes by retention, and tells what was deleted; each turn is to be called within a transaction. */
export class ForgettingRows {
  readonly #database: Database.Database
  readonly #hours: ForgettableHours
  readonly #ticks: StoredTickSeries
  readonly #hourTrades: Database.Statement<unknown[], number>
  readonly #dropFiles: Database.Statement
  readonly #dropStretches: Database.Statement
  readonly #instrumentWith: Database.Statement<unknown[], number>
  readonly #dropCandles: Database.Statement
  readonly #dropTicks: Database.Statement
  readonly #dropMarks: Database.Statement
  readonly #dropIncidents: Database.Statement
  readonly #before: Database.Statement<unknown[], number>
  readonly #tell: Database.Statement
  /** Of the step that is under way: instruments before hold no more of it. */
  #reached = { step: '', instrument: 0 }

  constructor(database: Database.Database) {
    this.#database = database
    this.#hours = new ForgettableHours(database)
    this.#ticks = new StoredTickSeries(database)
    const value = (sql: string) => database.prepare<unknown[], number>(sql).pluck()
    this.#hourTrades = value(
      `SELECT ifnull(sum(trades), 0) FROM tape_file
       WHERE venue = @venue AND hour = @hour AND replaced_ms IS NULL`
    )
    this.#dropFiles = database.prepare(
      `UPDATE tape_file SET replaced_ms = @nowMs
       WHERE venue = @venue AND hour = @hour AND replaced_ms IS NULL`
    )
    this.#dropStretches = database.prepare(
      `DELETE FROM tape_stretch WHERE hour = @hour
       AND instrument IN (SELECT id FROM instrument WHERE venue = @venue)`
    )
    this.#instrumentWith = value(
      `SELECT id FROM instrument WHERE id >= @from AND EXISTS (SELECT 1 FROM candle c
         WHERE c.instrument = instrument.id AND c.interval = @seconds AND c.slot < @slot)
       ORDER BY id LIMIT 1`
    )
    this.#dropCandles = database.prepare(
      `DELETE FROM candle WHERE (instrument, interval, slot) IN (
         SELECT instrument, interval, slot FROM candle
         WHERE instrument = ? AND interval = ? AND slot < ? LIMIT ?)`
    )
    this.#dropTicks = database.prepare(
      `DELETE FROM tick_candle WHERE (instrument, length, day_ms, place) IN (
         SELECT instrument, length, day_ms, place FROM tick_candle
         WHERE instrument = ? AND length = ? AND day_ms < ? LIMIT ?)`
    )
    this.#dropMarks = database.prepare(
      'DELETE FROM mark WHERE id IN (SELECT id FROM mark WHERE at_ms < ? LIMIT ?)'
    )
    this.#dropIncidents = database.prepare(
      `DELETE FROM incident WHERE id IN (SELECT id FROM incident
         WHERE began_ms < ? AND state <> 'open' LIMIT ?)`
    )
    this.#before = value(
      "SELECT from_ms FROM forgotten WHERE kind = 'trades' AND subject = ? AND to_ms = ?"
    )
    this.#tell = database.prepare(
      `INSERT INTO forgotten (kind, subject, from_ms, to_ms, rows, at_ms)
       VALUES (@kind, @subject, @fromMs, @toMs, @rows, @nowMs)
       ON CONFLICT (kind, subject, from_ms) DO UPDATE SET
       to_ms = max(to_ms, excluded.to_ms), rows = rows + excluded.rows, at_ms = excluded.at_ms`
    )
  }

  /**
   * Deletes some of what a step names. Files are removed later, when no query that began before reads
   * them any more.
   *
   * @returns Whether any of it is left.
   */
  forget(step: Forgetting, nowMs: number): boolean {
    const key = JSON.stringify(step)
    if (key !== this.#reached.step) this.#reached = { step: key, instrument: 0 }
    const isLeft = this.#forgetSome(step, nowMs)
    if (!isLeft) this.#reached = { step: '', instrument: 0 }
    return isLeft
  }

  #forgetSome(step: Forgetting, nowMs: number): boolean {
    switch (step.kind) {
      case 'hour':
        this.#forgetHour(step, nowMs)
        return false
      case 'candles':
        return this.#forgetCandles(step, nowMs)
      case 'ticks':
        return this.#forgetTicks(step, nowMs)
      case 'marks':
      case 'incidents': {
        const drop = step.kind === 'marks' ? this.#dropMarks : this.#dropIncidents
        const { changes } = drop.run(step.toMs, rowsPerTurn)
        return this.#told({ ...told(step.kind, ''), toMs: step.toMs }, changes, nowMs)
      }
      case 'pages':
        this.#database.pragma(`incremental_vacuum(${pagesPerTurn})`)
        return Number(this.#database.pragma('freelist_count', { simple: true })) > step.leave
    }
  }

  /** An hour that got rows or a gap since it was chosen stays. */
  #forgetHour({ venue, hour }: VenueHour, nowMs: number): void {
    if (!this.#hours.isForgettable({ venue, hour })) return
    const rows = this.#hourTrades.get({ venue, hour }) ?? 0
    this.#dropFiles.run({ venue, hour, nowMs })
    this.#dropStretches.run({ venue, hour })
    const fromMs = this.#before.get(venue, hour * hourMs) ?? hour * hourMs
    const toMs = (hour + 1) * hourMs
    this.#told({ kind: 'trades', subject: venue, fromMs, toMs }, rows, nowMs)
  }

  #forgetCandles(
    { interval, toMs }: Extract<Forgetting, { kind: 'candles' }>,
    nowMs: number
  ): boolean {
    const { lengthMs } = timeSpec(interval)
    const [seconds, slot] = [lengthMs / 1_000, Math.floor(toMs / lengthMs)]
    let room = rowsPerTurn
    while (room > 0) {
      const from = this.#reached.instrument
      const instrument = this.#instrumentWith.get({ from, seconds, slot })
      if (instrument === undefined) break
      this.#reached.instrument = instrument
      room -= this.#dropCandles.run(instrument, seconds, slot, room).changes
    }
    return this.#told({ ...told('candles', interval), toMs }, rowsPerTurn - room, nowMs)
  }

  #forgetTicks({ toMs }: Extract<Forgetting, { kind: 'ticks' }>, nowMs: number): boolean {
    let room = rowsPerTurn
    for (const { instrument, length, firstMs } of this.#ticks.all(this.#reached.instrument)) {
      if (room === 0) break
      this.#reached.instrument = instrument
      if (firstMs >= toMs) continue
      room -= this.#dropTicks.run(instrument, length, toMs, room).changes
    }
    return this.#told({ ...told('candles', 'ticks'), toMs }, rowsPerTurn - room, nowMs)
  }

  /** @returns Whether a whole turn was needed, so that more may be left. */
  #told(stretch: Told, rows: number, nowMs: number): boolean {
    this.#tell.run({ ...stretch, rows, nowMs })
    return rows === rowsPerTurn
  }
}

function told(kind: Told['kind'], subject: string): Omit<Told, 'toMs'> {
  return { kind, subject, fromMs: beginningMs }
}
