import type { Freshness } from '../../contracts/shapes.ts'
import { useDesk, useRunNowMs, useZonedTime } from '../desk/desk.ts'
import { ageText } from '../format/age-text.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { Mark } from '../freshness/mark.tsx'
import { freshnessSentence, freshnessWords } from '../freshness/shown-freshness.ts'

type FreshnessLabelProps = { readonly instrument: string; readonly freshness: Freshness }

/** The state in the corner of a chart; a stale picture says of when it is. */
export function FreshnessLabel({ instrument, freshness }: FreshnessLabelProps) {
  const { stream } = useDesk()
  const zone = useZonedTime()
  const nowMs = useRunNowMs()
  const eventMs = stream.state.prices.find(instrument)?.eventMs ?? null
  return (
    <span
      className="freshness-label"
      data-freshness={freshness}
      title={freshnessSentence(freshness, eventMs, nowMs)}
    >
      <Mark shape={freshness} />
      {cornerText(freshness, eventMs, nowMs, zone)}
    </span>
  )
}

function cornerText(
  freshness: Freshness,
  eventMs: number | null,
  nowMs: number,
  zone: ZonedTime
): string {
  if (eventMs === null || freshness === 'live' || freshness === 'none') {
    return freshnessWords[freshness]
  }
  const age = ageText(nowMs - eventMs)
  if (freshness === 'quiet') return `quiet ${age}`
  const at = zone.secondText(eventMs)
  return freshness === 'stale' ? `stale ${age}, as of ${at}` : `closed, last ${at}`
}
