import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holesRemembered, IdTracker } from '../../../src/core/market/id-tracker.ts'

function verdicts(tracker: IdTracker, ids: readonly number[]): string[] {
  return ids.map((id) => tracker.take(id))
}

describe('IdTracker', () => {
  test('tells next, gap, late and duplicate apart', () => {
    const tracker = new IdTracker(null)
    expect(verdicts(tracker, [10, 11, 15, 13, 13, 12, 14, 14, 16])).toEqual([
      'next',
      'next',
      'gap',
      'late',
      'duplicate',
      'late',
      'late',
      'duplicate',
      'next'
    ])
    expect(tracker.holes).toEqual([])
  })

  test('names the missing ids of the last gap, and what is missing now', () => {
    const tracker = new IdTracker([10])
    tracker.take(15)
    expect(tracker.missing).toEqual({ fromId: 11, toId: 14 })
    tracker.take(12)
    expect(tracker.holes).toEqual([
      { fromId: 11, toId: 11 },
      { fromId: 13, toId: 14 }
    ])
  })

  test('takes ids before the first as new when nothing is stored, and misses none before the lowest', () => {
    const tracker = new IdTracker(null)
    expect(verdicts(tracker, [100])).toEqual(['next'])
    expect(tracker.holes).toEqual([])
    expect(verdicts(tracker, [98, 98])).toEqual(['late', 'duplicate'])
    expect(tracker.holes).toEqual([{ fromId: 99, toId: 99 }])
  })

  test('knows stored ids and the holes between them, and is uncertain before them', () => {
    const tracker = new IdTracker([10, 11, 14])
    expect(tracker.holes).toEqual([{ fromId: 12, toId: 13 }])
    expect(verdicts(tracker, [9, 11, 12, 15])).toEqual(['uncertain', 'duplicate', 'late', 'next'])
  })

  test('misses an announced id until its trade comes', () => {
    const tracker = new IdTracker([10])
    expect(tracker.announce(12)).toBe('gap')
    expect(tracker.holes).toEqual([{ fromId: 11, toId: 12 }])
    expect(tracker.announce(12)).toBe('known')
    expect(verdicts(tracker, [12, 13])).toEqual(['late', 'next'])
  })

  test('misses nothing when the first word of all is an announcement', () => {
    const tracker = new IdTracker(null)
    expect(tracker.announce(12)).toBe('known')
    expect(tracker.holes).toEqual([])
    expect(verdicts(tracker, [12, 13])).toEqual(['late', 'next'])
  })

  test('makes one of the two oldest holes when there are too many, and is uncertain about it', () => {
    const tracker = new IdTracker([0])
    for (let id = 2; id <= 2 * holesRemembered + 2; id += 2) tracker.take(id)
    expect(tracker.holes).toHaveLength(holesRemembered)
    expect(tracker.holesMerged).toBe(1)
    expect([tracker.takeMerged(), tracker.takeMerged()]).toEqual([{ fromId: 1, toId: 3 }, null])
    expect(verdicts(tracker, [1, 3, 2, 3, 5])).toEqual([
      'uncertain',
      'uncertain',
      'uncertain',
      'duplicate',
      'late'
    ])
  })

  test('remembers what is missing before the stored ids it is told, and after them', () => {
    const missing = [
      { fromId: 3, toId: 4 },
      { fromId: 15, toId: 16 }
    ]
    const tracker = new IdTracker([10, 11, 14], missing)
    expect(tracker.highest).toBe(16)
    expect(tracker.holes).toEqual([
      { fromId: 3, toId: 4 },
      { fromId: 12, toId: 13 },
      { fromId: 15, toId: 16 }
    ])
    expect(verdicts(tracker, [3, 5, 12, 16, 17])).toEqual([
      'uncertain',
      'uncertain',
      'late',
      'late',
      'next'
    ])
    expect([3, 4, 5, 11, 12, 13].map((id) => tracker.isStored(id))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false
    ])
  })

  test('accepts each id exactly once in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 400 }), (ids) => {
        const tracker = new IdTracker(null)
        const accepted = ids.filter((id) => tracker.take(id) !== 'duplicate')
        expect(accepted).toEqual([...new Set(ids)])
      })
    )
  })

  test('misses exactly the ids between the lowest stored and the highest that never came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 150 }), (ids) => {
        const tracker = new IdTracker([0])
        for (const id of ids) tracker.take(id)
        const missing = tracker.holes.flatMap(({ fromId, toId }) =>
          Array.from(Array(toId - fromId + 1).keys(), (at) => fromId + at)
        )
        const all = Array.from(Array(Math.max(0, ...ids) + 1).keys())
        expect(missing).toEqual(all.filter((id) => id > 0 && !ids.includes(id)))
      })
    )
  })
})
