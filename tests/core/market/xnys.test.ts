import { describe, expect, test } from 'vitest'
import { formatLocalDay, localDay, parseLocalDay } from '../../../src/core/market/local-date.ts'
import { newYorkMs } from '../../../src/core/market/new-york-time.ts'
import { sessionsBetween } from '../../../src/core/market/session-calendar.ts'
import { xnysCalendar, xnysRulesReachYear } from '../../../src/core/market/xnys.ts'

/**
 * Closures and 13:00 closes as published: NYSE Group releases of 2021-12-27, 2024-11-08 and
 * 2025-12-23, the same in exchange_calendars (XNYS) and LEAN's market hours database.
 */
const published = [
  {
    year: 2024,
    tradingDays: 252,
    closed: '01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25',
    early: '07-03 11-29 12-24'
  },
  {
    year: 2025,
    tradingDays: 250,
    closed: '01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25',
    early: '07-03 11-28 12-24'
  },
  {
    year: 2026,
    tradingDays: 251,
    closed: '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25',
    early: '11-27 12-24'
  },
  {
    year: 2027,
    tradingDays: 251,
    closed: '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24',
    early: '11-26'
  },
  {
    year: 2028,
    tradingDays: 251,
    closed: '01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25',
    early: '07-03 11-24'
  }
]

/** Not published yet: the same rules, worked out by hand from a wall calendar and the church's tables. */
const byRule = [
  {
    year: 2029,
    tradingDays: 251,
    closed: '01-01 01-15 02-19 03-30 05-28 06-19 07-04 09-03 11-22 12-25',
    early: '07-03 11-23 12-24'
  },
  {
    year: 2030,
    tradingDays: 251,
    closed: '01-01 01-21 02-18 04-19 05-27 06-19 07-04 09-02 11-28 12-25',
    early: '07-03 11-29 12-24'
  }
]
const years = [...published, ...byRule]

/** Good Friday by the church's tables. */
const goodFridays = ['2029-03-30', '2030-04-19', '2031-04-11', '2038-04-23']

function weekdays(year: number): number[] {
  const first = localDay(year, 1, 1)
  const days = Array.from(Array(localDay(year + 1, 1, 1) - first).keys(), (at) => first + at)
  return days.filter((day) => ![0, 6].includes(new Date(day * 86_400_000).getUTCDay()))
}

describe('xnysCalendar', () => {
  const calendar = xnysCalendar()

  test.each(years)('closes on the listed dates of $year', ({ year, closed }) => {
    const found = weekdays(year).filter((day) => calendar.findDay(day) === null)
    expect(found.map((day) => formatLocalDay(day).slice(5)).join(' ')).toBe(closed)
  })

  test.each(years)('closes at 13:00 on the listed dates of $year', ({ year, early }) => {
    const found = weekdays(year).filter((day) => {
      const hours = calendar.findDay(day)
      return hours !== null && hours.closeMs === newYorkMs(day, 13 * 60)
    })
    expect(found.map((day) => formatLocalDay(day).slice(5)).join(' ')).toBe(early)
  })

  test.each(years)('trades on $tradingDays days in $year', ({ year, tradingDays }) => {
    const range = { fromMs: Date.UTC(year, 0, 1, 12), toMs: Date.UTC(year + 1, 0, 1, 1) }
    expect(sessionsBetween(calendar, 'regular', range)).toHaveLength(tradingDays)
  })

  test.each(goodFridays)('closes on Good Friday %s', (date) => {
    expect(calendar.findDay(parseLocalDay(date) ?? NaN)).toBeNull()
  })

  test('lists every year up to the one that its rules are known to reach', () => {
    expect(years.at(-1)?.year).toBe(xnysRulesReachYear)
  })

  test('trades in full on the last day of 2027, because a Saturday New Year is not kept', () => {
    const day = localDay(2027, 12, 31)
    expect(calendar.findDay(day)?.closeMs).toBe(Date.UTC(2027, 11, 31, 21))
  })

  test('opens at 14:30 UTC in winter and 13:30 UTC in summer, from the first day after each change', () => {
    const openUtc = (year: number, month: number, day: number): string =>
      new Date(calendar.findDay(localDay(year, month, day))?.openMs ?? NaN)
        .toISOString()
        .slice(11, 16)
    expect([
      openUtc(2026, 3, 6),
      openUtc(2026, 3, 9),
      openUtc(2026, 10, 30),
      openUtc(2026, 11, 2)
    ]).toEqual(['14:30', '13:30', '13:30', '14:30'])
  })

  test('ends the extended session of a winter day after midnight UTC', () => {
    const hours = calendar.findDay(localDay(2026, 12, 1))
    expect([hours?.preOpenMs, hours?.postCloseMs]).toEqual([
      Date.UTC(2026, 11, 1, 9),
      Date.UTC(2026, 11, 2, 1)
    ])
  })

  test('ends the late session at 17:00 on a day of early close', () => {
    const day = localDay(2026, 11, 27)
    expect(calendar.findDay(day)?.postCloseMs).toBe(newYorkMs(day, 17 * 60))
  })

  test('obeys overrides before its own rules and lists', () => {
    const changed = xnysCalendar([
      { day: localDay(2026, 6, 10), hours: 'closed' },
      { day: localDay(2026, 6, 11), hours: { closeMinute: 15 * 60 + 30 } },
      { day: localDay(2025, 1, 9), hours: 'full' }
    ])
    expect(changed.findDay(localDay(2026, 6, 10))).toBeNull()
    expect(changed.findDay(localDay(2026, 6, 11))?.closeMs).toBe(Date.UTC(2026, 5, 11, 19, 30))
    expect(changed.findDay(localDay(2026, 6, 11))?.postCloseMs).toBe(Date.UTC(2026, 5, 11, 23, 30))
    expect(changed.findDay(localDay(2025, 1, 9))?.openMs).toBe(Date.UTC(2025, 0, 9, 14, 30))
  })
})
