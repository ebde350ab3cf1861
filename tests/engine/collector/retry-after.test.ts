import { describe, expect, test } from 'vitest'
import { parseRetryAfter } from '../../../src/engine/collector/retry-after.ts'

const nowMs = Date.UTC(2026, 10, 22, 12, 0, 0)

describe('parseRetryAfter', () => {
  test.each([
    ['120', 120_000],
    [' 0.5 ', 500],
    ['Sun, 22 Nov 2026 12:00:45 GMT', 45_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['999999', 3_600_000],
    ['soon', null],
    ['-5', null],
    ['', null],
    [null, null]
  ])('%j is %j ms', (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected)
  })
})
