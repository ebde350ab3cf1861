import { describe, expect, test } from 'vitest'
import { emptyLatencyCounts } from '../../../src/core/market/latency-window.ts'
import { healthShape } from '../../../src/contracts/shapes.ts'
import { coveragePercent, errorRatePercent } from '../../../src/engine/health/coverage.ts'
import { buildHealthRow } from '../../../src/engine/health/health-row.ts'
import type { VenueFigures } from '../../../src/engine/health/health-row.ts'

function aVenue(changes: Partial<VenueFigures> = {}): VenueFigures {
  return {
    venue: 'toy',
    connections: { live: 2, total: 2 },
    instruments: { live: 30, expected: 30, total: 30 },
    messagesPerSecond: 10,
    messagesLast60s: 600,
    rejectedLast60s: 0,
    rejectedFrames: 0,
    unknownFrames: 0,
    problems: [],
    latencyCounts: emptyLatencyCounts(),
    ...changes
  }
}

const load = { memoryMb: 76, eventLoopDelayP99Ms: 1 }
const engine = {
  mode: 'live',
  uptimeMs: 1_000,
  storeLagMs: 3,
  clockSkewMs: null,
  queuedRows: 0,
  databaseMb: 1,
  tradesStored: 5,
  missingTrades: 0,
  implausibleTrades: 0,
  droppedTrades: 0,
  conflictingTrades: 0,
  handlerTimeouts: 0,
  handlerFaults: 0,
  memory: { heapFloorMb: 30, growthMbPerMinute: null, swappedMb: 0, structures: [] },
  problems: []
} as const

describe('coveragePercent and errorRatePercent', () => {
  test('follow their definitions', () => {
    expect(coveragePercent({ live: 325, expected: 326 })).toBe(99.69)
    expect(errorRatePercent({ rejected: 3, received: 1_000 })).toBe(0.3)
  })

  test('nothing expected is full coverage, nothing received no error', () => {
    expect(coveragePercent({ live: 0, expected: 0 })).toBe(100)
    expect(errorRatePercent({ rejected: 0, received: 0 })).toBe(0)
  })
})

describe('buildHealthRow', () => {
  test('sums venues into the documented shape', () => {
    const row = buildHealthRow([aVenue(), aVenue({ venue: 'other' })], load, engine)
    expect(healthShape.parse(row)).toMatchObject({
      status: 'ok',
      messagesLast60s: 1_200,
      connections: { live: 4, total: 4 },
      instruments: { live: 60, total: 60 },
      coveragePercent: 100,
      errorRatePercent: 0
    })
    expect(row.latencyP50Ms).toBeNull()
  })

  test.each([
    ['down', 'no connection live', { connections: { live: 0, total: 2 } }],
    [
      'down',
      'nothing planned yet',
      {
        connections: { live: 0, total: 0 },
        instruments: { live: 0, expected: 0, total: 0 }
      }
    ],
    ['degraded', 'coverage below 80 %', { instruments: { live: 23, expected: 30, total: 30 } }],
    ['degraded', 'errors above 5 %', { rejectedLast60s: 31 }],
    ['degraded', 'a problem', { problems: ['X is refused'] }],
    [
      'ok',
      'all markets closed',
      {
        connections: { live: 0, total: 2 },
        instruments: { live: 0, expected: 0, total: 30 }
      }
    ]
  ] as const)('is %s: %s', (status, why, changes) => {
    expect(buildHealthRow([aVenue(changes)], load, engine).status, why).toBe(status)
  })
})

describe('buildHealthRow with a problem of the engine', () => {
  test('is degraded and says why', () => {
    const row = buildHealthRow([aVenue()], load, { ...engine, problems: ['Storing fails'] })
    expect(row).toMatchObject({ status: 'degraded', problems: ['Storing fails'] })
  })
})
