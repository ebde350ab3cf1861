import { useEffect, useRef, useState, type RefObject } from 'react'
import { parseInterval } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import { useChoice, useDesk, useRows, useZonedTime } from '../desk/desk.ts'
import { priceDigits } from '../format/price-text.ts'
import { runNowMs } from '../stream/run-clock.ts'
import { useDrawnTheme } from '../theme/drawn-theme.ts'
import { useFreshness, useShownInstrument } from '../watch/shown-instrument.ts'
import { ChartLegend } from './chart-legend.tsx'
import { chartMove } from './chart-keys.ts'
import { ChartNotice } from './chart-notice.tsx'
import { ChartSession, type SessionState } from './chart-session.ts'
import { AsOf, FreshnessLabel } from './freshness-label.tsx'
import type { ChartPlace } from './chart-view.ts'
import { GapTooltip, placeTooltip } from './gap-tooltip.tsx'
import { IntervalBar } from './interval-bar.tsx'
import { IntervalBox } from './interval-box.tsx'
import { LastPrice } from './last-price.tsx'
import { LegendPainter } from './legend-painter.ts'

const startState: SessionState = { status: { kind: 'loading' }, isFollowing: true }

/** A chart of the chosen instrument with everything around it. */
export function ChartPanel({ interval }: { readonly interval: string }) {
  const id = useShownInstrument()
  const instrument = useRows('instruments').find((row) => row.id === id)
  if (instrument === undefined) {
    return (
      <section className="chart" aria-label="Chart" data-region="chart" tabIndex={0}>
        <p className="empty">No instrument yet.</p>
      </section>
    )
  }
  return <InstrumentChart instrument={instrument} interval={interval} />
}

type InstrumentChartProps = { readonly instrument: InstrumentRow; readonly interval: string }

function InstrumentChart({ instrument, interval }: InstrumentChartProps) {
  const plot = useRef<HTMLDivElement>(null)
  const legend = useRef<HTMLDListElement>(null)
  const panel = useRef<HTMLElement>(null)
  const freshness = useFreshness(instrument.id)
  const openSearch = useChoice((state) => state.openSearch)
  const [entry, setEntry] = useState<string | null>(null)
  const { session, state, gap, tooltip, pointer } = useChartSession({
    plot,
    legend,
    instrument,
    interval,
    freshness
  })

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const isTyped = !event.ctrlKey && !event.altKey && !event.metaKey
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
      data-freshness={freshness}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="panel-bar">
        <h2 title={instrument.id}>
          {instrument.symbol}
          <small>{instrument.venue}</small>
        </h2>
        <LastPrice instrument={instrument} />
        <FreshnessLabel instrument={instrument.id} freshness={freshness} />
        <IntervalBar interval={interval} />
      </div>
      <div className="chart-body">
        <div className="plot" ref={plot} role="group" aria-label="Candles and volume" />
        <ChartLegend root={legend} />
        <GapTooltip root={tooltip} gap={gap} place={pointer} />
        <AsOf instrument={instrument.id} freshness={freshness} />
        <ChartNotice
          status={state.status}
          freshness={freshness}
          onRetry={() => session.current?.retry()}
        />
        {state.isFollowing ? null : (
          <button type="button" className="to-live" onClick={() => session.current?.goLive()}>
            ◀ Live
          </button>
        )}
        {entry === null ? null : (
          <IntervalBox
            first={entry}
            onDone={() => {
              setEntry(null)
              panel.current?.focus()
            }}
          />
        )}
      </div>
    </section>
  )
}

type SessionInput = InstrumentChartProps & {
  readonly plot: RefObject<HTMLDivElement | null>
  readonly legend: RefObject<HTMLDListElement | null>
  readonly freshness: string
}

function useChartSession({ plot, legend, instrument, interval, freshness }: SessionInput) {
  const { stream, paint, clock, seconds } = useDesk()
  const zone = useZonedTime()
  const session = useRef<ChartSession | null>(null)
  const digits = useRef(2)
  const [state, setState] = useState(startState)
  const [gap, setGap] = useState<Gap | null>(null)
  const tooltip = useRef<HTMLDivElement>(null)
  const pointer = useRef<ChartPlace | null>(null)
  const theme = useDrawnTheme()
  const palette = useChoice((choices) => choices.palette)
  const wanted = useRef({ instrument: instrument.id, interval })

  useEffect(() => {
    wanted.current = { instrument: instrument.id, interval }
    const now = session.current?.series
    if (now?.instrument === instrument.id && now.interval === interval) return
    session.current?.open(wanted.current)
  }, [instrument.id, interval])

  useEffect(() => {
    const spec = parseInterval(wanted.current.interval)
    if (plot.current === null || legend.current === null || spec === null) return
    const painter = new LegendPainter(legend.current)
    const opened = new ChartSession(
      plot.current,
      { series: wanted.current, spec, zone },
      {
        source: {
          watch: (series, listener) => stream.watch(series, listener),
          query: (query) => stream.query(query),
          onSnapshot: (listener) => stream.onSnapshot(listener),
          ledger: stream.state.ledger
        },
        paint,
        runNowMs: () => runNowMs(stream.state.run.find('run'), clock()),
        clock
      },
      {
        onState: setState,
        onCandle: (bar) => {
          const latest = stream.state.prices.find(wanted.current.instrument)
          painter.write(bar, digits.current, (latest?.side ?? null) !== null)
        },
        onGap: (hovered, place) => {
          pointer.current = place
          setGap(hovered)
          if (tooltip.current !== null && place !== null) placeTooltip(tooltip.current, place)
        }
      }
    )
    session.current = opened
    const stop = seconds.subscribe(() => opened.tick())
    return () => {
      stop()
      session.current = null
      opened.close()
    }
  }, [plot, legend, stream, paint, clock, seconds, zone])

  useEffect(() => {
    digits.current = priceDigits(
      instrument.tickSize,
      stream.state.prices.find(instrument.id)?.price ?? null
    )
    session.current?.view.setPriceDigits(digits.current)
  }, [instrument, stream, zone])

  useEffect(() => {
    session.current?.setAdvancing(
      freshness === 'live' || freshness === 'quiet' || freshness === 'stale'
    )
  }, [freshness, zone])

  useEffect(() => {
    session.current?.refreshColours()
  }, [theme, palette])

  return { session, state, gap, tooltip, pointer }
}
