import type { RunRow } from '../../contracts/state-rows.ts'
import { ZonedTime, zoneName } from '../format/zoned-time.ts'
import { longAgeText } from '../format/age-text.ts'

type Market = RunRow['markets'][number]

const calendarNames: Readonly<Record<string, string>> = { XNYS: 'NYSE' }
const stateWords = {
  open: 'open',
  closed: 'closed',
  pre: 'pre-market',
  post: 'after hours'
} as const

/**
 * Says how a market is and what comes next: `NYSE closed, opens 14:30 (5 h 12 m)`, on another day
 * `NYSE closed, opens Mon 14:30 (2 d 14 h)`.
 */
export function marketText(market: Market, nowMs: number, zone: ZonedTime): string {
  const name = calendarNames[market.calendar] ?? market.calendar
  const now = `${name} ${stateWords[market.state]}`
  // No change in sight arrives as null or Infinity, depending on the way it came.
  if (!Number.isFinite(market.nextChangeMs)) return now
  const next = market.state === 'open' ? 'closes' : 'opens'
  const at = momentText(market.nextChangeMs, nowMs, zone)
  const left = longAgeText(Math.max(0, market.nextChangeMs - nowMs))
  return `${now}, ${next} ${at} (${left})`
}

/** The same where the market is: `closed, opens Mon 09:30 in New York`. Null where nothing comes next. */
export function marketPlaceText(market: Market, nowMs: number): string | null {
  const place = places[market.calendar]
  if (place === undefined || !Number.isFinite(market.nextChangeMs)) return null
  const next = market.state === 'open' ? 'closes' : 'opens'
  const at = momentText(market.nextChangeMs, nowMs, place)
  return `${stateWords[market.state]}, ${next} ${at} in ${zoneName(place.timeZone)}`
}

const places: Readonly<Record<string, ZonedTime>> = { XNYS: new ZonedTime('America/New_York') }

function momentText(atMs: number, nowMs: number, zone: ZonedTime): string {
  const [at, now] = [zone.dateText(atMs), zone.dateText(nowMs)]
  const time = zone.minuteText(atMs)
  return at === now ? time : `${at.slice(0, 3)} ${time}`
}
