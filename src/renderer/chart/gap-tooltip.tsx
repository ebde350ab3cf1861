import { useLayoutEffect } from 'react'
import type { LedgerRange } from '../../core/market/ledger/ledger-range.ts'
import { useZonedTime } from '../desk/desk.ts'
import { Mark } from '../freshness/mark.tsx'
import type { ChartPlace } from './chart-view.ts'
import { rangeFacts } from '../ledger/range-words.ts'

type GapTooltipProps = {
  readonly root: React.RefObject<HTMLDivElement | null>
  /** What the pointer is over; null hides the tooltip. */
  readonly range: LedgerRange | null
  /** Where the pointer is, for a tooltip whose size has just changed. */
  readonly place: React.RefObject<ChartPlace | null>
}

/** All that is known about the shaded stretch under the pointer. Its place follows the pointer. */
export function GapTooltip({ root, range, place }: GapTooltipProps) {
  const zone = useZonedTime()
  useLayoutEffect(() => {
    if (range === null || root.current === null || place.current === null) return
    placeTooltip(root.current, place.current)
  }, [root, range, place])
  const facts = range === null ? null : rangeFacts(range, zone)
  return (
    <div ref={root} className="gap-tooltip" role="tooltip" hidden={facts === null}>
      {facts === null ? null : (
        <>
          <b>
            {range?.gap === null ? null : <Mark shape={`gap-${range?.gap.state ?? 'open'}`} />}
            {facts.title}
          </b>
          {facts.sentence === '' ? null : <p>{facts.sentence}</p>}
          <dl>
            {facts.facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </div>
  )
}

const pointerMarginPx = 16

/** Puts the tooltip beside the pointer, on the side where there is room. */
export function placeTooltip(tooltip: HTMLElement, point: ChartPlace): void {
  const room = tooltip.offsetParent?.getBoundingClientRect()
  const width = room?.width ?? 0
  const height = room?.height ?? 0
  const isRight = point.x + pointerMarginPx + tooltip.offsetWidth <= width
  const left = isRight ? point.x + pointerMarginPx : point.x - pointerMarginPx - tooltip.offsetWidth
  const top = Math.min(point.y + pointerMarginPx, height - tooltip.offsetHeight - 4)
  tooltip.style.transform = `translate(${Math.round(Math.max(4, left))}px, ${Math.round(Math.max(4, top))}px)`
}
