import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/core/market/random.ts'
import { growthTrend, type Reading } from '../../../src/engine/health/growth-trend.ts'

function series(length: number, byteAt: (index: number) => number): number[] {
  return Array.from(Array(length).keys(), byteAt)
}

/** One reading each 10 s. */
function readings(bytes: readonly number[]): Reading[] {
  return bytes.map((value, index) => ({ atMs: index * 10_000, bytes: value }))
}

describe('growthTrend', () => {
  test('knows nothing of fewer than three readings', () => {
    expect(growthTrend(readings([1, 2]))).toBeNull()
  })

  test('finds the slope of a line, and no doubt about it', () => {
    const trend = growthTrend(readings([100, 110, 120, 130, 140, 150]))
    expect(trend).toEqual({ perMinute: 60, low: 60, high: 60 })
  })

  test('is not led astray by a single reading', () => {
    const flat = series(30, (index) => (index % 2 === 0 ? 1_000 : 1_010))
    const trend = growthTrend(readings([...flat, 9_000]))
    expect(trend?.low).toBeLessThanOrEqual(0)
    expect(trend?.perMinute).toBeLessThan(60)
  })

  test('a step is no growth', () => {
    const bytes = series(40, (index) => (index < 20 ? 1_000 : 2_000) + (index % 3))
    expect(growthTrend(readings(bytes))?.low).toBeLessThanOrEqual(6)
  })

  test('holds the true slope within its bounds in nearly all of a thousand series', () => {
    const random = seededRandom(1)
    let inside = 0
    for (let run = 0; run < 1_000; run += 1) {
      let wobble = 0
      const bytes = series(40, (index) => {
        wobble = 0.5 * wobble + random() - 0.5
        return index * 0.1 + wobble
      })
      const trend = growthTrend(readings(bytes))
      if (trend !== null && trend.low <= 0.6 && trend.high >= 0.6) inside += 1
    }
    expect(inside).toBeGreaterThan(930)
  })

  test('keeps its slope between its bounds, and turns round with the series', () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 4, maxLength: 40 })
    fc.assert(
      fc.property(amounts, (bytes) => {
        const trend = growthTrend(readings(bytes))
        const turned = growthTrend(readings(bytes.map((value) => -value)))
        expect(trend).not.toBeNull()
        if (trend === null || turned === null) return
        expect(trend.low).toBeLessThanOrEqual(trend.perMinute)
        expect(trend.high).toBeGreaterThanOrEqual(trend.perMinute)
        expect(turned.perMinute).toBeCloseTo(-trend.perMinute, 3)
      })
    )
  })
})
