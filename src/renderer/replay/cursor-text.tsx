import { useLayoutEffect, useRef } from 'react'
import { useDesk, useZonedTime } from '../desk/desk.ts'
import type { ZonedTime } from '../format/zoned-time.ts'

type CursorTextProps = {
  readonly write: (atMs: number, zone: ZonedTime) => string
  readonly className?: string
}

/** Where the tape stands, painted straight from the store. `write` must keep its identity. */
export function CursorText({ write, className }: CursorTextProps) {
  const root = useRef<HTMLTimeElement>(null)
  const { stream, paint } = useDesk()
  const zone = useZonedTime()
  useLayoutEffect(() => {
    const painter = {
      paint: () => {
        const atMs = stream.cursorMs()
        const text = atMs === null ? '–' : write(atMs, zone)
        if (root.current !== null && root.current.textContent !== text) {
          root.current.textContent = text
        }
      }
    }
    painter.paint()
    const stop = stream.state.deck.subscribeRow('deck', () => paint.request(painter))
    return () => {
      stop()
      paint.forget(painter)
    }
  }, [stream, paint, zone, write])
  return <time ref={root} className={className} />
}
