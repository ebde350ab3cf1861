import type { Freshness } from '../../contracts/shapes.ts'
import { useDesk, useRunNowMs, useZonedTime } from '../desk/desk.ts'
import { ageText } from '../format/age-text.ts'
import { Mark } from '../freshness/mark.tsx'
import { freshnessSentence, freshnessWords } from '../freshness/shown-freshness.ts'

type FreshnessLabelProps = { readonly instrument: string; readonly freshness: Freshness }

/** The state in the heading of a chart. */
export function FreshnessLabel({ instrument, freshness }: FreshnessLabelProps) {
  const { stream } = useDesk()
  const nowMs = useRunNowMs()
  const eventMs = stream.state.prices.find(instrument)?.eventMs ?? null
  return (
    <span
      className="freshness-label"
      data-freshness={freshness}
      title={freshnessSentence(freshness, eventMs, nowMs)}
    >
      <Mark shape={freshness} />
      {cornerText(freshness, eventMs, nowMs)}
    </span>
  )
}

function cornerText(freshness: Freshness, eventMs: number | null, nowMs: number): string {
  const words = freshnessWords[freshness]
  const hasAge = freshness === 'quiet' || freshness === 'stale'
  return hasAge && eventMs !== null ? `${words} ${ageText(nowMs - eventMs)}` : words
}

/** Over a picture that is not of now: of when it is. */
export function AsOf({ instrument, freshness }: FreshnessLabelProps) {
  const { stream } = useDesk()
  const zone = useZonedTime()
  const eventMs = stream.state.prices.find(instrument)?.eventMs ?? null
  if (eventMs === null || (freshness !== 'stale' && freshness !== 'closed')) return null
  return (
    <p className="as-of" data-freshness={freshness}>
      as of {zone.secondText(eventMs)}
    </p>
  )
}
