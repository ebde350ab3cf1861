import type { LocalDay } from './local-date.ts'
import { lastWeekday, localDay, nthWeekday, weekdayOf, yearOf } from './local-date.ts'
import { newYorkDay, newYorkMs } from './new-york-time.ts'
import type { MarketDay, SessionCalendar } from './session-calendar.ts'

/** Regular hours of a date: none, 09:30–16:00, or from 09:30 to an earlier close, in minutes of New York's day. */
export type DayHours = 'closed' | 'full' | { readonly closeMinute: number }

/** A date whose hours differ from the rules: storms, mourning, changed holidays. */
export type SessionOverride = { readonly day: LocalDay; readonly hours: DayHours }

/** The last year whose closures the rules are known to give: published to 2028, by the same rules to here. */
export const xnysRulesReachYear = 2030

/** Ad hoc closures since 2024 (protocols/us-market-hours.md, read 2026-11). */
const adHoc: readonly SessionOverride[] = [{ day: localDay(2025, 1, 9), hours: 'closed' }]

const preOpenMinute = 4 * 60
const openMinute = 9 * 60 + 30
const closeMinute = 16 * 60
const earlyCloseMinute = 13 * 60
/** The late session after the close, be that early: four hours. */
const postMinutes = 4 * 60

const sunday = 0
const monday = 1
const thursday = 4
const friday = 5
const saturday = 6

/**
 * The calendar of New York's stock exchanges, by the rules that hold since 2022 (Juneteenth).
 *
 * Holidays on a Sunday are kept on Monday, on a Saturday on the Friday before, but New Year's Day on
 * a Saturday is not kept. At 13:00 the market closes on the day after Thanksgiving, on 24 December
 * from Monday to Thursday, and on 3 July when the 4th is a Tuesday to Friday.
 *
 * @param overrides Win over the rules and over the known ad hoc closures; the last of a date counts.
 */
export function xnysCalendar(overrides: readonly SessionOverride[] = []): SessionCalendar {
  const special = new Map([...adHoc, ...overrides].map(({ day, hours }) => [day, hours]))
  return {
    dayAt: newYorkDay,
    findDay: (day) => {
      const hours = special.get(day) ?? hoursByRule(day)
      return hours === 'closed' ? null : marketDay(day, hours)
    }
  }
}

function hoursByRule(day: LocalDay): DayHours {
  const weekday = weekdayOf(day)
  if (weekday === saturday || weekday === sunday) return 'closed'
  const year = yearOf(day)
  if (holidays(year).includes(day)) return 'closed'
  return earlyCloses(year).includes(day) ? { closeMinute: earlyCloseMinute } : 'full'
}

function marketDay(day: LocalDay, hours: Exclude<DayHours, 'closed'>): MarketDay {
  const close = hours === 'full' ? closeMinute : hours.closeMinute
  return {
    day,
    preOpenMs: newYorkMs(day, preOpenMinute),
    openMs: newYorkMs(day, openMinute),
    closeMs: newYorkMs(day, close),
    postCloseMs: newYorkMs(day, close + postMinutes)
  }
}

function holidays(year: number): LocalDay[] {
  const newYear = localDay(year, 1, 1)
  return [
    weekdayOf(newYear) === saturday ? newYear : observed(newYear),
    nthWeekday({ year, month: 1, weekday: monday, nth: 3 }),
    nthWeekday({ year, month: 2, weekday: monday, nth: 3 }),
    easterSunday(year) - 2,
    lastWeekday(year, 5, monday),
    observed(localDay(year, 6, 19)),
    observed(localDay(year, 7, 4)),
    nthWeekday({ year, month: 9, weekday: monday, nth: 1 }),
    thanksgiving(year),
    observed(localDay(year, 12, 25))
  ]
}

function earlyCloses(year: number): LocalDay[] {
  const beforeChristmas = localDay(year, 12, 24)
  const independence = localDay(year, 7, 4)
  const days = [thanksgiving(year) + 1]
  if (isWithin(weekdayOf(beforeChristmas), monday, thursday)) days.push(beforeChristmas)
  if (isWithin(weekdayOf(independence), monday + 1, friday)) days.push(independence - 1)
  return days
}

function observed(holiday: LocalDay): LocalDay {
  const weekday = weekdayOf(holiday)
  if (weekday === sunday) return holiday + 1
  return weekday === saturday ? holiday - 1 : holiday
}

function thanksgiving(year: number): LocalDay {
  return nthWeekday({ year, month: 11, weekday: thursday, nth: 4 })
}

function isWithin(weekday: number, first: number, last: number): boolean {
  return weekday >= first && weekday <= last
}

/** Gregorian Easter (the anonymous computus, as in Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): LocalDay {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const inCentury = year % 100
  const correction = Math.floor((8 * century + 13) / 25)
  const epact = (19 * golden + century - Math.floor(century / 4) - correction + 15) % 30
  const toSunday =
    (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7
  const shift = Math.floor((golden + 11 * epact + 22 * toSunday) / 451)
  const monthAndDay = epact + toSunday - 7 * shift + 114
  return localDay(year, Math.floor(monthAndDay / 31), (monthAndDay % 31) + 1)
}
