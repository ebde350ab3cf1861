import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createIsoTimeReader, parseIsoTime } from '../../../src/venues/coinbase/iso-time.ts'

describe('parseIsoTime', () => {
  test.each([
    ['2026-09-02T07:44:10.104422Z', 1_788_335_050_104.422],
    ['2026-09-15T11:01:54.000000Z', 1_789_470_114_000],
    ['2026-09-15T11:01:54Z', 1_789_470_114_000],
    ['2026-09-15T11:01:54.5Z', 1_789_470_114_500],
    ['2026-09-15T11:01:54.123456789Z', 1_789_470_114_123.456],
    ['2024-02-29T23:59:59.999999Z', 1_709_251_199_999.999],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000]
  ])('reads %s', (text, ms) => {
    expect(parseIsoTime(text)).toBe(ms)
  })

  test.each([
    '2026-02-29T00:00:00.000000Z',
    '2026-13-01T00:00:00.000000Z',
    '2026-04-31T00:00:00.000000Z',
    '2026-09-02T24:00:00.000000Z',
    '2026-09-02T07:60:00.000000Z',
    '2026-09-02T07:44:60.000000Z',
    '2026-09-02 07:44:10.104422Z',
    '2026-09-02T07:44:10.104422',
    '2026-09-02T07:44:10.104422+00:00',
    '',
    null,
    1_788_335_050_104
  ])('refuses %j', (value) => {
    expect(parseIsoTime(value)).toBeNull()
  })

  test('keeps every microsecond of any time', () => {
    const latest = Date.UTC(2100, 0, 1) * 1_000
    fc.assert(
      fc.property(fc.integer({ min: 0, max: latest }), (microseconds) => {
        const text = isoText(microseconds)
        expect(Math.round((parseIsoTime(text) ?? NaN) * 1_000)).toBe(microseconds)
      }),
      { numRuns: 3_000 }
    )
  })
})

describe('createIsoTimeReader', () => {
  test('reads from bytes what the text says, day after day, and refuses the rest', () => {
    const read = createIsoTimeReader()
    const digits = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    const latest = Date.UTC(2100, 0, 1) * 1_000
    const times = fc.oneof(fc.integer({ min: 0, max: latest }).map(isoText), digits, fc.string())
    fc.assert(
      fc.property(times, (text) => {
        const bytes = Buffer.from(`"${text}"`)
        const ms = read(bytes, 1, bytes.length - 1)
        if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) {
          expect(ms).toBe(parseIsoTime(text) ?? NaN)
        } else {
          expect(ms).toBeNaN()
        }
      }),
      { numRuns: 5_000 }
    )
  })
})

function isoText(microseconds: number): string {
  const ms = Math.floor(microseconds / 1_000)
  const rest = (microseconds % 1_000).toString().padStart(3, '0')
  return new Date(ms).toISOString().replace('Z', `${rest}Z`)
}
