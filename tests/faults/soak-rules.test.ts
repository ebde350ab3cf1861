import { describe, expect, test } from 'vitest'
import { breachesOf, type SoakSample } from '../../faults/soak-rules.ts'

const well: SoakSample = {
  messagesPerSecond: 2_000,
  rssMb: 180,
  heapFloorMb: 60,
  growthHighMbPerMinute: 0.1,
  loopDelayP99Ms: 12,
  log_1s: 20,
  log_10s: 60,
  connects_1s: 8,
  connects_5m: 80,
  refusedForRate: 0,
  bans: 0,
  handlerTimeouts: 0,
  droppedTrades: 0,
  beyondBounds: []
}

describe('breachesOf', () => {
  test('finds nothing where everything holds, or is not known yet', () => {
    const unknown = { heapFloorMb: null, growthHighMbPerMinute: null, loopDelayP99Ms: null }
    expect([breachesOf(well, 20), breachesOf({ ...well, ...unknown }, 20)]).toEqual([[], []])
  })

  test.each([
    [{ rssMb: 251 }, /rssMb is 251, expected at most 250/],
    [{ log_1s: 101 }, /log_1s/],
    [{ log_10s: 201 }, /log_10s/],
    [{ connects_5m: 301 }, /connects_5m/],
    [{ refusedForRate: 1 }, /refusedForRate/],
    [{ bans: 1 }, /bans/],
    [{ handlerTimeouts: 1 }, /handlerTimeouts/],
    [{ droppedTrades: 1 }, /droppedTrades/],
    [{ loopDelayP99Ms: 51 }, /loopDelayP99Ms/],
    [{ growthHighMbPerMinute: 0.6 }, /growthHighMbPerMinute/],
    [{ beyondBounds: ['quotes'] }, /quotes is beyond its bound/]
  ])('names %j', (change, breach) => {
    expect(breachesOf({ ...well, ...change }, 20)).toEqual([expect.stringMatching(breach)])
  })

  test('lets growth be judged only once the start is over', () => {
    expect(breachesOf({ ...well, growthHighMbPerMinute: 40 }, 5)).toEqual([])
  })
})
