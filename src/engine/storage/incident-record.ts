import type { Incident } from '../../contracts/incident.ts'

/** Column of each field. */
const columnOf: Readonly<Record<keyof Incident, string>> = {
  id: 'id',
  kind: 'kind',
  state: 'state',
  venue: 'venue',
  causeClass: 'cause_class',
  causeText: 'cause_text',
  causeCode: 'cause_code',
  beganMs: 'began_ms',
  endedMs: 'ended_ms',
  recoverMs: 'recover_ms',
  connections: 'connections',
  connectionCount: 'connection_count',
  instruments: 'instruments',
  instrumentCount: 'instrument_count',
  attempts: 'attempts',
  lastFrameMs: 'last_frame_ms',
  firstFrameMs: 'first_frame_ms',
  missedTrades: 'missed_trades',
  refilledTrades: 'refilled_trades',
  lostTrades: 'lost_trades'
}

const fields = Object.entries(columnOf)

/** Puts an IncidentRecord, by name, in the place of what was told of it before. */
export const putIncidentSql = `INSERT OR REPLACE INTO incident
  (${fields.map(([, column]) => column).join(', ')})
  VALUES (${fields.map(([field]) => `@${field}`).join(', ')})`

/** Columns of an IncidentRecord. */
export const incidentFields = fields.map(([field, column]) => `${column} AS ${field}`).join(', ')

/** An incident as a row holds it: lists are JSON. */
export type IncidentRecord = Omit<Incident, 'connections' | 'instruments'> & {
  readonly connections: string
  readonly instruments: string
}

export function incidentRecordOf(incident: Incident): IncidentRecord {
  const { connections, instruments } = incident
  return {
    ...incident,
    connections: JSON.stringify(connections),
    instruments: JSON.stringify(instruments)
  }
}

export function incidentFrom(record: IncidentRecord): Incident {
  const { connections, instruments } = record
  return {
    ...record,
    connections: JSON.parse(connections) as string[],
    instruments: JSON.parse(instruments) as string[]
  }
}
