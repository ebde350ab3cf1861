import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createLatencyWindow,
  emptyLatencyCounts,
  latencyQuantile
} from '../../../src/core/market/latency-window.ts'
import type { LatencyWindow } from '../../../src/core/market/latency-window.ts'

function quantile(window: LatencyWindow, share: number): number | null {
  const counts = emptyLatencyCounts()
  window.addTo(counts)
  return latencyQuantile(counts, share)
}

describe('createLatencyWindow', () => {
  test('has no quantile before the first latency', () => {
    expect(quantile(createLatencyWindow(), 0.5)).toBeNull()
  })

  test('gives quantiles within 7 % or 1/8 ms', () => {
    const latencies = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.99, 1), (all, share) => {
        const window = createLatencyWindow()
        for (const each of all) window.record(each)
        const sorted = [...all].sort((a, b) => a - b)
        const exact = sorted[Math.ceil(all.length * share) - 1] ?? 0
        const found = quantile(window, share) ?? NaN
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.max(0.13, exact * 0.07))
      })
    )
  })

  test('takes what lies below zero for zero and what is absurd for the largest', () => {
    const window = createLatencyWindow()
    window.record(-5_000)
    expect(quantile(window, 1)).toBe(0)
    window.record(1e15)
    expect(quantile(window, 1)).toBeGreaterThan(2e8)
  })

  test('forgets after six turns', () => {
    const window = createLatencyWindow()
    window.record(5)
    for (let turn = 0; turn < 5; turn += 1) window.rotate()
    expect(quantile(window, 0.5)).not.toBeNull()
    window.rotate()
    expect(quantile(window, 0.5)).toBeNull()
  })
})
