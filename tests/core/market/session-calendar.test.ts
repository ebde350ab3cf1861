import { describe, expect, test } from 'vitest'
import {
  marketStateAt,
  sessionDays,
  sessionOpenMs,
  sessionsBetween
} from '../../../src/core/market/session-calendar.ts'
import { xnysCalendar } from '../../../src/core/market/xnys.ts'

const calendar = xnysCalendar()

function utc(text: string): number {
  return Date.parse(`${text}:00Z`)
}

describe('marketStateAt', () => {
  const moments = [
    {
      at: '2026-07-06T07:59',
      state: 'closed',
      regular: '2026-07-06T13:30',
      extended: '2026-07-06T08:00'
    },
    {
      at: '2026-07-06T08:00',
      state: 'pre',
      regular: '2026-07-06T13:30',
      extended: '2026-07-07T00:00'
    },
    {
      at: '2026-07-06T13:30',
      state: 'open',
      regular: '2026-07-06T20:00',
      extended: '2026-07-07T00:00'
    },
    {
      at: '2026-07-06T20:00',
      state: 'post',
      regular: '2026-07-07T13:30',
      extended: '2026-07-07T00:00'
    },
    {
      at: '2026-07-02T20:30',
      state: 'post',
      regular: '2026-07-06T13:30',
      extended: '2026-07-03T00:00'
    },
    {
      at: '2026-07-03T15:00',
      state: 'closed',
      regular: '2026-07-06T13:30',
      extended: '2026-07-06T08:00'
    },
    {
      at: '2026-11-27T18:00',
      state: 'post',
      regular: '2026-11-30T14:30',
      extended: '2026-11-27T22:00'
    },
    {
      at: '2026-12-02T00:30',
      state: 'post',
      regular: '2026-12-02T14:30',
      extended: '2026-12-02T01:00'
    }
  ] as const

  test.each(moments)('says $state at $at UTC, and when each session changes', (expected) => {
    const atMs = utc(expected.at)
    const regular = marketStateAt(calendar, 'regular', atMs)
    const extended = marketStateAt(calendar, 'extended', atMs)
    expect([regular.state, regular.nextChangeMs, extended.nextChangeMs]).toEqual([
      expected.state,
      utc(expected.regular),
      utc(expected.extended)
    ])
    expect(regular.isInSession).toBe(expected.state === 'open')
    expect(extended.isInSession).toBe(expected.state !== 'closed')
  })
})

describe('sessionOpenMs', () => {
  test('gives the open of the date in New York, null on a closed date', () => {
    expect(sessionOpenMs(calendar, 'regular', utc('2026-12-02T00:30'))).toBe(
      utc('2026-12-01T14:30')
    )
    expect(sessionOpenMs(calendar, 'extended', utc('2026-07-06T12:00'))).toBe(
      utc('2026-07-06T08:00')
    )
    expect(sessionOpenMs(calendar, 'regular', utc('2026-07-03T15:00'))).toBeNull()
  })
})

describe('sessionsBetween', () => {
  test('lists whole sessions that touch the range, across a long weekend', () => {
    const range = { fromMs: utc('2026-07-02T19:00'), toMs: utc('2026-07-06T13:31') }
    expect(sessionsBetween(calendar, 'regular', range)).toEqual([
      { openMs: utc('2026-07-02T13:30'), closeMs: utc('2026-07-02T20:00') },
      { openMs: utc('2026-07-06T13:30'), closeMs: utc('2026-07-06T20:00') }
    ])
  })

  test('leaves out a session that only touches the ends', () => {
    const range = { fromMs: utc('2026-07-02T20:00'), toMs: utc('2026-07-06T13:30') }
    expect(sessionsBetween(calendar, 'regular', range)).toEqual([])
  })
})

describe('sessionDays', () => {
  const dayOf = sessionDays(calendar, 'regular')

  test('begins a day at the open and carries it to the next open, over weekends and holidays', () => {
    const expected = { fromMs: utc('2026-07-02T13:30'), toMs: utc('2026-07-06T13:30') }
    expect(dayOf(utc('2026-07-02T13:30'))).toEqual(expected)
    expect(dayOf(utc('2026-07-06T13:29'))).toEqual(expected)
  })

  test('moves with daylight time', () => {
    expect(dayOf(utc('2026-11-02T15:00'))).toEqual({
      fromMs: utc('2026-11-02T14:30'),
      toMs: utc('2026-11-03T14:30')
    })
  })
})
