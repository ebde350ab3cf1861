import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Gap } from '../../core/market/ledger/gap.ts'
import { useChoice, useDesk, useRows, useRowsCalmly, useZonedTime } from '../desk/desk.ts'
import { Mark } from '../freshness/mark.tsx'
import {
  gapCauseSentences,
  gapCauseWords,
  gapLengthText,
  gapSourceWords,
  gapStateSentences,
  gapStateWords,
  gapTimeText
} from '../ledger/gap-words.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { fixedText } from '../format/number-text.ts'
import { ReplayButton } from '../replay/replay-button.tsx'
import { stretchSpan } from '../replay/tape-span.ts'
import { accountedSince } from './accounted-since.ts'
import { sortGaps, type GapSort, type GapSortKey } from './gap-order.ts'
import { LatestGaps, mostGaps, type GapList } from './latest-gaps.ts'

const headings: readonly {
  readonly key: GapSortKey
  readonly title: string
  readonly meaning: string
  readonly isText?: true
}[] = [
  { key: 'instrument', title: 'Symbol', meaning: 'What was not whole', isText: true },
  { key: 'state', title: 'State', meaning: 'What became of the gap', isText: true },
  { key: 'start', title: 'Start', meaning: 'Time of the last trade before it' },
  { key: 'end', title: 'End', meaning: 'First sign of life after it' },
  { key: 'duration', title: 'Length', meaning: 'From its start to its end' },
  { key: 'missed', title: 'Missed', meaning: 'Trades found missing; – where ids do not tell' },
  { key: 'cause', title: 'Cause', meaning: 'Why something is missing', isText: true },
  {
    key: 'source',
    title: 'Refill',
    meaning: 'Where the refill came from, or why there is none',
    isText: true
  }
]

/** The newest gaps of all instruments. */
export function GapPanel() {
  const list = useLatestGaps()
  const [sort, setSort] = useState<GapSort>({ key: 'end', descending: true })
  const sorted = sortGaps(list.gaps, sort)
  return (
    <section className="gap-panel" aria-label="Gaps" data-region="gaps" tabIndex={0}>
      <div className="panel-bar">
        <h2>Gaps</h2>
        <span className="count">{countText(list)}</span>
      </div>
      {list.gaps.length === 0 ? (
        <NoGaps list={list} />
      ) : (
        <div className="data-table" data-dense="true">
          <table>
            <thead>
              <tr>
                {headings.map((heading) => (
                  <GapHeading key={heading.key} heading={heading} sort={sort} onSort={setSort} />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted.map((gap) => (
                <GapLine
                  key={`${gap.instrument}/${gap.firstId ?? '–'}/${gap.fromMs ?? 0}`}
                  gap={gap}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function useLatestGaps(): GapList {
  const { stream, seconds } = useDesk()
  const [gaps] = useState(
    () =>
      new LatestGaps({
        query: (query) => stream.query(query),
        onSnapshot: (listener) => stream.onSnapshot(listener),
        ledger: stream.state.ledger,
        samples: () => [
          ...new Map(stream.state.instruments.list().map((row) => [row.venue, row.id])).values()
        ]
      })
  )
  useEffect(() => {
    const stops = [gaps.start(), seconds.subscribe(() => gaps.beat())]
    gaps.beat()
    return () => {
      for (const stop of stops) stop()
    }
  }, [gaps, seconds])
  return useSyncExternalStore(
    (listener) => gaps.subscribe(listener),
    () => gaps.list
  )
}

function countText({ kind, gaps }: GapList): string {
  if (kind === 'failed') return 'cannot be read now'
  if (gaps.length === 0) return ''
  return gaps.length < mostGaps ? String(gaps.length) : `newest ${mostGaps}`
}

function NoGaps({ list }: { readonly list: GapList }) {
  const zone = useZonedTime()
  const connections = useRowsCalmly('connections')
  const health = useRows('health')[0]
  if (list.kind === 'loading') return <p className="empty">Reading gaps …</p>
  if (list.kind === 'failed') {
    return <p className="empty">The store does not say whether there are gaps. Asking again.</p>
  }
  const sinceMs = accountedSince({ connections, health, samples: list.samples })
  return (
    <p className="empty">
      No gaps.{' '}
      {sinceMs === null
        ? null
        : `Every trade since ${gapTimeText(sinceMs, zone)} is accounted for.`}
    </p>
  )
}

function GapHeading(props: {
  readonly heading: (typeof headings)[number]
  readonly sort: GapSort
  readonly onSort: (sort: GapSort) => void
}) {
  const { heading, sort, onSort } = props
  const isSorted = sort.key === heading.key
  const order = sort.descending ? 'descending' : 'ascending'
  return (
    <th
      scope="col"
      title={heading.meaning}
      data-text={heading.isText}
      aria-sort={isSorted ? order : undefined}
    >
      <button
        type="button"
        onClick={() =>
          onSort({ key: heading.key, descending: isSorted ? !sort.descending : !heading.isText })
        }
      >
        {heading.title}
        {isSorted ? <i aria-hidden="true">{sort.descending ? '▾' : '▴'}</i> : null}
      </button>
    </th>
  )
}

/** The day is said again only where it is another one. */
function endText({ fromMs, toMs }: Gap, zone: ZonedTime): string {
  const isSameDay = fromMs !== null && zone.dateText(fromMs) === zone.dateText(toMs)
  return isSameDay ? zone.secondText(toMs) : gapTimeText(toMs, zone)
}

function GapLine({ gap }: { readonly gap: Gap }) {
  const zone = useZonedTime()
  const { instruments } = useDesk().stream.state
  const setChart = useChoice((state) => state.setChart)
  const showScreen = useChoice((state) => state.showScreen)
  const open = () => {
    setChart({ instrument: gap.instrument })
    showScreen('watch')
  }
  const symbol = instruments.find(gap.instrument)?.symbol ?? gap.instrument
  return (
    <tr data-state={gap.state}>
      <th scope="row">
        <ReplayButton
          instrument={gap.instrument}
          span={stretchSpan(gap.fromMs ?? gap.toMs, gap.toMs)}
          name={`Replay the gap of ${symbol} at ${gapTimeText(gap.fromMs ?? gap.toMs, zone)}`}
          isTight
        />
        <button type="button" title={`${gap.instrument}. Open in Watch`} onClick={open}>
          {symbol}
        </button>
      </th>
      <td data-text className="state" title={gapStateSentences[gap.state]}>
        <Mark shape={`gap-${gap.state}`} /> {gapStateWords[gap.state]}
      </td>
      <td>{gapTimeText(gap.fromMs, zone)}</td>
      <td title={gapTimeText(gap.toMs, zone)}>{endText(gap, zone)}</td>
      <td>{gapLengthText(gap) ?? '–'}</td>
      <td>{gap.missedTrades === null ? '–' : fixedText(gap.missedTrades, 0)}</td>
      <td data-text title={[gapCauseSentences[gap.cause], gap.reason ?? ''].join(' ').trim()}>
        {gapCauseWords[gap.cause]}
      </td>
      <td data-text title={gap.reason ?? undefined}>
        {gap.source === null ? (gap.reason ?? '–') : gapSourceWords[gap.source]}
      </td>
    </tr>
  )
}
