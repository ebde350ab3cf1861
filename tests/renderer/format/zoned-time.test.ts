import { describe, expect, test } from 'vitest'
import { ZonedTime, zoneName } from '../../../src/renderer/format/zoned-time.ts'

describe('ZonedTime', () => {
  test.each([
    ['America/New_York', '2026-11-01T05:59:59Z', '01:59:59'],
    ['America/New_York', '2026-11-01T06:00:00Z', '01:00:00'],
    ['America/New_York', '2026-03-08T07:00:00Z', '03:00:00'],
    ['Europe/London', '2026-10-25T01:00:00Z', '01:00:00'],
    ['Asia/Kolkata', '2026-10-25T01:00:00Z', '06:30:00'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '01:30:00']
  ])('in %s, %s is %s', (zone, instant, text) => {
    expect(new ZonedTime(zone).secondText(Date.parse(instant))).toBe(text)
  })

  test('writes the date of the zone, not of UTC', () => {
    expect(new ZonedTime('America/New_York').dateText(Date.parse('2026-10-15T01:00:00Z'))).toBe(
      'Wed 14 Oct 2026'
    )
  })

  test('refuses a zone that does not exist', () => {
    expect(() => new ZonedTime('Mars/Olympus')).toThrow(RangeError)
  })
})

describe('zoneName', () => {
  test('leaves the city', () => {
    expect(zoneName('America/New_York')).toBe('New York')
  })
})
