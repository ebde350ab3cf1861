import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useChoice, useDesk, useZonedTime } from '../desk/desk.ts'
import { useDrawnTheme } from '../theme/drawn-theme.ts'
import type { ReplayControls } from './replay-controls.ts'
import type { LoopSpan } from './replay-deck.ts'
import { TimelineCursor } from './timeline-cursor.ts'
import { drawTimeline, readTimelineLooks } from './timeline-drawing.ts'
import { TimelineFeed, type TimelineData } from './timeline-feed.ts'
import { TimelineScale } from './timeline-scale.ts'
import { useDeckRow, useDeckSpan } from './use-deck-row.ts'

/** The whole range, played or not: it is asked of the live stream. */
export function useTimelineData(instrument: string | null, range: LoopSpan | null): TimelineData {
  const { live } = useDesk()
  const [feed] = useState(() => new TimelineFeed(live))
  useEffect(() => {
    if (instrument === null || range === null) return undefined
    const read = () => feed.show({ instrument, range })
    read()
    return live.onSnapshot(read)
  }, [feed, live, instrument, range])
  return useSyncExternalStore(
    (listener) => feed.subscribe(listener),
    () => feed.data
  )
}

/** The scale of the strip as wide as it is; null while there is nothing to lay on it. */
export function useTimelineScale(
  slider: React.RefObject<HTMLElement | null>,
  range: LoopSpan | null
): TimelineScale | null {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = slider.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [slider])
  return useMemo(
    () => (range === null || width === 0 ? null : new TimelineScale(range, width)),
    [range, width]
  )
}

type MovingParts = {
  readonly slider: React.RefObject<HTMLElement | null>
  readonly cursor: React.RefObject<HTMLElement | null>
  readonly future: React.RefObject<HTMLElement | null>
}

/** Keeps the cursor where the tape stands. */
export function useTimelineCursor(parts: MovingParts, scale: TimelineScale | null) {
  const { stream, paint, seconds } = useDesk()
  const zone = useZonedTime()
  const isPlaying = useDeckRow((row) => row?.state === 'playing')
  const moving = useRef<TimelineCursor | null>(null)
  const { slider, cursor, future } = parts
  useLayoutEffect(() => {
    if (slider.current === null || cursor.current === null || future.current === null) return
    const elements = { slider: slider.current, cursor: cursor.current, future: future.current }
    const painter = new TimelineCursor(elements, zone, () => stream.state.deck.find('deck'))
    moving.current = painter
    const stops = [
      stream.state.deck.subscribeRow('deck', () => paint.request(painter)),
      seconds.subscribe(() => painter.tell()),
      () => paint.forget(painter)
    ]
    return () => {
      moving.current = null
      for (const stop of stops) stop()
    }
  }, [slider, cursor, future, stream, paint, seconds, zone])
  useLayoutEffect(() => {
    if (scale !== null) moving.current?.setScale(scale)
    moving.current?.paint()
    moving.current?.tell()
  }, [scale, zone, isPlaying, stream])
  return moving
}

type DrawingInput = {
  readonly controls: ReplayControls
  readonly data: TimelineData
  readonly scale: TimelineScale | null
}

/** Draws the strip anew whenever something on it changes; the cursor is no part of that. */
export function useTimelineDrawing(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  { controls, data, scale }: DrawingInput
): void {
  const zone = useZonedTime()
  const theme = useDrawnTheme()
  const palette = useChoice((state) => state.palette)
  const bookmarks = useChoice((state) => state.replay.bookmarks)
  const loop = useDeckSpan('loop')
  const waitingInMs = useSyncExternalStore(
    (listener) => controls.onChange(listener),
    () => controls.waitingInMs
  )
  useLayoutEffect(() => {
    if (canvas.current === null || scale === null) return
    drawTimeline(canvas.current, {
      scale,
      data,
      zone,
      looks: readTimelineLooks(canvas.current),
      marks: { loop, waitingInMs, bookmarks: bookmarks.map(({ atMs }) => atMs) }
    })
  }, [canvas, scale, data, zone, theme, palette, loop, waitingInMs, bookmarks])
}
