import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localDay } from '../../../src/core/market/local-date.ts'
import { newYorkDay, newYorkMs } from '../../../src/core/market/new-york-time.ts'

const zone = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'short',
  hour12: false
})

describe('newYorkDay', () => {
  test('agrees with the zone database at every moment of 2024 to 2030', () => {
    const moment = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 11, 31) })
    fc.assert(
      fc.property(moment, (atMs) => {
        const [year = 0, month = 0, day = 0] = zone.format(atMs).slice(0, 10).split('-').map(Number)
        expect(newYorkDay(atMs)).toBe(localDay(year, month, day))
      })
    )
  })
})

describe('newYorkMs', () => {
  const changes = [
    { date: [2024, 3, 10], before: 6, after: 7 },
    { date: [2024, 11, 3], before: 5, after: 8 },
    { date: [2025, 3, 9], before: 6, after: 7 },
    { date: [2025, 11, 2], before: 5, after: 8 },
    { date: [2026, 3, 8], before: 6, after: 7 },
    { date: [2026, 11, 1], before: 5, after: 8 },
    { date: [2027, 3, 14], before: 6, after: 7 },
    { date: [2027, 11, 7], before: 5, after: 8 },
    { date: [2028, 3, 12], before: 6, after: 7 },
    { date: [2028, 11, 5], before: 5, after: 8 },
    { date: [2029, 3, 11], before: 6, after: 7 },
    { date: [2029, 11, 4], before: 5, after: 8 },
    { date: [2030, 3, 10], before: 6, after: 7 },
    { date: [2030, 11, 3], before: 5, after: 8 }
  ] as const

  test.each(changes)(
    'shifts the clock between 01:00 and 03:00 on $date',
    ({ date, before, after }) => {
      const [year, month, day] = date
      const shown = [60, 180].map((minute) =>
        new Date(newYorkMs(localDay(year, month, day), minute)).getUTCHours()
      )
      expect(shown).toEqual([before, after])
    }
  )

  test('gives back the wall clock that the zone database shows, from 03:00 of any day of 2024 to 2030', () => {
    const day = fc.integer({ min: localDay(2024, 1, 1), max: localDay(2030, 12, 31) })
    const minute = fc.integer({ min: 3 * 60, max: 24 * 60 - 1 })
    fc.assert(
      fc.property(day, minute, (of, minuteOfDay) => {
        const written = new Date(of * 86_400_000 + minuteOfDay * 60_000).toISOString()
        expect(zone.format(newYorkMs(of, minuteOfDay)).replace(', 24:', ', 00:')).toBe(
          `${written.slice(0, 10)}, ${written.slice(11, 16)}`
        )
      })
    )
  })
})
