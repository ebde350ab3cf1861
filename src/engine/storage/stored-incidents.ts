import type Database from 'better-sqlite3'
import type { Incident } from '../../contracts/incident.ts'
import { incidentFields, incidentFrom, type IncidentRecord } from './incident-record.ts'
import type { IncidentsQuery } from './store.ts'

/** Reads incidents; the statement is kept. */
export class StoredIncidents {
  readonly #newest: Database.Statement<unknown[], IncidentRecord>

  constructor(database: Database.Database) {
    this.#newest = database.prepare(
      `SELECT ${incidentFields} FROM incident
       WHERE began_ms < @toMs AND ifnull(ended_ms, 9e99) >= @fromMs
         AND (@venue IS NULL OR venue IS NULL OR venue = @venue)
       ORDER BY began_ms DESC, id DESC LIMIT @limit`
    )
  }

  /** The newest that touch a range, by their beginning, oldest first; those of all venues are of each one. */
  newest({ venue, fromMs, toMs, limit }: IncidentsQuery): Incident[] {
    return this.#newest
      .all({ venue, fromMs: fromMs ?? -Infinity, toMs: toMs ?? Infinity, limit })
      .reverse()
      .map(incidentFrom)
  }
}
