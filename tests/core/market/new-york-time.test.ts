import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localDay } from '../../../src/core/market/local-date.ts'
import { newYorkDay, newYorkMs } from '../../../src/core/market/new-york-time.ts'

const platform = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  dateStyle: 'short',
  timeStyle: 'short'
})

/** First moments of daylight and of standard time, from the sheet of US market hours. */
const changes = [
  { forward: '2024-03-10T07:00:00Z', back: '2024-11-03T06:00:00Z' },
  { forward: '2025-03-09T07:00:00Z', back: '2025-11-02T06:00:00Z' },
  { forward: '2026-03-08T07:00:00Z', back: '2026-11-01T06:00:00Z' },
  { forward: '2027-03-14T07:00:00Z', back: '2027-11-07T06:00:00Z' },
  { forward: '2028-03-12T07:00:00Z', back: '2028-11-05T06:00:00Z' },
  { forward: '2029-03-11T07:00:00Z', back: '2029-11-04T06:00:00Z' },
  { forward: '2030-03-10T07:00:00Z', back: '2030-11-03T06:00:00Z' }
]

/** How the platform's own zone data write a moment: `2026-03-08, 03:30`. */
function onThePlatform(atMs: number): string {
  return platform.format(atMs)
}

describe('newYorkMs', () => {
  test.each(changes)('reads noon right on both sides of $forward and $back', (change) => {
    const dayMs = 86_400_000
    for (const atMs of [Date.parse(change.forward), Date.parse(change.back)]) {
      for (const day of [-1, 0, 1]) {
        const noonMs = newYorkMs(Math.floor(atMs / dayMs) + day, 12 * 60)
        expect(onThePlatform(noonMs)).toMatch(/, 12:00$/)
      }
    }
  })

  test('gives back the wall clock that the platform shows, for any minute of 2024 to 2030', () => {
    const day = fc.integer({ min: localDay(2024, 1, 1), max: localDay(2030, 12, 31) })
    // From 02:00 to 03:00 a wall clock time may not exist, and from 01:00 exist twice.
    const minute = fc.integer({ min: 3 * 60, max: 24 * 60 - 1 })
    fc.assert(
      fc.property(day, minute, (of, minuteOfDay) => {
        const written = new Date(of * 86_400_000 + minuteOfDay * 60_000).toISOString()
        expect(onThePlatform(newYorkMs(of, minuteOfDay))).toBe(
          `${written.slice(0, 10)}, ${written.slice(11, 16)}`
        )
      })
    )
  })
})

describe('newYorkDay', () => {
  test('gives the date that the platform shows, for any moment of 2024 to 2030', () => {
    const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 11, 31) })
    fc.assert(
      fc.property(moment, (atMs) => {
        const shown = new Date(newYorkDay(atMs) * 86_400_000).toISOString().slice(0, 10)
        expect(onThePlatform(atMs).slice(0, 10)).toBe(shown)
      })
    )
  })
})
