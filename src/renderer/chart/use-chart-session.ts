import { useEffect, useRef, useState, type RefObject } from 'react'
import { parseInterval } from '../../core/market/interval.ts'
import type { Gap } from '../../core/market/ledger/gap.ts'
import type { InstrumentRow } from '../../contracts/state-rows.ts'
import { useChoice, useDesk, useZonedTime } from '../desk/desk.ts'
import { priceDigits } from '../format/price-text.ts'
import { useDrawnTheme } from '../theme/drawn-theme.ts'
import { ChartSession, type SessionState } from './chart-session.ts'
import type { ChartPlace } from './chart-view.ts'
import { placeTooltip } from './gap-tooltip.tsx'
import { LegendPainter } from './legend-painter.ts'

const startState: SessionState = { status: { kind: 'loading' }, isFollowing: true }

type SessionInput = {
  readonly instrument: InstrumentRow
  readonly interval: string
  readonly plot: RefObject<HTMLDivElement | null>
  readonly legend: RefObject<HTMLDListElement | null>
  /** Whether silence means that nothing traded. */
  readonly isAdvancing: boolean
  /** Called with the session once it draws, and with null when it is gone. */
  readonly onSession: ((session: ChartSession | null) => void) | undefined
}

/** Keeps one drawing alive in its place on the page while instrument, interval, zone and theme change. */
export function useChartSession(input: SessionInput) {
  const { plot, legend, instrument, interval, isAdvancing, onSession } = input
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
          cursorMs: () => stream.cursorMs(),
          ledger: stream.state.ledger
        },
        paint,
        runNowMs: () => stream.runNowMs(),
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
    onSession?.(opened)
    const stop = seconds.subscribe(() => opened.tick())
    return () => {
      stop()
      session.current = null
      onSession?.(null)
      opened.close()
    }
  }, [plot, legend, stream, paint, clock, seconds, zone, onSession])

  useEffect(() => {
    digits.current = priceDigits(
      instrument.tickSize,
      stream.state.prices.find(instrument.id)?.price ?? null
    )
    session.current?.view.setPriceDigits(digits.current)
  }, [instrument, stream, zone])

  useEffect(() => {
    session.current?.setAdvancing(isAdvancing)
  }, [isAdvancing, zone])

  useEffect(() => {
    session.current?.refreshColours()
  }, [theme, palette])

  return { session, state, gap, tooltip, pointer }
}
