import type { ConnectionRow, LedgerRow } from '../../contracts/state-rows.ts'
import { useChoice, useDesk, useLinkStatus, useRowsCalmly, useRunNowMs } from '../desk/desk.ts'
import { ageText, longAgeText } from '../format/age-text.ts'
import { fixedText } from '../format/number-text.ts'
import { Mark } from '../freshness/mark.tsx'
import { countGaps, gapSentence, gapShape, type GapCount } from '../ledger/gap-count.ts'
import { connectionWords, isResting } from './connection-words.ts'
import { Trend } from './trend.tsx'

type ConnectionTableProps = {
  readonly rows: readonly ConnectionRow[]
  readonly selected: string | null
}

const headings: readonly {
  readonly title: string
  readonly meaning: string
  readonly isText?: true
}[] = [
  { title: 'Shard', meaning: 'One connection and its subscriptions', isText: true },
  { title: 'Venue', meaning: 'Where it connects to', isText: true },
  { title: 'State', meaning: 'How it is', isText: true },
  { title: 'Symbols', meaning: 'Live or quiet, of those it carries' },
  { title: 'Msg/s', meaning: 'Messages each second' },
  { title: 'Lag p50', meaning: 'Venue time to receive time, median of 60 s' },
  { title: 'p99', meaning: 'Venue time to receive time, 99th percentile of 60 s' },
  { title: 'Last msg', meaning: 'Time since the last data' },
  { title: 'Heartbeat', meaning: 'Time since the last sign of life' },
  { title: 'Since', meaning: 'Time in this state' },
  { title: 'Reconn.', meaning: 'Reconnects since start' },
  {
    title: 'Gaps',
    meaning: 'Open gaps of the instruments it carries; in brackets those not refilled with trades'
  },
  { title: 'Rejected', meaning: 'Frames that could not be read' },
  { title: 'Msg/s, 5 min', meaning: 'Messages each second over the last five minutes' }
]

/** All connections, one line each. Rows are buttons by their first cell; ↑ ↓ move. */
export function ConnectionTable({ rows, selected }: ConnectionTableProps) {
  const showConnection = useChoice((state) => state.showConnection)
  const move = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const index = rows.findIndex((row) => row.id === selected) + step
    const next = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (next === undefined) return
    showConnection(next.id)
    const buttons = event.currentTarget.querySelectorAll<HTMLElement>('tbody button')
    buttons[rows.indexOf(next)]?.focus()
  }
  return (
    <section
      className="connection-table data-table"
      aria-label="Connections"
      data-region="connections"
    >
      <table onKeyDown={move}>
        <thead>
          <tr>
            {headings.map((heading) => (
              <th
                key={heading.title}
                scope="col"
                title={heading.meaning}
                data-text={heading.isText}
              >
                {heading.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ConnectionLine key={row.id} row={row} isSelected={row.id === selected} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="empty">No connections yet.</p> : null}
    </section>
  )
}

function ConnectionLine({
  row,
  isSelected
}: {
  readonly row: ConnectionRow
  readonly isSelected: boolean
}) {
  const showConnection = useChoice((state) => state.showConnection)
  const nowMs = useRunNowMs()
  const isLinked = useLinkStatus().kind === 'live'
  const words = connectionWords(row, nowMs, isLinked)
  const age = (atMs: number | null) => (atMs === null ? '–' : ageText(nowMs - atMs))
  const lag = (value: number | null) => (value === null ? '–' : `${fixedText(value, 0)} ms`)
  return (
    <tr
      data-selected={isSelected}
      data-unhealthy={words.isUnhealthy}
      onClick={(event) => {
        showConnection(row.id)
        event.currentTarget.querySelector('button')?.focus()
      }}
    >
      <th scope="row">
        <button type="button" aria-pressed={isSelected} tabIndex={isSelected ? 0 : -1}>
          {row.id}
        </button>
      </th>
      <td data-text>{row.venue}</td>
      <td data-text className="state">
        <Mark shape={words.shape} /> {words.text}
      </td>
      <td data-short={row.liveInstruments < row.instruments.length && !isResting(row)}>
        {row.liveInstruments}/{row.instruments.length}
      </td>
      <td>{fixedText(row.messagesPerSecond, 0)}</td>
      <td>{lag(row.latencyP50Ms)}</td>
      <td>{lag(row.latencyP99Ms)}</td>
      <td>{age(row.lastDataMs)}</td>
      <td>{age(row.lastHeartbeatMs)}</td>
      <td>{longAgeText(nowMs - row.sinceMs)}</td>
      <td>{row.reconnects}</td>
      <GapCell row={row} />
      <td>{row.rejectedFrames}</td>
      <td>
        <Trend
          values={row.history}
          width={200}
          height={14}
          label={`${row.id} messages each second`}
        />
      </td>
    </tr>
  )
}

function GapCell({ row }: { readonly row: ConnectionRow }) {
  const count = useGapCount(row)
  const shape = gapShape(count)
  const lost = count.lostGaps > 0 ? ` (${fixedText(count.lostGaps, 0)})` : ''
  return (
    <td title={gapSentence(count)}>
      {shape === null ? null : <Mark shape={shape} />} {fixedText(count.openGaps, 0)}
      {lost}
    </td>
  )
}

/** Gaps of all instruments that a connection carries. */
function useGapCount(row: ConnectionRow): GapCount {
  const { ledger } = useDesk().stream.state
  const known: readonly LedgerRow[] = useRowsCalmly('ledger')
  return countGaps(known.length === 0 ? [] : row.instruments.map((id) => ledger.find(id)))
}
