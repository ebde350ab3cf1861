import { DatabaseSync } from 'node:sqlite'

/** One outage, as far as rows judge it. */
type ToldIncident = { readonly kind: string; readonly cause: string }

/** The outages that an engine put into its database, oldest first. */
export function incidentsOf(path: string): readonly ToldIncident[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  try {
    const rows = database
      .prepare('SELECT kind, cause_class AS cause FROM v_incident ORDER BY began_ms')
      .all()
    return rows.map(({ kind, cause }) => ({ kind: String(kind), cause: String(cause) }))
  } finally {
    database.close()
  }
}
