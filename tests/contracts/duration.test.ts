import { describe, expect, test } from 'vitest'
import { durationMs, durationSchema } from '../../src/contracts/duration.ts'

describe('durationMs', () => {
  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000]
  ])('reads %s', (text, ms) => {
    expect(durationSchema.safeParse(text).success).toBe(true)
    expect(durationMs(text)).toBe(ms)
  })

  test.each(['', '0s', '10', '1d', '1.5h', '-3m', '9999999s', ' 5s'])('refuses "%s"', (text) => {
    expect(durationSchema.safeParse(text).success).toBe(false)
  })
})
