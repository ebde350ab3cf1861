import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeFreshness } from '../../../src/core/market/freshness.ts'
import type { FreshnessInput } from '../../../src/core/market/freshness.ts'

const lively: FreshnessInput = {
  marketOpen: true,
  connectionLive: true,
  dataAgeMs: 0,
  usualGapMs: null,
  isSuspect: false,
  heartbeatAgeMs: 0,
  heartbeatLimitMs: 15_000
}

const age = fc.option(fc.oneof(fc.nat(200_000), fc.constant(Infinity)))
const anyInput = fc.record({
  marketOpen: fc.boolean(),
  connectionLive: fc.boolean(),
  dataAgeMs: age,
  usualGapMs: fc.option(fc.nat(200_000)),
  isSuspect: fc.boolean(),
  heartbeatAgeMs: age,
  heartbeatLimitMs: fc.integer({ min: 15_000, max: 60_000 })
})

describe('judgeFreshness', () => {
  test.each([
    ['live', 'within 5 s', { dataAgeMs: 5_000 }],
    ['quiet', 'past 5 s', { dataAgeMs: 5_001 }],
    ['live', 'within three usual gaps', { dataAgeMs: 30_000, usualGapMs: 10_000 }],
    ['quiet', 'past three usual gaps', { dataAgeMs: 30_001, usualGapMs: 10_000 }],
    ['quiet', 'only an old price told', { dataAgeMs: Infinity }],
    ['stale', 'heartbeat missed', { heartbeatAgeMs: 15_001 }],
    ['stale', 'no heartbeat ever', { heartbeatAgeMs: null }],
    ['stale', 'connection not live', { connectionLive: false }],
    ['stale', 'suspiciously silent', { dataAgeMs: 10_000, isSuspect: true }],
    ['stale', 'quotes come but suspiciously no trades', { isSuspect: true }],
    ['none', 'nothing yet', { dataAgeMs: null }],
    ['none', 'nothing yet, not live', { dataAgeMs: null, connectionLive: false }],
    ['closed', 'market closed', { marketOpen: false }],
    ['closed', 'market closed and link down', { marketOpen: false, connectionLive: false }]
  ] as const)('%s: %s', (expected, when, changes) => {
    expect(judgeFreshness({ ...lively, ...changes }), when).toBe(expected)
  })

  test('is never live or quiet while the connection is not live', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(['stale', 'none', 'closed']).toContain(
          judgeFreshness({ ...input, connectionLive: false })
        )
      })
    )
  })

  test('is never live or quiet once the heartbeat is missed', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const heartbeatAgeMs = input.heartbeatLimitMs + 1
        expect(['stale', 'none', 'closed']).toContain(judgeFreshness({ ...input, heartbeatAgeMs }))
      })
    )
  })

  test('is closed exactly while the market is', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(judgeFreshness(input) === 'closed').toBe(!input.marketOpen)
      })
    )
  })

  test('older data is never fresher', () => {
    fc.assert(
      fc.property(anyInput, fc.nat(100_000), (input, olderMs) => {
        if (input.dataAgeMs === null) return
        const older = judgeFreshness({ ...input, dataAgeMs: input.dataAgeMs + olderMs })
        if (older === 'live') expect(judgeFreshness(input)).toBe('live')
      })
    )
    expect(judgeFreshness(lively)).toBe('live')
  })
})
