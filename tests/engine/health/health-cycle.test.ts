import { describe, expect, test } from 'vitest'
import type { LogFields } from '../../../src/engine/collector/log.ts'
import { HealthCycle } from '../../../src/engine/health/health-cycle.ts'
import type { CycleReading } from '../../../src/engine/health/health-cycle.ts'

const well: CycleReading = {
  status: 'ok',
  connections: { live: 22, total: 22 },
  instruments: { live: 326, total: 326 },
  coveragePercent: 100,
  messagesPerSecond: 1_500,
  latencyP99Ms: 12,
  missingTrades: 0,
  memoryMb: 180,
  storeLagMs: 250,
  eventLoopDelayP99Ms: 2,
  problems: []
}

/** Takes a reading each second; the lines that were logged. */
function readEachSecond(seconds: number, reading: (second: number) => CycleReading): LogFields[] {
  const lines: LogFields[] = []
  const cycle = new HealthCycle((event, fields) => {
    expect(event).toBe('health-cycle')
    lines.push(fields)
  })
  for (let second = 0; second <= seconds; second += 1) {
    cycle.take(reading(second), { open: 1, lost: 0 }, 5_000 + second * 1_000)
  }
  return lines
}

describe('HealthCycle', () => {
  test('tells nothing for 29 s, then one line every 30 s', () => {
    expect(readEachSecond(29, () => well)).toHaveLength(0)
    expect(readEachSecond(30, () => well)).toHaveLength(1)
    expect(readEachSecond(95, () => well)).toHaveLength(3)
  })

  test('sums up connections, coverage, messages, gaps, memory and lag', () => {
    expect(readEachSecond(30, () => well)).toEqual([
      {
        status: 'ok',
        connectionsLive: 22,
        connections: 22,
        instrumentsLive: 326,
        instruments: 326,
        coveragePercent: 100,
        leastCoveragePercent: 100,
        messagesPerSecond: 1_500,
        latencyP99Ms: 12,
        openGaps: 1,
        lostGaps: 0,
        missingTrades: 0,
        memoryMb: 180,
        storeLagMs: 250,
        loopDelayP99Ms: 2,
        problems: 0
      }
    ])
  })

  test('the worst of a cycle is told though it ended well, and not again in the next', () => {
    const dip = { ...well, coveragePercent: 40, storeLagMs: 9_000, eventLoopDelayP99Ms: 300 }
    const [first, second] = readEachSecond(60, (at) => (at === 10 ? dip : well))
    expect(first).toMatchObject({
      coveragePercent: 100,
      leastCoveragePercent: 40,
      storeLagMs: 9_000,
      loopDelayP99Ms: 300
    })
    expect(second).toMatchObject({ leastCoveragePercent: 100, storeLagMs: 250, loopDelayP99Ms: 2 })
  })
})
