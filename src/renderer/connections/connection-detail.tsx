import type { ConnectionRow, InstrumentRow } from '../../contracts/state-rows.ts'
import {
  useChoice,
  useDesk,
  useLinkStatus,
  useRowsCalmly,
  useRunNowMs,
  useZonedTime
} from '../desk/desk.ts'
import { longAgeText } from '../format/age-text.ts'
import { Mark } from '../freshness/mark.tsx'
import { gapSentence, gapShape } from '../ledger/gap-count.ts'
import { freshnessWords } from '../freshness/shown-freshness.ts'
import { useFreshness } from '../watch/shown-instrument.ts'
import { connectionWords, isResting, probableCause } from './connection-words.ts'

type ConnectionDetailProps = {
  readonly row: ConnectionRow
  readonly all: readonly ConnectionRow[]
}

/** One connection: what happened, the likely cause, what it carries, and the way to hurry it. */
export function ConnectionDetail({ row, all }: ConnectionDetailProps) {
  const { stream } = useDesk()
  const nowMs = useRunNowMs()
  const isLinked = useLinkStatus().kind === 'live'
  const words = connectionWords(row, nowMs, isLinked)
  const cause = probableCause(row, all)
  return (
    <section className="detail" aria-label={`Connection ${row.id}`} data-region="detail">
      <div className="panel-bar">
        <h2>{row.id}</h2>
        <span className="freshness-label">
          <Mark shape={words.shape} /> {words.text} · {longAgeText(nowMs - row.sinceMs)}
        </span>
        <button
          type="button"
          disabled={!isLinked || row.state !== 'waiting' || isResting(row)}
          onClick={() => stream.retryConnection(row.id)}
        >
          Retry now
        </button>
      </div>
      <div className="detail-body">
        <div>
          {cause === null ? null : <p className="cause">Probable cause: {cause}</p>}
          <CarriedGaps row={row} />
          <ConnectionLog row={row} />
        </div>
        <CarriedInstruments row={row} />
      </div>
    </section>
  )
}

function ConnectionLog({ row }: { readonly row: ConnectionRow }) {
  const zone = useZonedTime()
  if (row.log.length === 0) return <p className="empty">Nothing has happened yet.</p>
  return (
    <ol className="log" aria-label="Latest happenings, newest first">
      {row.log.map((entry, index) => (
        <li key={`${entry.atMs}-${index}`}>
          <time>{zone.secondText(entry.atMs)}</time>
          {entry.text}
        </li>
      ))}
    </ol>
  )
}

/** Symbols of this connection that have gaps, gravest first; nothing when none has. */
function CarriedGaps({ row }: { readonly row: ConnectionRow }) {
  const { instruments } = useDesk().stream.state
  const carried = new Set<string>(row.instruments)
  const withGaps = useRowsCalmly('ledger')
    .filter((ledger) => carried.has(ledger.id) && gapShape(ledger) !== null)
    .sort((left, right) => right.openGaps - left.openGaps || right.lostGaps - left.lostGaps)
  if (withGaps.length === 0) return null
  return (
    <ul className="carried-gaps" aria-label="Gaps on this connection">
      {withGaps.map((ledger) => (
        <li key={ledger.id}>
          <Mark shape={gapShape(ledger) ?? 'gap-open'} />
          <b>{instruments.find(ledger.id)?.symbol ?? ledger.id}</b> {gapSentence(ledger)}
        </li>
      ))}
    </ul>
  )
}

function CarriedInstruments({ row }: { readonly row: ConnectionRow }) {
  const { instruments } = useDesk().stream.state
  return (
    <ul className="carried" aria-label="Instruments on this connection">
      {row.instruments.map((id) => (
        <CarriedInstrument key={id} id={id} instrument={instruments.find(id)} />
      ))}
    </ul>
  )
}

function CarriedInstrument(props: {
  readonly id: string
  readonly instrument: InstrumentRow | undefined
}) {
  const setChart = useChoice((state) => state.setChart)
  const showScreen = useChoice((state) => state.showScreen)
  const freshness = useFreshness(props.id)
  return (
    <li>
      <button
        type="button"
        title={`${freshnessWords[freshness]}. Open in Watch`}
        onClick={() => {
          setChart({ instrument: props.id })
          showScreen('watch')
        }}
      >
        <Mark shape={freshness} />
        {props.instrument?.symbol ?? props.id}
        <span className="unseen"> {freshnessWords[freshness]}</span>
      </button>
    </li>
  )
}
