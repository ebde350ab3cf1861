import { describe, expect, test } from 'vitest'
import {
  axisText,
  axisWeights,
  instantText,
  markWeight
} from '../../../src/renderer/chart/axis-text.ts'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'

const newYork = new ZonedTime('America/New_York')
const kolkata = new ZonedTime('Asia/Kolkata')
const time = (text: string) => Date.parse(text)

describe('markWeight', () => {
  test.each([
    ['a new day begins at midnight of the zone', '2026-10-15T04:00:00Z', newYork, axisWeights.day],
    [
      'UTC midnight is an ordinary hour elsewhere',
      '2026-10-15T00:00:00Z',
      newYork,
      axisWeights.hour
    ],
    [
      'a half-hour zone has its full hours at the half',
      '2026-10-15T01:30:00Z',
      kolkata,
      axisWeights.hour
    ],
    ['a new month', '2026-11-01T04:00:00Z', newYork, axisWeights.month],
    ['a new year', '2027-01-01T05:00:00Z', newYork, axisWeights.year]
  ])('%s', (meaning, instant, zone, weight) => {
    expect(markWeight(time(instant), time(instant) - 60_000, zone), meaning).toBe(weight)
  })

  test('weighs tick candles within a second as nothing', () => {
    expect(markWeight(5_500, 5_499, newYork)).toBe(axisWeights.none)
  })

  test('marks the hour that comes twice on the night the clocks go back', () => {
    const second = time('2026-11-01T06:00:00Z')
    expect(newYork.minuteText(second)).toBe('01:00')
    expect(markWeight(second, second - 60_000, newYork)).toBeGreaterThanOrEqual(axisWeights.hour)
  })
})

describe('axisText', () => {
  test('writes the largest thing that begins there', () => {
    const noon = time('2026-10-14T16:00:05Z')
    expect(axisText(noon, axisWeights.second, newYork)).toBe('12:00:05')
    expect(axisText(noon, axisWeights.hour, newYork)).toBe('12:00')
    expect(axisText(noon, axisWeights.day, newYork)).toBe('14 Oct')
    expect(axisText(noon, axisWeights.month, newYork)).toBe('Oct')
    expect(axisText(noon, axisWeights.year, newYork)).toBe('2026')
  })
})

describe('instantText', () => {
  test('writes as much as tells points apart', () => {
    const noon = time('2026-10-14T16:00:05Z')
    expect(instantText(noon, 'second', newYork)).toBe('Wed 14 Oct 2026  12:00:05')
    expect(instantText(noon, 'minute', newYork)).toBe('Wed 14 Oct 2026  12:00')
    expect(instantText(noon, 'day', newYork)).toBe('Wed 14 Oct 2026')
  })
})
