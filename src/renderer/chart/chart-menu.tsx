import { useEffect, useRef } from 'react'
import { useZonedTime } from '../desk/desk.ts'
import { candleSpan } from '../replay/tape-span.ts'
import { useReplayFrom } from '../replay/use-replay-from.ts'

const minuteMs = 60_000

/** Where a menu opens, CSS pixels from the chart's top left, and the bar that it is about. */
export type MenuPlace = { readonly x: number; readonly y: number; readonly atMs: number }

type ChartMenuProps = {
  readonly place: MenuPlace
  readonly instrument: string
  readonly onDone: () => void
}

const menuRoom = { width: 220, height: 48 } as const

/** What can be done with one bar. */
export function ChartMenu({ place, instrument, onDone }: ChartMenuProps) {
  const zone = useZonedTime()
  const replayFrom = useReplayFrom()
  const item = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    item.current?.focus()
    const { clientWidth = 0, clientHeight = 0 } = menu.current?.offsetParent ?? {}
    const left = Math.max(4, Math.min(place.x, clientWidth - menuRoom.width))
    const top = Math.max(4, Math.min(place.y, clientHeight - menuRoom.height))
    menu.current?.style.setProperty('transform', `translate(${left}px, ${top}px)`)
  }, [place])
  return (
    <div
      ref={menu}
      className="chart-menu"
      role="menu"
      aria-label="Bar"
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key !== 'Escape' && event.key !== 'Tab') return
        event.preventDefault()
        onDone()
      }}
      onContextMenu={(event) => {
        // The menu key asks once more when it is let go.
        event.preventDefault()
        event.stopPropagation()
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onDone()
      }}
    >
      <button
        ref={item}
        type="button"
        role="menuitem"
        onClick={() => {
          onDone()
          replayFrom(instrument, candleSpan(place.atMs, zone))
        }}
      >
        Replay from here
        <time>
          {place.atMs % minuteMs === 0 ? zone.minuteText(place.atMs) : zone.secondText(place.atMs)}
        </time>
      </button>
    </div>
  )
}
