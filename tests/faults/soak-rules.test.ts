import { describe, expect, test } from 'vitest'
import { breachesOf, judgeSoak, soakGrowth, type SoakFigures } from '../../faults/soak-rules.ts'

const well: SoakFigures = {
  lostSilent: 0,
  duplicates: 0,
  phantom: 0,
  different: 0,
  overDeclared: 0,
  damages: 0,
  openGaps: 0,
  handlerFaults: 0,
  log_1s: 20,
  log_10s: 60,
  connects_5m: 80,
  refusedForRate: 0,
  bans: 0,
  loopDelayP99Ms: 12,
  loopDelayMaxMs: 90,
  coreWaitPercent: 2,
  beyondBounds: 0,
  droppedTrades: 0,
  candlesWrong: 0,
  handlerTimeouts: 0,
  rssMb: 180,
  growthHighMbPerMinute: 0.1,
  messagesPerSecond: 2_000
}

/** Each figure just past its bound. */
const broken = {
  lostSilent: 1,
  duplicates: 1,
  phantom: 1,
  different: 1,
  overDeclared: 1,
  damages: 1,
  openGaps: 1,
  handlerFaults: 1,
  log_1s: 21,
  log_10s: 201,
  connects_5m: 301,
  refusedForRate: 1,
  bans: 1,
  loopDelayP99Ms: 51,
  loopDelayMaxMs: 251,
  beyondBounds: 1,
  droppedTrades: 1,
  candlesWrong: 1,
  handlerTimeouts: 1,
  rssMb: 311,
  growthHighMbPerMinute: 1.1,
  messagesPerSecond: 1_400
} satisfies Record<Exclude<keyof SoakFigures, 'coreWaitPercent'>, number>

describe('judgeSoak', () => {
  test('finds nothing where everything holds', () => {
    const verdicts = judgeSoak(well, 20)
    expect(verdicts).toHaveLength(Object.keys(broken).length)
    expect(new Set(verdicts.map(({ outcome }) => outcome))).toEqual(new Set(['held']))
    expect(breachesOf(verdicts)).toEqual([])
  })

  test.each(Object.entries(broken))('breaks one rule where %s is %d', (name, value) => {
    const breaches = breachesOf(judgeSoak({ ...well, [name]: value }, 20))
    expect(breaches).toHaveLength(1)
    expect(breaches[0]).toContain(`: ${value}, expected at `)
  })

  test('does not judge what is not known yet', () => {
    const verdicts = judgeSoak({ ...well, lostSilent: null, loopDelayP99Ms: null }, 20)
    expect(verdicts.filter(({ outcome }) => outcome === 'not judged')).toHaveLength(2)
    expect(breachesOf(verdicts)).toEqual([])
  })

  test('leaves the first minute to the start', () => {
    const starting = { ...well, loopDelayP99Ms: 90, loopDelayMaxMs: 400 }
    expect(breachesOf(judgeSoak(starting, 1))).toEqual([])
    expect(breachesOf(judgeSoak(starting, 2))).toHaveLength(2)
  })

  test('does not hold against an engine that it got no core', () => {
    const late = { ...well, loopDelayP99Ms: 90, loopDelayMaxMs: 400, rssMb: 311 }
    expect(breachesOf(judgeSoak({ ...late, coreWaitPercent: 10 }, 20))).toHaveLength(3)
    expect(breachesOf(judgeSoak({ ...late, coreWaitPercent: 11 }, 20))).toHaveLength(1)
  })

  test('tells of growth in a short soak, and judges it in one of twenty minutes', () => {
    const growing = { ...well, growthHighMbPerMinute: 40 }
    expect(breachesOf(judgeSoak(growing, 19))).toEqual([])
    expect(breachesOf(judgeSoak(growing, 20))).toHaveLength(1)
  })
})

describe('soakGrowth', () => {
  const megabytes = (mb: number) => mb * 1_048_576

  test('leaves the first half out, in which what is bounded fills up', () => {
    const floors = Array.from({ length: 40 }, (...[, at]) => ({
      atMs: at * 30_000,
      bytes: megabytes(at < 19 ? 3 * at : 60 + (at % 3))
    }))
    expect(soakGrowth(floors)?.high).toBeLessThan(0.5)
  })

  test('leaves the warm-up out of a short soak', () => {
    const floors = Array.from({ length: 12 }, (...[, at]) => ({
      atMs: at * 20_000,
      bytes: megabytes(at < 9 ? 20 * at : 180)
    }))
    expect(soakGrowth(floors)?.high).toBe(0)
  })

  test('sees two megabytes a minute, and knows nothing of three minutes', () => {
    const floors = Array.from({ length: 40 }, (...[, at]) => ({
      atMs: at * 30_000,
      bytes: megabytes(60 + at + (at % 3))
    }))
    expect(soakGrowth(floors)?.low).toBeGreaterThan(1)
    expect(soakGrowth(floors.slice(0, 6))).toBeNull()
  })
})
