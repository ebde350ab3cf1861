import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import { marketPlaceText, marketText } from '../../../src/renderer/frame/market-text.ts'

const utc = new ZonedTime('UTC')

describe('marketText', () => {
  test('says what comes next and when', () => {
    const market = {
      calendar: 'XNYS',
      state: 'closed',
      nextChangeMs: Date.parse('2026-10-14T14:30:00Z')
    } as const
    const nowMs = Date.parse('2026-10-14T09:18:00Z')
    expect(marketText(market, nowMs, utc)).toBe('NYSE closed, opens 14:30 (5 h 12 m)')
  })

  test('names the day of what comes on another', () => {
    const market = {
      calendar: 'XNYS',
      state: 'closed',
      nextChangeMs: Date.parse('2026-03-09T13:30:00Z')
    } as const
    const nowMs = Date.parse('2026-03-06T23:30:00Z')
    expect(marketText(market, nowMs, utc)).toBe('NYSE closed, opens Mon 13:30 (2 d 14 h)')
    expect(marketPlaceText(market, nowMs)).toBe('closed, opens Mon 09:30 in New York')
  })

  test('keeps to the state where no change is in sight', () => {
    const market = {
      calendar: 'XNYS',
      state: 'open',
      nextChangeMs: Number.POSITIVE_INFINITY
    } as const
    expect(marketText(market, 0, utc)).toBe('NYSE open')
    expect(marketPlaceText(market, 0)).toBeNull()
  })
})
