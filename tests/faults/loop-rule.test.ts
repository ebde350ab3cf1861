import { describe, expect, test } from 'vitest'
import { LoopReadings } from '../../faults/loop-readings.ts'
import { loopProblems } from '../../faults/loop-rule.ts'

const usual = { loopP99Ms: 50, loopMaxMs: 250, coreWaitPercent: 10 }

describe('LoopReadings', () => {
  test('tells the worst second, and the worst but that one', () => {
    const loop = new LoopReadings()
    loop.note(3)
    expect([loop.maxMs, loop.besidesWorstMs]).toEqual([3, null])
    for (const lateMs of [62, null, 9]) loop.note(lateMs)
    expect([loop.maxMs, loop.besidesWorstMs]).toEqual([62, 9])
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
