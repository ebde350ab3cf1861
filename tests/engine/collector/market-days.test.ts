import { describe, expect, test } from 'vitest'
import { newYorkMs } from '../../../src/core/market/new-york-time.ts'
import type { SessionCalendar } from '../../../src/core/market/session-calendar.ts'
import { xnysCalendar } from '../../../src/core/market/xnys.ts'
import { liveThrough } from '../../support/market-days.ts'
import type { MarketDaysReport, TrueSession } from '../../support/market-days.ts'

/** Sessions in UTC, from the sheet of US market hours: `2026-03-06 14:30-21:00`. */
function sessions(...texts: readonly string[]): readonly TrueSession[] {
  return texts.map((text) => ({
    openMs: Date.parse(`${text.slice(0, 16).replace(' ', 'T')}:00Z`),
    closeMs: Date.parse(`${text.slice(0, 10)}T${text.slice(17)}:00Z`)
  }))
}

/** Ten days in which New York goes over to daylight time, on Sunday the 8th. */
const springForward = {
  fromMs: Date.parse('2026-03-06T12:00:00Z'),
  toMs: Date.parse('2026-03-16T12:00:00Z'),
  session: 'regular',
  sessions: sessions(
    '2026-03-06 14:30-21:00',
    '2026-03-09 13:30-20:00',
    '2026-03-10 13:30-20:00',
    '2026-03-11 13:30-20:00',
    '2026-03-12 13:30-20:00',
    '2026-03-13 13:30-20:00'
  )
} as const
/** Thanksgiving, and the early close of the day after. */
const thanksgiving = {
  fromMs: Date.parse('2026-11-25T12:00:00Z'),
  toMs: Date.parse('2026-11-28T12:00:00Z'),
  session: 'regular',
  sessions: sessions('2026-11-25 14:30-21:00', '2026-11-27 14:30-18:00')
} as const
/** The day of the early close alone. */
const shortDay = {
  fromMs: Date.parse('2026-11-27T12:00:00Z'),
  toMs: Date.parse('2026-11-27T20:30:00Z'),
  session: 'regular',
  sessions: thanksgiving.sessions.slice(1)
} as const
/** Independence Day kept on a Friday, before a weekend. */
const independence = {
  fromMs: Date.parse('2026-07-02T12:00:00Z'),
  toMs: Date.parse('2026-07-06T22:00:00Z'),
  session: 'regular',
  sessions: sessions('2026-07-02 13:30-20:00', '2026-07-06 13:30-20:00')
} as const

const hourMs = 3_600_000

const faultless = {
  attemptsWhileClosed: 0,
  socketSecondsWhileClosed: 0,
  missedSeconds: 0,
  slowestFirstTradeSeconds: 0,
  reconnects: 0
} satisfies Partial<MarketDaysReport>

/** The real calendar without its daylight time: winter's hours all year. */
const withoutDaylight: SessionCalendar = {
  dayAt: (atMs) => Math.floor((atMs - 5 * 3_600_000) / 86_400_000),
  findDay: (day) => {
    const found = xnysCalendar().findDay(day)
    if (found === null) return null
    const shiftMs = newYorkMs(day, 720) === day * 86_400_000 + 17 * 3_600_000 ? 0 : 3_600_000
    return {
      day,
      preOpenMs: found.preOpenMs + shiftMs,
      openMs: found.openMs + shiftMs,
      closeMs: found.closeMs + shiftMs,
      postCloseMs: found.postCloseMs + shiftMs
    }
  }
}

describe('createCollector over days of a market with hours', { timeout: 60_000 }, () => {
  test('misses no second of ten days across the change to daylight time', async () => {
    expect(await liveThrough(springForward)).toEqual({ ...faultless, sessions: 6, attempts: 6 })
  })

  test('keeps away on Thanksgiving and leaves with the early close after it', async () => {
    expect(await liveThrough(thanksgiving)).toEqual({ ...faultless, sessions: 2, attempts: 2 })
  })

  test('keeps away on a holiday observed before a weekend', async () => {
    expect(await liveThrough(independence)).toEqual({ ...faultless, sessions: 2, attempts: 2 })
  })

  test('stays through the extended session of a winter day, which ends after midnight UTC', async () => {
    const report = await liveThrough({
      fromMs: Date.parse('2026-12-01T06:00:00Z'),
      toMs: Date.parse('2026-12-02T06:00:00Z'),
      session: 'extended',
      sessions: [{ openMs: Date.UTC(2026, 11, 1, 9), closeMs: Date.UTC(2026, 11, 2, 1) }]
    })
    expect(report).toEqual({ ...faultless, sessions: 1, attempts: 1 })
  })

  test('connects anew 30 s after an open that brings nothing', async () => {
    const report = await liveThrough({ ...shortDay, isFirstSocketMute: true })
    expect(report).toMatchObject({ sessions: 1, attempts: 2, attemptsWhileClosed: 0 })
    expect(report.slowestFirstTradeSeconds).toBe(31)
  })

  test.each([2, -2])('misses nothing with a wall clock that is %i h wrong', async (hours) => {
    const wallErrorMs = hours * hourMs
    expect(await liveThrough({ ...shortDay, wallErrorMs })).toEqual({
      ...faultless,
      sessions: 1,
      attempts: 1
    })
  })

  test('misses nothing and comes at no other hour while the wall clock is set to and fro', async () => {
    const wallSteps = [
      { atMs: Date.parse('2026-11-25T13:40:00Z'), byMs: hourMs },
      { atMs: Date.parse('2026-11-25T16:00:00Z'), byMs: -hourMs },
      { atMs: Date.parse('2026-11-25T20:30:00Z'), byMs: hourMs },
      { atMs: Date.parse('2026-11-27T14:00:00Z'), byMs: hourMs },
      { atMs: Date.parse('2026-11-27T14:35:00Z'), byMs: -hourMs }
    ]
    expect(await liveThrough({ ...thanksgiving, wallSteps })).toEqual({
      ...faultless,
      sessions: 2,
      attempts: 2
    })
  })

  test('would miss two hours with a clock two hours wrong if the wall clock were believed', async () => {
    const report = await liveThrough({
      ...shortDay,
      wallErrorMs: -2 * hourMs,
      isWallBelieved: true
    })
    expect(report.missedSeconds).toBe(7_200 - 60)
    expect(report.socketSecondsWhileClosed).toBeGreaterThan(0)
  })

  test('would come an hour late without daylight time', async () => {
    const report = await liveThrough({
      ...springForward,
      fromMs: Date.parse('2026-03-09T12:00:00Z'),
      toMs: Date.parse('2026-03-09T22:00:00Z'),
      sessions: springForward.sessions.slice(1, 2),
      calendar: withoutDaylight
    })
    expect(report.slowestFirstTradeSeconds).toBe(3_600 - 60)
    expect(report.missedSeconds).toBe(3_600 - 60)
    expect(report.socketSecondsWhileClosed).toBeGreaterThan(0)
  })
})
