import type Database from 'better-sqlite3'
import type { VenueHour } from './sealed-hour.ts'
import { hourMs } from './sealed-hour.ts'

/**
 * Finds hours whose trades may be deleted: all of them lie in files, and no gap is open that a refill may
 * still close.
 */
export class ForgettableHours {
  readonly #hours: Database.Statement<unknown[], VenueHour>
  readonly #isHeldBack: Database.Statement<unknown[], number>

  constructor(database: Database.Database) {
    this.#hours = database.prepare(
      `SELECT DISTINCT venue, hour FROM tape_file WHERE replaced_ms IS NULL AND hour < ?
       ORDER BY hour, venue`
    )
    const ofHour = (table: string) =>
      `EXISTS (SELECT 1 FROM instrument i CROSS JOIN ${table} t ON t.instrument = i.id
         AND t.hour = @hour WHERE i.venue = @venue)`
    this.#isHeldBack = database
      .prepare<unknown[], number>(
        `SELECT ${ofHour('trade')} OR ${ofHour('tape_clearing')}
         OR EXISTS (SELECT 1 FROM instrument i CROSS JOIN gap g
           ON g.instrument = i.id AND g.state = 'open'
           WHERE i.venue = @venue AND g.to_ms >= @fromMs AND ifnull(g.from_ms, g.to_ms) < @toMs)`
      )
      .pluck()
  }

  /** The oldest hour that ends by a moment and may be deleted; null when there is none. */
  oldest(toMs: number): VenueHour | null {
    for (const found of this.#hours.all(Math.floor(toMs / hourMs))) {
      if (this.isForgettable(found)) return found
    }
    return null
  }

  isForgettable({ venue, hour }: VenueHour): boolean {
    const range = { fromMs: hour * hourMs, toMs: (hour + 1) * hourMs }
    return this.#isHeldBack.get({ venue, hour, ...range }) === 0
  }
}
