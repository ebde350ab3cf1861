import { useRows, useRun, useRunNowMs, useZonedTime } from '../desk/desk.ts'
import { marketText } from '../frame/market-text.ts'
import { zoneName } from '../format/zoned-time.ts'

/** What the engine said at start: clock, markets, plan, and what is kept where. */
export function StartUpPanel() {
  const run = useRun()
  const zone = useZonedTime()
  const nowMs = useRunNowMs()
  const health = useRows('health')[0]
  const problems = [
    ...(health?.problems ?? []),
    ...(health?.venues ?? []).flatMap(({ venue, problems: ofVenue }) =>
      ofVenue.map((problem) => `${venue}: ${problem}`)
    )
  ]
  return (
    <section className="start-up" aria-label="Start-up" data-region="start-up">
      <div className="panel-bar">
        <h2>Start-up</h2>
        {run === undefined ? null : <span className="count">{run.mode} run</span>}
      </div>
      {run === undefined ? (
        <p className="empty">Waiting for the engine.</p>
      ) : (
        <dl tabIndex={0} aria-label="What the engine said at start">
          <dt>Started</dt>
          <dd>
            {zone.dateText(run.startedMs)}, {zone.secondText(run.startedMs)}{' '}
            {zoneName(zone.timeZone)}
          </dd>
          {run.markets.length === 0 ? null : <dt>Markets</dt>}
          {run.markets.map((market) => (
            <dd key={market.calendar}>{marketText(market, nowMs, zone)}</dd>
          ))}
          <dt>Data folder</dt>
          <dd className="path">{run.dataFolder}</dd>
          <dt>Intervals</dt>
          <dd>{run.intervals.join('  ')}</dd>
          {run.diagnostics.length === 0 ? null : <dt>Said</dt>}
          {run.diagnostics.map((sentence, index) => (
            <dd key={index}>{sentence}</dd>
          ))}
          {problems.length === 0 ? null : <dt>Problems</dt>}
          {problems.map((problem) => (
            <dd key={problem} className="problem">
              {problem}
            </dd>
          ))}
        </dl>
      )}
    </section>
  )
}
