import { useRef } from 'react'
import { useZonedTime } from '../desk/desk.ts'
import type { ReplayControls } from './replay-controls.ts'
import { StoredText } from './stored-text.tsx'
import type { TimelineData } from './timeline-feed.ts'
import { placeWords } from './timeline-words.ts'
import { useDeckSpan } from './use-deck-row.ts'
import {
  useTimelineCursor,
  useTimelineData,
  useTimelineDrawing,
  useTimelineScale
} from './use-timeline.ts'

/** Moves of the slider's own keys, as a share of the range. */
const pageShare = 0.1

type TimelineProps = {
  readonly controls: ReplayControls
  /** The instrument whose volume is drawn; null where the chart in focus has none. */
  readonly instrument: string | null
}

/** The whole range at a glance: volume, gaps, outages, bookmarks, loop and cursor. Click or drag to go there. */
export function Timeline({ controls, instrument }: TimelineProps) {
  const range = useDeckSpan('range')
  const data = useTimelineData(instrument, range)
  const slider = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const future = useRef<HTMLDivElement>(null)
  const cursor = useRef<HTMLDivElement>(null)
  const hover = useRef<HTMLDivElement>(null)
  const zone = useZonedTime()
  const scale = useTimelineScale(slider, range)
  const moving = useTimelineCursor({ slider, cursor, future }, scale)
  useTimelineDrawing(canvas, { controls, data, scale })

  const msAt = (event: React.PointerEvent) =>
    scale?.msAt(event.clientX - event.currentTarget.getBoundingClientRect().left) ?? null
  const seekWanted = () => {
    const wantedMs = moving.current?.takeWanted() ?? null
    if (wantedMs !== null) controls.seek(wantedMs)
  }
  const drag = (event: React.PointerEvent) => {
    moving.current?.drag(msAt(event))
    seekWanted()
  }
  const writeHover = (event: React.PointerEvent) => {
    const atMs = msAt(event)
    if (hover.current === null || scale === null || atMs === null) return
    hover.current.textContent = placeWords(data, scale, atMs, zone)
    const room = scale.width - hover.current.offsetWidth
    const x = Math.max(0, Math.min(room, scale.xOf(atMs) - hover.current.offsetWidth / 2))
    hover.current.style.transform = `translateX(${Math.round(x)}px)`
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (range === null) return
    const atMs = controls.cursorMs ?? range.fromMs
    const page = (range.toMs - range.fromMs) * pageShare
    const places: Record<string, number> = {
      Home: range.fromMs,
      End: range.toMs,
      PageUp: atMs + page,
      PageDown: atMs - page
    }
    const place = places[event.key]
    if (place === undefined) return
    event.preventDefault()
    controls.seek(place)
  }
  return (
    <div className="timeline">
      <div
        ref={slider}
        className="timeline-strip"
        data-region="timeline"
        role="slider"
        tabIndex={0}
        aria-label="Position on the tape"
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={0}
        aria-disabled={range === null}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          drag(event)
        }}
        onPointerMove={(event) => {
          writeHover(event)
          if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event)
        }}
        onPointerUp={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
          const atMs = msAt(event)
          moving.current?.drag(null)
          if (atMs !== null) controls.seek(atMs)
        }}
        onPointerCancel={() => moving.current?.drag(null)}
      >
        <canvas ref={canvas} aria-hidden="true" />
        <div ref={future} className="timeline-future" aria-hidden="true" />
        <div ref={cursor} className="timeline-cursor" aria-hidden="true" />
        <div ref={hover} className="timeline-hover" aria-hidden="true" />
      </div>
      {isBare(data) && instrument !== null && range !== null ? (
        <p className="timeline-notice">
          {data.kind === 'failed' ? (
            'The store does not say what the range holds.'
          ) : (
            <StoredText instrument={instrument} asked={range} />
          )}
        </p>
      ) : null}
    </div>
  )
}

function isBare({ kind, candles }: TimelineData): boolean {
  return kind !== 'loading' && candles.length === 0
}
