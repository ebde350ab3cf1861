import { describe, expect, test } from 'vitest'
import { healthyAfterMs } from '../../../src/core/market/backoff.ts'
import { ownCause, unansweredCause } from '../../../src/engine/collector/close-cause.ts'
import { LinkLessons } from '../../../src/engine/collector/link-lessons.ts'

const tooMuch = unansweredCause('subscription twice without an answer')
const lost = ownCause('timeout', 'no open connection')
const broken = { ...lost, class: 'policy', text: 'too many topics' } as const

describe('LinkLessons', () => {
  test('halves what is asked at once with each end for it, down to one', () => {
    const lessons = new LinkLessons()
    const batches = [1, 2, 3, 4].map(() => {
      lessons.learn(tooMuch, { healthyMs: 0, asked: 5 })
      return lessons.batch
    })
    expect(batches).toEqual([3, 2, 1, 1])
  })

  test('asks for all at once again only after a link that lived in health', () => {
    const lessons = new LinkLessons()
    lessons.learn(tooMuch, { healthyMs: 0, asked: 100 })
    lessons.learn(lost, { healthyMs: healthyAfterMs - 1, asked: 100 })
    expect(lessons.batch).toBe(50)
    lessons.learn(lost, { healthyMs: healthyAfterMs, asked: 100 })
    expect(lessons.batch).toBe(Infinity)
  })

  test('tells of a broken rule and of a silence until the next end', () => {
    const lessons = new LinkLessons()
    lessons.learn(broken, { healthyMs: 0, asked: 1 })
    expect(lessons.complaint).toBe('too many topics')
    lessons.learn(ownCause('silence', 'no data'), { healthyMs: 0, asked: 1 })
    expect([lessons.complaint, lessons.afterSilence]).toEqual([null, true])
    lessons.learn(lost, { healthyMs: 0, asked: 1 })
    expect(lessons.afterSilence).toBe(false)
  })
})
