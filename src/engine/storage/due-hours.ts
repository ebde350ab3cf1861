import type Database from 'better-sqlite3'
import type { VenueHour } from './sealed-hour.ts'
import { hourMs } from './sealed-hour.ts'

/** When an hour is to be moved into a file. */
export type SealRule = {
  /** Run clock, epoch ms. */
  readonly nowMs: number
  /** So long after its end, and after its last trade was stored. */
  readonly afterMs: number
  /** An open gap holds it back, but no longer than this after its end. */
  readonly gapAfterMs: number
}

type InstrumentRow = readonly [instrument: number, venue: string]

/** Finds hours whose trades are rows and no longer need to be. */
export class DueHours {
  readonly #instruments: Database.Statement<unknown[], InstrumentRow>
  readonly #nextHour: Database.Statement<unknown[], number | null>
  readonly #isHeldBack: Database.Statement<unknown[], number>
  readonly #lastStored: Database.Statement<unknown[], number | null>

  constructor(database: Database.Database) {
    const value = <Value>(sql: string) => database.prepare<unknown[], Value>(sql).pluck()
    this.#instruments = database
      .prepare<unknown[], InstrumentRow>('SELECT id, venue FROM instrument ORDER BY id')
      .raw()
    this.#nextHour = value(
      'SELECT min(hour) FROM trade WHERE instrument = ? AND hour > ? AND hour <= ?'
    )
    this.#isHeldBack = value(
      `SELECT
         EXISTS (SELECT 1 FROM instrument i CROSS JOIN tape_clearing c ON c.instrument = i.id
           WHERE i.venue = @venue AND c.hour = @hour)
         OR (NOT @isOverdue AND EXISTS (SELECT 1 FROM instrument i CROSS JOIN gap g
           ON g.instrument = i.id AND g.state = 'open'
           WHERE i.venue = @venue AND g.to_ms >= @fromMs AND ifnull(g.from_ms, g.to_ms) < @toMs))`
    )
    this.#lastStored = value(
      `SELECT max(t.received_ms) FROM instrument i CROSS JOIN trade t
       ON t.instrument = i.id AND t.hour = @hour WHERE i.venue = @venue`
    )
  }

  /** Oldest first, each looked at when it is asked for. */
  *due(rule: SealRule): Generator<VenueHour> {
    for (const hour of this.#candidates(rule)) if (this.#isDue(hour, rule)) yield hour
  }

  #isDue({ venue, hour }: VenueHour, { nowMs, afterMs, gapAfterMs }: SealRule): boolean {
    const toMs = (hour + 1) * hourMs
    const isOverdue = toMs + gapAfterMs <= nowMs ? 1 : 0
    const range = { fromMs: hour * hourMs, toMs, isOverdue }
    if (this.#isHeldBack.get({ venue, hour, ...range }) === 1) return false
    return (this.#lastStored.get({ venue, hour }) ?? Infinity) + afterMs <= nowMs
  }

  #candidates({ nowMs, afterMs }: SealRule): readonly VenueHour[] {
    const lastHour = Math.floor((nowMs - afterMs) / hourMs) - 1
    const found = new Map<string, VenueHour>()
    for (const [instrument, venue] of this.#instruments.all()) {
      let hour = this.#nextHour.get(instrument, -(2 ** 40), lastHour)
      while (typeof hour === 'number') {
        found.set(`${venue} ${hour}`, { venue, hour })
        hour = this.#nextHour.get(instrument, hour, lastHour)
      }
    }
    return [...found.values()].sort((a, b) => a.hour - b.hour || (a.venue < b.venue ? -1 : 1))
  }
}
