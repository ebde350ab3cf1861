import fc from 'fast-check'
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

  test.each([
    ['America/New_York', '2026-03-08 12:00:00', '2026-03-08T16:00:00Z'],
    ['America/New_York', '2026-03-08 02:30:00', '2026-03-08T07:30:00Z'],
    ['America/New_York', '2026-11-01 01:30:00', '2026-11-01T05:30:00Z'],
    ['America/New_York', '2026-11-01 12:00:00', '2026-11-01T17:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-04 02:15:00', '2026-10-03T15:45:00Z'],
    ['UTC', '2026-10-14 10:42:17', '2026-10-14T10:42:17Z']
  ])('in %s the clock shows %s at %s', (zone, shown, instant) => {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = shown
      .split(/[- :]/)
      .map(Number)
    expect(new ZonedTime(zone).instantMs({ year, month, day, hour, minute, second })).toBe(
      Date.parse(instant)
    )
  })

  test('finds an instant by what the clock shows then', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        fc.integer({ min: 1_500_000_000, max: 2_000_000_000 }),
        (name, second) => {
          const zone = new ZonedTime(name)
          const foundMs = zone.instantMs(zone.fields(second * 1_000))
          expect(zone.fields(foundMs)).toEqual(zone.fields(second * 1_000))
          expect(foundMs).toBeLessThanOrEqual(second * 1_000)
        }
      )
    )
  })

  test.each([
    ['2026-03-08T12:00:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
    ['2026-11-01T12:00:00Z', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z']
  ])('knows the day around %s, however long', (atText, from, to) => {
    expect(new ZonedTime('America/New_York').dayAround(Date.parse(atText))).toEqual({
      fromMs: Date.parse(from),
      toMs: Date.parse(to)
    })
  })

  test('writes milliseconds and the date in figures', () => {
    const zone = new ZonedTime('UTC')
    const atMs = Date.parse('2026-10-14T10:42:17.007Z') + 0.25
    expect(`${zone.isoDateText(atMs)} ${zone.millisText(atMs)}`).toBe('2026-10-14 10:42:17.007')
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
