import { useCallback } from 'react'
import { ChartPanel } from '../chart/chart-panel.tsx'
import type { ChartSession } from '../chart/chart-session.ts'
import type { ChartChoice } from '../desk/chart-choice.ts'
import { useChoice } from '../desk/desk.ts'
import { useDeckRow } from './use-deck-row.ts'

type ReplayChartsProps = {
  readonly charts: readonly ChartChoice[]
  readonly sessions: Map<number, ChartSession>
}

/** One, two or four charts on one cursor. */
export function ReplayCharts({ charts, sessions }: ReplayChartsProps) {
  const isSeeking = useDeckRow((row) => row?.state === 'seeking')
  return (
    <div className="replay-charts" data-count={charts.length} data-seeking={isSeeking}>
      {charts.map((chart, place) => (
        <ReplayChart key={place} place={place} chart={chart} sessions={sessions} />
      ))}
    </div>
  )
}

type ReplayChartProps = {
  readonly place: number
  readonly chart: ChartChoice
  readonly sessions: Map<number, ChartSession>
}

function ReplayChart({ place, chart, sessions }: ReplayChartProps) {
  const setChart = useChoice((state) => state.setReplayChart)
  const focusChart = useChoice((state) => state.focusReplayChart)
  const openSearch = useChoice((state) => state.openSearch)
  const isInFocus = useChoice((state) => state.replayFocus === place)
  const onSession = useCallback(
    (session: ChartSession | null) => {
      if (session === null) sessions.delete(place)
      else sessions.set(place, session)
    },
    [sessions, place]
  )
  return (
    <div className="replay-chart" data-in-focus={isInFocus} onFocus={() => focusChart(place)}>
      <ChartPanel
        chart={chart}
        onChange={(change) => setChart(place, change)}
        onSession={onSession}
        onPick={() => {
          focusChart(place)
          openSearch('')
        }}
      />
    </div>
  )
}
