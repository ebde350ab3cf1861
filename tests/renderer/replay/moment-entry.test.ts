import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import { readMomentEntry } from '../../../src/renderer/replay/moment-entry.ts'

const newYork = new ZonedTime('America/New_York')
const nearMs = Date.parse('2026-10-14T15:00:00Z')

describe('readMomentEntry', () => {
  test.each([
    ['2026-10-14 10:42:17', '2026-10-14T14:42:17Z'],
    ['2026-10-14T10:42:17.5', '2026-10-14T14:42:17.500Z'],
    ['  2026-1-2   9:05 ', '2026-01-02T14:05:00Z'],
    ['2026-10-13', '2026-10-13T04:00:00Z'],
    ['10:42', '2026-10-14T14:42:00Z'],
    ['23:59:59.999', '2026-10-15T03:59:59.999Z']
  ])('reads %j on the clock of the zone', (text, instant) => {
    expect(readMomentEntry(text, newYork, nearMs)).toEqual({ atMs: Date.parse(instant) })
  })

  test.each([
    ['', 'Nothing typed: write 2026-10-14 10:42:17 or 10:42'],
    ['noon', 'noon: write 2026-10-14 10:42:17 or 10:42'],
    ['10:42 tomorrow', '10:42 tomorrow: write 2026-10-14 10:42:17 or 10:42'],
    ['10:42 10:43', '10:42 10:43: write 2026-10-14 10:42:17 or 10:42'],
    ['14.10.2026', '14.10.2026: write 2026-10-14 10:42:17 or 10:42'],
    ['2026-02-30 10:00', '2026-02-30 is no date'],
    ['2026-13-01', '2026-13-01 is no date'],
    ['24:00', '24:00 is no time of day'],
    ['10:60', '10:60 is no time of day']
  ])('says what is wrong with %j', (text, problem) => {
    expect(readMomentEntry(text, newYork, nearMs)).toEqual({ problem })
  })

  test('reads back what the screen writes', () => {
    const zone = new ZonedTime('Asia/Kolkata')
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }), (atMs) => {
        const text = `${zone.isoDateText(atMs)} ${zone.millisText(atMs)}`
        expect(readMomentEntry(text, zone, nearMs)).toEqual({ atMs })
      })
    )
  })
})
