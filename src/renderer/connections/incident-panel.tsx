import { useState } from 'react'
import type { Incident } from '../../contracts/incident.ts'
import { useRowsCalmly, useRunNowMs, useZonedTime } from '../desk/desk.ts'
import { fixedText } from '../format/number-text.ts'
import { Mark } from '../freshness/mark.tsx'
import { IncidentDetail } from './incident-detail.tsx'
import { sortIncidents } from './incident-order.ts'
import {
  incidentCauseSentence,
  incidentCauseText,
  incidentLengthText,
  incidentMarks,
  incidentStateSentences,
  incidentTimeText,
  incidentTradesSentence,
  incidentVenueText
} from './incident-words.ts'

const headings: readonly {
  readonly title: string
  readonly meaning: string
  readonly isText?: true
}[] = [
  { title: 'Since', meaning: 'When it began', isText: true },
  { title: 'Venue', meaning: 'Whom it concerns', isText: true },
  { title: 'Shards', meaning: 'Connections that were lost' },
  { title: 'Symbols', meaning: 'Instruments that they carry' },
  { title: 'Lost', meaning: 'Trades missed that cannot be had; – where none is known to be' },
  { title: 'Refilled', meaning: 'Trades missed that were had afterwards' },
  { title: 'Took', meaning: 'From the first loss until all was back' },
  { title: 'Cause', meaning: 'How it began', isText: true }
]

/** Outages of late: open ones on top, then the newest. */
export function IncidentPanel() {
  const incidents = sortIncidents(useRowsCalmly('incidents'))
  const [shown, setShown] = useState<string | null>(null)
  return (
    <section className="incident-panel" aria-label="Incidents" data-region="incidents" tabIndex={0}>
      <div className="panel-bar">
        <h2>Incidents</h2>
        <span className="count">{countText(incidents)}</span>
      </div>
      {incidents.length === 0 ? (
        <p className="empty">No incidents. What was connected stayed connected.</p>
      ) : (
        <div className="data-table" data-dense="true">
          <table>
            <thead>
              <tr>
                {headings.map(({ title, meaning, isText }) => (
                  <th key={title} scope="col" title={meaning} data-text={isText}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {incidents.map((incident) => (
                <IncidentLine
                  key={incident.id}
                  incident={incident}
                  isShown={incident.id === shown}
                  onToggle={() => setShown(incident.id === shown ? null : incident.id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function countText(incidents: readonly Incident[]): string {
  const open = incidents.filter(({ state }) => state === 'open').length
  if (open > 0) return `${open} open`
  return incidents.length === 0 ? '' : String(incidents.length)
}

function IncidentLine(props: {
  readonly incident: Incident
  readonly isShown: boolean
  readonly onToggle: () => void
}) {
  const { incident, isShown, onToggle } = props
  const zone = useZonedTime()
  const nowMs = useRunNowMs()
  const trades = (value: number) => (incident.missedTrades === 0 ? '–' : fixedText(value, 0))
  return (
    <>
      <tr data-state={incident.state}>
        <th scope="row" title={incidentStateSentences[incident.state]}>
          <button type="button" aria-expanded={isShown} onClick={onToggle}>
            <Mark shape={incidentMarks[incident.state]} />
            {incidentTimeText(incident.beganMs, nowMs, zone)}
            <span className="unseen"> {incident.state}</span>
          </button>
        </th>
        <td data-text>{incidentVenueText(incident)}</td>
        <td>{fixedText(incident.connectionCount, 0)}</td>
        <td>{fixedText(incident.instrumentCount, 0)}</td>
        <td data-bad={incident.lostTrades > 0} title={incidentTradesSentence(incident)}>
          {trades(incident.lostTrades)}
        </td>
        <td title={incidentTradesSentence(incident)}>{trades(incident.refilledTrades)}</td>
        <td>{incidentLengthText(incident, nowMs)}</td>
        <td data-text title={incidentCauseSentence(incident)}>
          {incidentCauseText(incident)}
        </td>
      </tr>
      {isShown ? (
        <tr className="incident-detail">
          <td colSpan={headings.length}>
            <IncidentDetail incident={incident} />
          </td>
        </tr>
      ) : null}
    </>
  )
}
