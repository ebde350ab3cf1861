import type { Freshness } from '../../contracts/shapes.ts'
import { useDesk, useRunNowMs, useZonedTime } from '../desk/desk.ts'
import { Mark } from '../freshness/mark.tsx'
import { freshnessSentence } from '../freshness/shown-freshness.ts'

type FreshnessLabelProps = { readonly instrument: string; readonly freshness: Freshness }

/** The state in the corner of a chart; a stale picture says of when it is. */
export function FreshnessLabel({ instrument, freshness }: FreshnessLabelProps) {
  const { stream } = useDesk()
  const zone = useZonedTime()
  const nowMs = useRunNowMs()
  const eventMs = stream.state.prices.find(instrument)?.eventMs ?? null
  const asOf =
    freshness === 'stale' && eventMs !== null ? `, as of ${zone.secondText(eventMs)}` : ''
  return (
    <span className="freshness-label" data-freshness={freshness}>
      <Mark shape={freshness} />
      {freshnessSentence(freshness, eventMs, nowMs) + asOf}
    </span>
  )
}
