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
  const next = market.state === 'open' || market.state === 'post' ? 'closes' : 'opens'
  const at = zone.minuteText(market.nextChangeMs)
  const left = longAgeText(Math.max(0, market.nextChangeMs - nowMs))
  return `${name} ${stateWords[market.state]}, ${next} ${at} (${left})`
}
