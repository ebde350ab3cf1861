import type { Incident } from '../../contracts/incident.ts'
import { useChoice, useDesk, useRowsCalmly, useRunNowMs, useZonedTime } from '../desk/desk.ts'
import { gapTimeText } from '../ledger/gap-words.ts'
import { ReplayButton } from '../replay/replay-button.tsx'
import { stretchSpan } from '../replay/tape-span.ts'
import { incidentCauseSentence, incidentTradesSentence } from './incident-words.ts'

/** Symbols named before the rest is counted. */
const mostSymbols = 12

/** What one incident says beyond its line, and the way to its connections. */
export function IncidentDetail({ incident }: { readonly incident: Incident }) {
  const zone = useZonedTime()
  const { attempts, lastFrameMs, firstFrameMs, connections, connectionCount } = incident
  const rest = connectionCount - connections.length
  return (
    <>
      <p>
        {incidentCauseSentence(incident)}. Last frame before: {gapTimeText(lastFrameMs, zone)},
        first after: {firstFrameMs === null ? 'none yet' : gapTimeText(firstFrameMs, zone)}.{' '}
        {attempts === 1 ? '1 connect.' : `${attempts} connects.`} {incidentTradesSentence(incident)}
      </p>
      <ul aria-label="Connections of this incident">
        {connections.map((connection) => (
          <IncidentConnection key={connection} connection={connection} />
        ))}
        {rest > 0 ? <li>and {rest} more</li> : null}
      </ul>
      <IncidentSymbols incident={incident} />
      <IncidentReplay incident={incident} />
    </>
  )
}

function IncidentConnection({ connection }: { readonly connection: string }) {
  const showConnection = useChoice((state) => state.showConnection)
  const isThere = useRowsCalmly('connections').some(({ id }) => id === connection)
  return (
    <li>
      <button type="button" disabled={!isThere} onClick={() => showConnection(connection)}>
        {connection}
      </button>
    </li>
  )
}

/** Plays the first of its instruments; which symbol is shown can be changed there. */
function IncidentReplay({ incident }: { readonly incident: Incident }) {
  const nowMs = useRunNowMs()
  const zone = useZonedTime()
  const [instrument] = incident.instruments
  if (instrument === undefined) return null
  return (
    <ReplayButton
      instrument={instrument}
      span={stretchSpan(incident.beganMs, incident.endedMs ?? nowMs)}
      name={`Replay from here: incident of ${gapTimeText(incident.beganMs, zone)}`}
    />
  )
}

function IncidentSymbols({ incident }: { readonly incident: Incident }) {
  const { instruments } = useDesk().stream.state
  const named = incident.instruments.slice(0, mostSymbols)
  if (named.length === 0) return null
  const rest = incident.instrumentCount - named.length
  return (
    <p>
      {named.map((id) => instruments.find(id)?.symbol ?? id).join(' ')}
      {rest > 0 ? ` and ${rest} more` : ''}
    </p>
  )
}
