import { ChartPanel } from '../chart/chart-panel.tsx'
import { useChoice } from '../desk/desk.ts'
import { Splitter } from './splitter.tsx'
import { Watchlist } from './watchlist.tsx'

/** The list beside its charts. */
export function WatchScreen() {
  const charts = useChoice((state) => state.charts)
  const setChart = useChoice((state) => state.setChart)
  return (
    <div className="watch-screen">
      <Watchlist />
      <Splitter />
      <div className="charts">
        {charts.map((chart, index) => (
          <ChartPanel key={index} chart={chart} onChange={setChart} />
        ))}
      </div>
    </div>
  )
}
