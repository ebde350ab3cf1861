import type { Incident, IncidentState } from '../../contracts/incident.ts'
import { longAgeText } from '../format/age-text.ts'
import { fixedText } from '../format/number-text.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import type { MarkShape } from '../freshness/mark.tsx'

/** How an outage began, in the fewest words, by the class of its cause. */
const causeWords: Readonly<Record<string, string>> = {
  normal: 'closed by the venue',
  reset: 'connection reset',
  eof: 'end of stream',
  timeout: 'no answer in time',
  silence: 'silent',
  refused: 'refused',
  rate: 'rate limit',
  auth: 'key refused',
  protocol: 'broken protocol',
  oversized: 'message too large',
  server: 'venue error',
  dns: 'name not found',
  tls: 'certificate',
  breaker: 'venue down',
  maintenance: 'maintenance',
  offline: 'no network',
  engine: 'engine ended'
}

export const incidentMarks: Readonly<Record<IncidentState, MarkShape>> = {
  open: 'stale',
  over: 'closed',
  'cut-off': 'failed'
}

/** What each state means, for tooltips. */
export const incidentStateSentences: Readonly<Record<IncidentState, string>> = {
  open: 'Not yet over: something of it is not back.',
  over: 'Over: all that was lost is back.',
  'cut-off': 'The engine ended before this was over.'
}

/** `connection reset`; what the class does not say in words is said as it is. */
export function incidentCauseText({ causeClass }: Incident): string {
  return causeWords[causeClass] ?? causeClass
}

/** The cause as the venue or the system told it, with its code. */
export function incidentCauseSentence({ causeText, causeCode }: Incident): string {
  const isTold = causeCode === null || causeText.includes(String(causeCode))
  return isTold ? causeText : `${causeText} (${causeCode})`
}

/** `coinbase`; `all venues` where it concerns none in particular. */
export function incidentVenueText({ venue, kind }: Incident): string {
  return venue ?? (kind === 'engine' ? 'engine' : 'all venues')
}

/** How long it took, or takes: `80 ms`, `2.4 s`, `41 s`, `2 m 05 s`. */
export function incidentLengthText(incident: Incident, nowMs: number): string {
  const { beganMs, endedMs, recoverMs } = incident
  const lengthMs = Math.max(0, recoverMs ?? (endedMs ?? nowMs) - beganMs)
  if (endedMs === null || lengthMs >= 10_000) return longAgeText(lengthMs)
  if (lengthMs < 1_000) return `${fixedText(lengthMs, 0)} ms`
  return `${fixedText(lengthMs / 1_000, 1)} s`
}

/** What became of the trades that it cost, in a sentence. */
export function incidentTradesSentence(incident: Incident): string {
  const { missedTrades, refilledTrades, lostTrades } = incident
  if (missedTrades === 0) return 'No trade is known to be missing.'
  const open = missedTrades - refilledTrades - lostTrades
  const parts = [
    `${fixedText(missedTrades, 0)} missed`,
    `${fixedText(refilledTrades, 0)} refilled`,
    `${fixedText(lostTrades, 0)} lost`,
    ...(open > 0 ? [`${fixedText(open, 0)} still looked for`] : [])
  ]
  return `Trades: ${parts.join(', ')}.`
}

/** An instant to the second; with its day where that is not today's. */
export function incidentTimeText(atMs: number, nowMs: number, zone: ZonedTime): string {
  const isToday = zone.dateText(atMs) === zone.dateText(nowMs)
  return isToday ? zone.secondText(atMs) : `${zone.dayText(atMs)} ${zone.secondText(atMs)}`
}
