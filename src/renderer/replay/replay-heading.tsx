import { ArrowLeft } from 'lucide-react'
import type { DeckSpeed } from '../../contracts/deck.ts'
import { tapeViews } from '../../contracts/tape-replay-request.ts'
import { useChoice, useDesk, useZonedTime } from '../desk/desk.ts'
import { replayChartCounts, replayCharts, withChartCount } from '../desk/replay-choices.ts'
import { fixedText } from '../format/number-text.ts'
import { zoneName, type ZonedTime } from '../format/zoned-time.ts'
import { Mark } from '../freshness/mark.tsx'
import { CursorText } from './cursor-text.tsx'
import { useDeckRow } from './use-deck-row.ts'

const viewMeanings = {
  then: 'As it was known then: a gap is open until it was refilled.',
  final: 'As it is known now: every trade in its place, gaps as they were settled.'
} as const
const viewWords = { then: 'As known then', final: 'As known now' } as const

/** Says on top of everything that this is not the market, and when it is of. */
export function ReplayHeading({ onLive }: { readonly onLive: () => void }) {
  const zone = useZonedTime()
  return (
    <div className="panel-bar replay-heading">
      <strong className="replay-word">
        <Mark shape="replay" /> REPLAY
      </strong>
      <span className="replay-moment">
        <CursorText write={writeDate} className="replay-date" />
        <CursorText write={writeMillis} className="replay-time" />
        <span>{zoneName(zone.timeZone)}</span>
      </span>
      <span className="replay-truth">stored data, not live</span>
      <DeckState />
      <span className="spring" />
      <ViewChoice />
      <ChartCount />
      <button type="button" className="replay-live" title="Back to live (L)" onClick={onLive}>
        <ArrowLeft size={13} aria-hidden="true" />
        Back to live <kbd>L</kbd>
      </button>
    </div>
  )
}

/** What the deck is at, where the cursor alone does not tell. */
function DeckState() {
  const state = useDeckRow((row) => row?.state ?? 'empty')
  const speed = useDeckRow((row) => row?.speed ?? 1)
  const pace = useDeckRow((row) => roundedPace(row?.pace ?? null))
  const words = {
    empty: '',
    seeking: 'seeking …',
    paused: 'paused',
    playing: `playing, ${speedText(speed, pace)}`,
    ended: 'at its end',
    failed: 'failed'
  }
  return (
    <>
      <span className="replay-state" data-state={state}>
        {words[state]}
      </span>
      {/* Read aloud when it changes, without the pace, which changes all the time. */}
      <span className="unseen" role="status">
        {state === 'seeking' ? '' : state}
      </span>
    </>
  )
}

/** To a tenth below ten, so that figures do not flicker. */
function roundedPace(pace: number | null): number | null {
  if (pace === null) return null
  return pace < 10 ? Math.round(pace * 10) / 10 : Math.round(pace)
}

/** A speed that is not reached says what is. */
function speedText(speed: DeckSpeed, pace: number | null): string {
  if (speed === 'max') return pace === null ? 'max' : `${fixedText(pace, 0)}×`
  const isShort = pace !== null && pace < speed * 0.9
  return isShort ? `${fixedText(pace, pace < 10 ? 1 : 0)}× of ${speed}×` : `${speed}×`
}

function ViewChoice() {
  const { deck } = useDesk()
  const view = useChoice((state) => state.replay.view)
  const setReplay = useChoice((state) => state.setReplay)
  return (
    <div className="segments" role="group" aria-label="View">
      {tapeViews.map((candidate) => (
        <button
          key={candidate}
          type="button"
          aria-pressed={candidate === view}
          title={viewMeanings[candidate]}
          onClick={() => {
            setReplay({ view: candidate })
            deck.reload({ view: candidate })
          }}
        >
          {viewWords[candidate]}
        </button>
      ))}
    </div>
  )
}

function ChartCount() {
  const replay = useChoice((state) => state.replay)
  const watched = useChoice((state) => state.charts)
  const setReplay = useChoice((state) => state.setReplay)
  const focusChart = useChoice((state) => state.focusReplayChart)
  const charts = replayCharts(replay, watched)
  return (
    <div className="segments" role="group" aria-label="Charts">
      <span aria-hidden="true">charts</span>
      {replayChartCounts.map((count) => (
        <button
          key={count}
          type="button"
          aria-pressed={count === charts.length}
          title={count === 1 ? 'One chart' : `${count} charts on one cursor`}
          onClick={() => {
            focusChart(0)
            setReplay({ charts: withChartCount(charts, count) })
          }}
        >
          {count}
        </button>
      ))}
    </div>
  )
}

function writeDate(atMs: number, zone: ZonedTime): string {
  return zone.isoDateText(atMs)
}

function writeMillis(atMs: number, zone: ZonedTime): string {
  return zone.millisText(atMs)
}
