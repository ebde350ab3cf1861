import type Database from 'better-sqlite3'
import type { Incident } from '../../contracts/incident.ts'
import { incidentRecordOf, putIncidentSql, type IncidentRecord } from './incident-record.ts'

/** Incidents kept; the oldest go when there are more. */
const mostKept = 10_000

/** New, changed and merged incidents; ids are unique in it. */
export type IncidentChanges = {
  readonly put: readonly Incident[]
  /** Ids of those that are a part of another one now. */
  readonly gone: readonly string[]
}

/** Writes incidents; putting the same again changes nothing. */
export class IncidentRows {
  readonly #put: Database.Statement<[IncidentRecord]>
  readonly #drop: Database.Statement<[string]>
  readonly #dropOldest: Database.Statement

  constructor(database: Database.Database) {
    this.#put = database.prepare(putIncidentSql)
    this.#drop = database.prepare('DELETE FROM incident WHERE id = ?')
    this.#dropOldest = database.prepare(
      `DELETE FROM incident WHERE began_ms <
         (SELECT began_ms FROM incident ORDER BY began_ms DESC LIMIT 1 OFFSET ${mostKept - 1})`
    )
  }

  apply({ put, gone }: IncidentChanges): void {
    for (const incident of put) this.#put.run(incidentRecordOf(incident))
    for (const id of gone) this.#drop.run(id)
    this.#dropOldest.run()
  }
}
