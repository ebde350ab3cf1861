import type { ConnectionRow, HealthRow } from '../../contracts/state-rows.ts'
import { useDesk, useRows } from '../desk/desk.ts'
import { fixedText } from '../format/number-text.ts'
import { isResting } from './connection-words.ts'
import { memoryTitle, rareFigures, type HealthFigure } from './rare-figures.ts'
import { Trend } from './trend.tsx'

/** What happened to trades that did not simply come and stay. */
function tradeFigures(health: HealthRow): readonly HealthFigure[] {
  const count = (value: number) => fixedText(value, 0)
  return [
    {
      label: 'Found missing',
      value: count(health.missingTrades),
      title:
        'Trades whose numbers were left out when seen, since start; most are refilled later: see Gaps'
    },
    {
      label: 'Implausible',
      value: count(health.implausibleTrades),
      title:
        'Trades kept without a candle since start: more than 1 min ahead of the clock or 1 day behind it',
      isBad: health.implausibleTrades > 0
    },
    {
      label: 'Dropped',
      value: count(health.droppedTrades),
      title: 'Trades lost since start because the store was too slow',
      isBad: health.droppedTrades > 0
    },
    {
      label: 'Conflicting',
      value: count(health.conflictingTrades),
      title:
        'Repeats since start that told something else than the trade already stored; the first is kept',
      isBad: health.conflictingTrades > 0
    }
  ]
}

/** The engine in one line of figures, with trends since the window opened. */
export function HealthSummary({ connections }: { readonly connections: readonly ConnectionRow[] }) {
  const health = useRows('health')[0]
  const { samples } = useDesk().history
  const resting = connections.filter(isResting).length
  const reconnects = connections.reduce((sum, row) => sum + row.reconnects, 0)
  const milliseconds = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : `${fixedText(value, 0)} ms`
  const figures: readonly HealthFigure[] =
    health === undefined
      ? []
      : [
          {
            label: 'Live',
            value: `${health.connections.live} of ${health.connections.total}`,
            title:
              resting === 0
                ? 'Connections live'
                : `Connections live; ${resting} wait for their market`,
            isBad: health.connections.live + resting < health.connections.total
          },
          {
            label: 'Coverage',
            value: `${fixedText(health.coveragePercent, 1)} %`,
            title: 'Instruments live or quiet, of those whose market is open',
            isBad: health.coveragePercent < 80
          },
          {
            label: 'Messages',
            value: `${fixedText(health.messagesPerSecond, 0)} /s`,
            title: 'Messages received each second',
            trend: samples.map((sample) => sample.messagesPerSecond)
          },
          {
            label: 'Lag p50 / p99',
            value: `${milliseconds(health.latencyP50Ms)} / ${milliseconds(health.latencyP99Ms)}`,
            title: 'Venue time to receive time, last 60 s',
            trend: samples.map((sample) => sample.latencyP99Ms ?? 0)
          },
          {
            label: 'Memory',
            value: `${fixedText(health.memoryMb, 0)} MB`,
            title: memoryTitle(health.memory),
            trend: samples.map((sample) => sample.memoryMb)
          },
          {
            label: 'Errors',
            value: `${fixedText(health.errorRatePercent, 2)} %`,
            title: `Rejected frames of the last 60 s; ${health.rejectedFrames} rejected and ${health.unknownFrames} unknown since start`,
            isBad: health.errorRatePercent > 5
          },
          {
            label: 'Reconnects',
            value: fixedText(reconnects, 0),
            title: 'Since the engine started'
          },
          {
            label: 'Loop delay p99',
            value: milliseconds(health.eventLoopDelayP99Ms),
            title: 'How late the engine’s event loop runs'
          },
          {
            label: 'Store lag',
            value: milliseconds(health.storeLagMs),
            title: `Oldest row not yet committed; ${health.queuedRows} rows queued`
          },
          ...tradeFigures(health),
          ...rareFigures(health)
        ]
  return (
    <section className="summary" aria-label="Summary" data-region="summary">
      {figures.map((figure) => (
        <div
          key={figure.label}
          className="figure-box"
          title={figure.title}
          data-bad={figure.isBad ?? false}
        >
          <span>{figure.label}</span>
          <b>{figure.value}</b>
          {figure.trend === undefined ? null : (
            <Trend values={figure.trend} width={96} height={18} label={figure.label} />
          )}
        </div>
      ))}
      {health === undefined ? (
        <p className="empty">Waiting for the engine’s first report.</p>
      ) : null}
    </section>
  )
}
