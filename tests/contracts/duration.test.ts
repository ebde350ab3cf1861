import { describe, expect, test } from 'vitest'
import { ageSchema, durationMs, durationSchema } from '../../src/contracts/duration.ts'

describe('durationMs', () => {
  test.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000]
  ])('reads %s', (text, ms) => {
    expect(durationSchema.safeParse(text).success).toBe(true)
    expect(durationMs(text)).toBe(ms)
  })

  test.each([
    ['48h', 172_800_000],
    ['30d', 2_592_000_000]
  ])('reads the age %s', (text, ms) => {
    expect(ageSchema.safeParse(text).success).toBe(true)
    expect(durationMs(text)).toBe(ms)
  })

  test.each(['', '0d', '10', '90m', '1.5d'])('refuses "%s" as an age', (text) => {
    expect(ageSchema.safeParse(text).success).toBe(false)
  })

  test.each(['', '0s', '10', '1d', '1.5h', '-3m', '9999999s', ' 5s'])('refuses "%s"', (text) => {
    expect(durationSchema.safeParse(text).success).toBe(false)
  })
})
