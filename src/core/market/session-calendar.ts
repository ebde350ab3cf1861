import type { LocalDay } from './local-date.ts'
import type { DayRule } from './trading-day.ts'

/** Which hours of a market day are followed: the regular ones, or pre- and post-market as well. */
export type Session = 'regular' | 'extended'

/** The hours of one market day, epoch ms, ascending. */
export type MarketDay = {
  readonly day: LocalDay
  readonly preOpenMs: number
  readonly openMs: number
  readonly closeMs: number
  readonly postCloseMs: number
}

/** When a market trades, by the dates of its own place. */
export interface SessionCalendar {
  /** The date at the market at a moment. */
  dayAt(atMs: number): LocalDay
  /** Finds the hours of a date; null when the market stays closed. */
  findDay(day: LocalDay): MarketDay | null
}

/** A session of one day, [openMs, closeMs). */
export type SessionHours = { readonly openMs: number; readonly closeMs: number }

/** What a market is doing. */
export type MarketMoment = {
  /** `open`: regular hours. `pre`, `post`: extended hours of a market day. `closed`: neither. */
  readonly state: 'pre' | 'open' | 'post' | 'closed'
  /** The session that was asked for is running. */
  readonly isInSession: boolean
  /** When that session began, or when the last one ended while none is running; -Infinity where none did within 16 days. */
  readonly sinceMs: number
  /** When that session ends, or when the next one begins while none is running; Infinity where none does within 16 days. */
  readonly nextChangeMs: number
}

/** No closure is longer: two weeks and a bit. The longest in a century was four months in 1914. */
const longestClosureDays = 16

/** Tells what a market is doing at a moment. */
export function marketStateAt(
  calendar: SessionCalendar,
  session: Session,
  atMs: number
): MarketMoment {
  const today = calendar.findDay(calendar.dayAt(atMs))
  const state = today === null ? 'closed' : stateWithin(today, atMs)
  const hours = today === null ? null : hoursOf(today, session)
  if (hours !== null && atMs >= hours.openMs && atMs < hours.closeMs) {
    return { state, isInSession: true, sinceMs: hours.openMs, nextChangeMs: hours.closeMs }
  }
  return {
    state,
    isInSession: false,
    sinceMs: lastCloseMs(calendar, session, atMs),
    nextChangeMs: nextOpenMs(calendar, session, atMs)
  }
}

/** When the session of a moment's date opens, epoch ms; null when the market stays closed on it. */
export function sessionOpenMs(
  calendar: SessionCalendar,
  session: Session,
  atMs: number
): number | null {
  const day = calendar.findDay(calendar.dayAt(atMs))
  return day === null ? null : hoursOf(day, session).openMs
}

/** The sessions that touch [fromMs, toMs), whole, oldest first; may be empty. */
export function sessionsBetween(
  calendar: SessionCalendar,
  session: Session,
  range: { readonly fromMs: number; readonly toMs: number }
): SessionHours[] {
  const sessions: SessionHours[] = []
  for (let day = calendar.dayAt(range.fromMs); day <= calendar.dayAt(range.toMs); day += 1) {
    const found = calendar.findDay(day)
    if (found === null) continue
    const hours = hoursOf(found, session)
    if (hours.openMs < range.toMs && hours.closeMs > range.fromMs) sessions.push(hours)
  }
  return sessions
}

/** Days of tick candles that begin with each session's open: a moment before it belongs to the day before. */
export function sessionDays(calendar: SessionCalendar, session: Session): DayRule {
  return (atMs) => {
    const today = calendar.dayAt(atMs)
    for (let day = today; day > today - longestClosureDays; day -= 1) {
      const found = calendar.findDay(day)
      const fromMs = found === null ? Infinity : hoursOf(found, session).openMs
      if (fromMs <= atMs) return { fromMs, toMs: nextOpenMs(calendar, session, atMs) }
    }
    return { fromMs: -Infinity, toMs: nextOpenMs(calendar, session, atMs) }
  }
}

/** When the next session after a moment opens; Infinity when none does within 16 days. */
function nextOpenMs(calendar: SessionCalendar, session: Session, atMs: number): number {
  const today = calendar.dayAt(atMs)
  for (let day = today; day < today + longestClosureDays; day += 1) {
    const found = calendar.findDay(day)
    if (found === null) continue
    const { openMs } = hoursOf(found, session)
    if (openMs > atMs) return openMs
  }
  return Infinity
}

/** When the last session before a moment closed; -Infinity when none did within 16 days. */
function lastCloseMs(calendar: SessionCalendar, session: Session, atMs: number): number {
  const today = calendar.dayAt(atMs)
  for (let day = today; day > today - longestClosureDays; day -= 1) {
    const found = calendar.findDay(day)
    if (found === null) continue
    const { closeMs } = hoursOf(found, session)
    if (closeMs <= atMs) return closeMs
  }
  return -Infinity
}

function hoursOf(day: MarketDay, session: Session): SessionHours {
  return session === 'regular'
    ? { openMs: day.openMs, closeMs: day.closeMs }
    : { openMs: day.preOpenMs, closeMs: day.postCloseMs }
}

function stateWithin(day: MarketDay, atMs: number): MarketMoment['state'] {
  if (atMs < day.preOpenMs || atMs >= day.postCloseMs) return 'closed'
  if (atMs < day.openMs) return 'pre'
  return atMs < day.closeMs ? 'open' : 'post'
}
