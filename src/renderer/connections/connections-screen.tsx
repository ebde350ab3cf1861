import { useChoice, useLinkStatus, useRowsCalmly, useRunNowMs } from '../desk/desk.ts'
import { ConnectionDetail } from './connection-detail.tsx'
import { ConnectionTable } from './connection-table.tsx'
import { connectionWords } from './connection-words.ts'
import { GapPanel } from './gap-panel.tsx'
import { HealthSummary } from './health-summary.tsx'
import { IncidentPanel } from './incident-panel.tsx'
import { StartUpPanel } from './start-up-panel.tsx'

/** Every connection, how it is and why, and what the engine said when it started. */
export function ConnectionsScreen() {
  const rows = useRowsCalmly('connections')
  const nowMs = useRunNowMs()
  const isLinked = useLinkStatus().kind === 'live'
  const chosen = useChoice((state) => state.connection)
  const sorted = [...rows].sort((left, right) =>
    left.id.localeCompare(right.id, 'en', { numeric: true })
  )
  const selected =
    sorted.find((row) => row.id === chosen) ??
    sorted.find((row) => connectionWords(row, nowMs, isLinked).isUnhealthy) ??
    sorted[0]
  return (
    <div className="connections-screen">
      <HealthSummary connections={rows} />
      <ConnectionTable rows={sorted} selected={selected?.id ?? null} />
      <div className="connections-foot">
        {selected === undefined ? null : <ConnectionDetail row={selected} all={rows} />}
        <IncidentPanel />
        <GapPanel />
        <StartUpPanel />
      </div>
    </div>
  )
}
