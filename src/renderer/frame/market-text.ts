import type { RunRow } from '../../contracts/state-rows.ts'
import type { ZonedTime } from '../format/zoned-time.ts'
import { longAgeText } from '../format/age-text.ts'

type Market = RunRow['markets'][number]

const calendarNames: Readonly<Record<string, string>> = { XNYS: 'NYSE' }
const stateWords = {
  open: 'open',
  closed: 'closed',
  pre: 'pre-market',
  post: 'after hours'
} as const

/** Says how a market is and what comes next: `NYSE closed, opens 14:30 (5 h 12 m)`. */
export function marketText(market: Market, nowMs: number, zone: ZonedTime): string {
  const name = calendarNames[market.calendar] ?? market.calendar
  const now = `${name} ${stateWords[market.state]}`
  // No change in sight arrives as null or Infinity, depending on the way it came.
  if (!Number.isFinite(market.nextChangeMs)) return now
  const next = market.state === 'open' ? 'closes' : 'opens'
  const at = zone.minuteText(market.nextChangeMs)
  const left = longAgeText(Math.max(0, market.nextChangeMs - nowMs))
  return `${now}, ${next} ${at} (${left})`
}
