import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PendingIds } from '../../../../src/engine/collector/backfill/pending-ids.ts'

/** All ids wanted, read as a walk reads them: from the newest stretch down. */
function idsOf(pending: PendingIds): readonly number[] {
  const ids: number[] = []
  let cursor = Infinity
  for (;;) {
    const range = pending.newestUpTo(cursor)
    if (range === null) return ids.reverse()
    for (let id = range.toId; id >= range.fromId; id -= 1) ids.push(id)
    cursor = range.fromId - 1
  }
}

describe('PendingIds', () => {
  test('holds what a set of ids would hold, whatever is struck out', () => {
    const anyIds = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 30 })
    fc.assert(
      fc.property(fc.array(anyIds, { maxLength: 6 }), fc.nat(60), (pages, cutId) => {
        const pending = new PendingIds({ fromId: 1, toId: 50 })
        const model = new Set(Array.from(Array(50).keys(), (at) => at + 1))
        for (const page of pages) {
          const ids = [...page].sort((a, b) => a - b)
          expect(pending.remove(ids)).toBe(ids.filter((id) => model.delete(id)).length)
        }
        pending.clip({ fromId: 3, toId: cutId })
        const kept = [...model].filter((id) => id >= 3 && id <= cutId)
        expect(idsOf(pending)).toEqual(kept)
        expect(pending.highest).toBe(kept.at(-1) ?? null)
      }),
      { numRuns: 500 }
    )
  })

  test('cuts a stretch off at the id up to which is asked', () => {
    const pending = new PendingIds({ fromId: 1, toId: 100 })
    expect(pending.newestUpTo(40)).toEqual({ fromId: 1, toId: 40 })
    expect(pending.newestUpTo(0)).toBeNull()
  })

  test('keeps 256 stretches and joins the oldest, losing no id', () => {
    const pending = new PendingIds({ fromId: 1, toId: 2_000 })
    const even = Array.from(Array(1_000).keys(), (at) => 2 * at + 2)
    expect(pending.remove(even)).toBe(1_000)
    const left = new Set(idsOf(pending))
    for (let id = 1; id <= 2_000; id += 2) expect(left.has(id)).toBe(true)
    let stretches = 0
    for (let cursor = Infinity; ; stretches += 1) {
      const range = pending.newestUpTo(cursor)
      if (range === null) break
      cursor = range.fromId - 1
    }
    expect(stretches).toBe(256)
  })
})
