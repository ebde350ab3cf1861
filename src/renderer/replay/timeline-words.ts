import { incidentCauseText } from '../connections/incident-words.ts'
import { compactText } from '../format/number-text.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { gapCauseWords, gapStateWords } from '../ledger/gap-words.ts'
import type { TimelineData } from './timeline-feed.ts'
import type { TimelineScale } from './timeline-scale.ts'

/** What is narrower than this is still found with the pointer, CSS pixels to each side. */
const nearPx = 3

/** Says what lies at a place of the timeline: `14 Oct 10:42:17 · Vol 1.24K · gap lost (disconnected)`. */
export function placeWords(
  data: TimelineData,
  scale: TimelineScale,
  atMs: number,
  zone: ZonedTime
): string {
  const x = scale.xOf(atMs)
  const fromMs = scale.msAt(x - nearPx)
  const toMs = scale.msAt(x + nearPx)
  const parts = [`${zone.dayText(atMs)} ${zone.secondText(atMs)}`]
  const candle = data.candles.find(({ openMs, closeMs }) => openMs <= atMs && atMs < closeMs)
  if (candle !== undefined) parts.push(`Vol ${compactText(candle.volume)}`)
  const gap = data.gaps.find((each) => (each.fromMs ?? each.toMs) <= toMs && each.toMs >= fromMs)
  if (gap !== undefined) parts.push(`gap ${gapStateWords[gap.state]} (${gapCauseWords[gap.cause]})`)
  const incident = data.incidents.find(
    ({ beganMs, endedMs }) => beganMs <= toMs && (endedMs ?? Number.POSITIVE_INFINITY) >= fromMs
  )
  if (incident !== undefined) parts.push(`outage: ${incidentCauseText(incident)}`)
  return parts.join(' · ')
}
