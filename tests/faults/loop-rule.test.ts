import { describe, expect, test } from 'vitest'
import { LoopReadings } from '../../faults/loop-readings.ts'
import { loopProblems } from '../../faults/loop-rule.ts'

const usual = { loopP99Ms: 50, loopMaxMs: 250, coreWaitPercent: 10 }

describe('LoopReadings', () => {
  test('tells the worst look, and within what 99 of 100 looks stayed', () => {
    const loop = new LoopReadings()
    expect([loop.maxMs, loop.p99Ms]).toEqual([null, null])
    for (const lateMs of [3, null, 62, ...Array.from({ length: 8 }, () => 4)]) loop.note(lateMs)
    expect([loop.maxMs, loop.p99Ms]).toEqual([62, 4])
  })

  test('a late look in one second of four is one look of a hundred', () => {
    for (const [late, p99Ms] of [
      [22, 5],
      [23, 90]
    ] as const) {
      const loop = new LoopReadings()
      for (let second = 0; second < 100; second += 1) loop.note(second < late ? 90 : 5)
      expect(loop.p99Ms).toBe(p99Ms)
    }
  })
})

describe('loopProblems', () => {
  test.each([
    ['within its bounds', {}, []],
    ['late often', { loopP99Ms: 51 }, ['loopP99Ms is 51, expected at most 50']],
    ['late once', { loopMaxMs: 251 }, ['loopMaxMs is 251, expected at most 250']],
    ['never read', { loopP99Ms: null }, ['loopP99Ms was not measured']],
    ['late for want of a core', { loopP99Ms: 500, loopMaxMs: 900, coreWaitPercent: 10.1 }, []],
    [
      'later than a busy machine explains',
      { loopP99Ms: 501, coreWaitPercent: 40 },
      ['loopP99Ms is 501, expected at most 500']
    ]
  ])('judges a loop that was %s', (...[, figures, problems]) => {
    expect(loopProblems({ ...usual, ...figures })).toEqual(problems)
  })
})
