import { ChartPanel } from '../chart/chart-panel.tsx'
import { useChoice } from '../desk/desk.ts'
import { Splitter } from './splitter.tsx'
import { Watchlist } from './watchlist.tsx'

/** The list beside its charts. */
export function WatchScreen() {
  const charts = useChoice((state) => state.charts)
  return (
    <div className="watch-screen">
      <Watchlist />
      <Splitter />
      <div className="charts">
        {charts.map((chart, index) => (
          <ChartPanel key={index} interval={chart.interval} />
        ))}
      </div>
    </div>
  )
}
