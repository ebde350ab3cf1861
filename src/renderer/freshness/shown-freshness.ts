import type { Freshness } from '../../contracts/shapes.ts'
import { ageText } from '../format/age-text.ts'

/** The state to show: without a link nothing is live, and what never had data still has none. */
export function shownFreshness(freshness: Freshness, isLinked: boolean): Freshness {
  if (isLinked || freshness === 'none' || freshness === 'closed') return freshness
  return 'stale'
}

export const freshnessWords: Readonly<Record<Freshness, string>> = {
  live: 'live',
  quiet: 'quiet',
  stale: 'stale',
  none: 'waiting for first tick',
  closed: 'closed'
}

/** A sentence for tooltips and screen readers: `stale 41 s`, `quiet, last trade 34 s ago`. */
export function freshnessSentence(
  freshness: Freshness,
  eventMs: number | null,
  nowMs: number
): string {
  const age = eventMs === null ? null : ageText(nowMs - eventMs)
  switch (freshness) {
    case 'live':
      return 'live'
    case 'quiet':
      return age === null ? 'quiet' : `quiet, last trade ${age} ago`
    case 'stale':
      return age === null ? 'stale' : `stale ${age}`
    case 'none':
      return 'waiting for first tick'
    case 'closed':
      return age === null ? 'closed' : `closed, last trade ${age} ago`
  }
}
