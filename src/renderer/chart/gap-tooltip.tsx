import { useLayoutEffect } from 'react'
import type { Gap } from '../../core/market/ledger/gap.ts'
import { useZonedTime } from '../desk/desk.ts'
import { Mark } from '../freshness/mark.tsx'
import type { ChartPlace } from './chart-view.ts'
import { gapFacts } from '../ledger/gap-facts.ts'

type GapTooltipProps = {
  readonly root: React.RefObject<HTMLDivElement | null>
  /** What the pointer is over; null hides the tooltip. */
  readonly gap: Gap | null
  /** Where the pointer is, for a tooltip whose size has just changed. */
  readonly place: React.RefObject<ChartPlace | null>
}

/** All that is known about the gap under the pointer. Its place follows the pointer. */
export function GapTooltip({ root, gap, place }: GapTooltipProps) {
  const zone = useZonedTime()
  useLayoutEffect(() => {
    if (gap === null || root.current === null || place.current === null) return
    placeTooltip(root.current, place.current)
  }, [root, gap, place])
  const facts = gap === null ? null : gapFacts(gap, zone)
  return (
    <div ref={root} className="gap-tooltip" role="tooltip" hidden={facts === null}>
      {gap === null || facts === null ? null : (
        <>
          <b>
            <Mark shape={`gap-${gap.state}`} />
            {facts.title}
          </b>
          <p>{facts.sentence}</p>
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
