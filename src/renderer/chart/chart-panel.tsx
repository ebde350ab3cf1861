import { useRef, useState } from 'react'
import { ChevronDown } from 'lucide-react'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import type { Freshness } from '../../contracts/shapes.ts'
import type { ChartChoice } from '../desk/chart-choice.ts'
import { useChoice, useIsReplay, useKnownInstruments } from '../desk/desk.ts'
import { CursorLabel } from '../replay/cursor-label.tsx'
import { pickInstrument, useFreshness } from '../watch/shown-instrument.ts'
import { chartMove } from './chart-keys.ts'
import { ChartLegend } from './chart-legend.tsx'
import { ChartMenu, type MenuPlace } from './chart-menu.tsx'
import { ChartNotice } from './chart-notice.tsx'
import type { ChartSession } from './chart-session.ts'
import { AsOf, FreshnessLabel } from './freshness-label.tsx'
import { GapTooltip } from './gap-tooltip.tsx'
import { IntervalBar } from './interval-bar.tsx'
import { IntervalBox } from './interval-box.tsx'
import { LastPrice } from './last-price.tsx'
import { useChartSession } from './use-chart-session.ts'

type ChartPanelProps = {
  readonly chart: ChartChoice
  readonly onChange: (change: Partial<ChartChoice>) => void
  /** Called with the session once it draws, and with null when it is gone. */
  readonly onSession?: (session: ChartSession | null) => void
  /** Called when another instrument is wanted; without it the heading is no button. */
  readonly onPick?: () => void
}

/** A chart of the chosen instrument with everything around it. */
export function ChartPanel(props: ChartPanelProps) {
  const { chart, onPick } = props
  const instruments = useKnownInstruments()
  const isReplay = useIsReplay()
  // A tape is never swapped for that of another instrument without being asked.
  const instrument =
    isReplay && chart.instrument !== null
      ? instruments.find((row) => row.id === chart.instrument)
      : pickInstrument(instruments, chart.instrument)
  if (instrument === undefined) {
    const symbol = chart.instrument?.split(':').at(-1) ?? null
    return (
      <section className="chart" aria-label="Chart" data-region="chart" tabIndex={0}>
        {onPick === undefined ? null : (
          <div className="panel-bar">
            <Heading symbol={symbol ?? 'No instrument'} venue="" onPick={onPick} />
          </div>
        )}
        <p className="empty">
          {isReplay && symbol !== null ? `Nothing is stored of ${symbol}.` : 'No instrument yet.'}
        </p>
      </section>
    )
  }
  return <InstrumentChart {...props} instrument={instrument} />
}

type InstrumentChartProps = ChartPanelProps & { readonly instrument: InstrumentRow }

function InstrumentChart(props: InstrumentChartProps) {
  const { instrument, chart, onChange, onSession, onPick } = props
  const { interval } = chart
  const plot = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLDListElement>(null)
  const panel = useRef<HTMLElement>(null)
  const isReplay = useIsReplay()
  const freshness = useFreshness(instrument.id)
  const openSearch = useChoice((state) => state.openSearch)
  const [entry, setEntry] = useState<string | null>(null)
  const [menu, setMenu] = useState<MenuPlace | null>(null)
  const { session, state, gap, tooltip, pointer } = useChartSession({
    plot,
    legend,
    instrument,
    interval,
    isAdvancing: isReplay || mayAdvance(freshness),
    onSession
  })

  const openMenu = (place: { readonly x: number; readonly y: number }) => {
    const atMs = session.current?.chosenMs() ?? null
    if (atMs !== null) setMenu({ ...place, atMs })
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault()
      openMenu(pointer.current ?? { x: 16, y: 40 })
      return
    }
    const isTyped = !isReplay && !event.ctrlKey && !event.altKey && !event.metaKey
    if (isTyped && /^[a-z\d]$/i.test(event.key)) {
      event.preventDefault()
      if (/\d/.test(event.key)) setEntry(event.key)
      else openSearch(event.key)
      return
    }
    const move = chartMove(event)
    if (move === undefined || session.current === null) return
    event.preventDefault()
    move(session.current)
  }
  return (
    <section
      ref={panel}
      className="chart"
      aria-label={`Chart ${instrument.symbol} ${interval}`}
      data-region="chart"
      data-freshness={isReplay ? 'replay' : freshness}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="panel-bar">
        <Heading symbol={instrument.symbol} venue={instrument.venue} onPick={onPick} />
        <LastPrice instrument={instrument} />
        {isReplay ? (
          <CursorLabel />
        ) : (
          <FreshnessLabel instrument={instrument.id} freshness={freshness} />
        )}
        <IntervalBar interval={interval} onChoose={(chosen) => onChange({ interval: chosen })} />
      </div>
      <div
        className="chart-body"
        onContextMenu={(event) => {
          event.preventDefault()
          const box = event.currentTarget.getBoundingClientRect()
          openMenu({ x: event.clientX - box.left, y: event.clientY - box.top })
        }}
      >
        <div className="plot" ref={plot} role="group" aria-label="Candles and volume" />
        <ChartLegend root={legend} />
        <GapTooltip root={tooltip} gap={gap} place={pointer} />
        {isReplay ? null : <AsOf instrument={instrument.id} freshness={freshness} />}
        <ChartNotice
          status={state.status}
          freshness={isReplay ? 'replay' : freshness}
          onRetry={() => session.current?.retry()}
        />
        {state.isFollowing ? null : (
          <button type="button" className="to-live" onClick={() => session.current?.goLive()}>
            {isReplay ? 'Cursor ▶' : '◀ Live'}
          </button>
        )}
        {entry === null ? null : (
          <IntervalBox
            first={entry}
            onChoose={(chosen) => onChange({ interval: chosen })}
            onDone={() => {
              setEntry(null)
              panel.current?.focus()
            }}
          />
        )}
        {menu === null ? null : (
          <ChartMenu
            place={menu}
            instrument={instrument.id}
            onDone={() => {
              setMenu(null)
              panel.current?.focus()
            }}
          />
        )}
      </div>
    </section>
  )
}

type HeadingProps = {
  readonly symbol: string
  readonly venue: string
  readonly onPick: (() => void) | undefined
}

function Heading({ symbol, venue, onPick }: HeadingProps) {
  const name = (
    <>
      {symbol}
      <small>{venue}</small>
    </>
  )
  if (onPick === undefined) return <h2 title={`${venue}:${symbol}`}>{name}</h2>
  return (
    <h2>
      <button type="button" className="pick" title="Choose another symbol" onClick={onPick}>
        {name}
        <ChevronDown size={12} aria-hidden="true" />
      </button>
    </h2>
  )
}

/** While nothing is known, and while the market is closed, time passes without slots. */
function mayAdvance(freshness: Freshness): boolean {
  return freshness === 'live' || freshness === 'quiet' || freshness === 'stale'
}
