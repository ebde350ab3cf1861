import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenBucket } from '../../../src/core/market/token-bucket.ts'

describe('createTokenBucket', () => {
  test('gives its burst at once, then waits for the rate', () => {
    const bucket = createTokenBucket({ burst: 2, perSecond: 4 }, 0)
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, false])
    expect(bucket.waitMs(0)).toBe(250)
    expect(bucket.take(249)).toBe(false)
    expect(bucket.take(250)).toBe(true)
  })

  test('has a token after the wait it named', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (burst, perSecond) => {
          const bucket = createTokenBucket({ burst, perSecond }, 0)
          while (bucket.take(0));
          expect(bucket.take(bucket.waitMs(0))).toBe(true)
        }
      )
    )
  })

  test('grants at most burst + t × rate in any window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 100 }),
        (burst, perSecond, waits) => {
          const bucket = createTokenBucket({ burst, perSecond }, 0)
          const grants: number[] = []
          let nowMs = 0
          for (const waitMs of waits) {
            nowMs += waitMs
            while (bucket.take(nowMs)) grants.push(nowMs)
          }
          for (const [index, fromMs] of grants.entries()) {
            for (const [offset, atMs] of grants.slice(index).entries()) {
              const most = burst + ((atMs - fromMs) * perSecond) / 1000
              expect(offset + 1).toBeLessThanOrEqual(most + 1e-6)
            }
          }
        }
      ),
      { numRuns: 60 }
    )
  })

  test('a clock that stands still or goes back makes no tokens', () => {
    const bucket = createTokenBucket({ burst: 1, perSecond: 1 }, 1_000)
    expect(bucket.take(1_000)).toBe(true)
    expect(bucket.take(0)).toBe(false)
    expect(bucket.take(1_999)).toBe(false)
  })
})
