import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planRetry } from '../../../src/core/market/backoff.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('planRetry', () => {
  test('doubles its cap from 0.5 s to 60 s', () => {
    const caps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 50].map(
      (attempt) => planRetry({ attempt, healthyMs: 0 }, () => 1).delayMs
    )
    expect(caps).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })

  test('counts up while the link was not healthy for 60 s', () => {
    expect(planRetry({ attempt: 4, healthyMs: 59_999 }, () => 0.5).attempt).toBe(5)
  })

  test('begins anew, and at once, after 60 s of healthy data', () => {
    expect(planRetry({ attempt: 9, healthyMs: 60_000 }, () => 0.5)).toEqual({
      attempt: 1,
      delayMs: 0
    })
  })

  test('spreads over the whole range and never leaves it', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(120_000), chance, (attempt, healthyMs, share) => {
        const { delayMs } = planRetry({ attempt, healthyMs }, () => share)
        const capMs = healthyMs >= 60_000 ? 0 : Math.min(60_000, 500 * 2 ** attempt)
        expect(delayMs).toBeCloseTo(share * capMs, 6)
      })
    )
  })
})
