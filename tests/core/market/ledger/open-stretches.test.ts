import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openStretches } from '../../../../src/core/market/ledger/open-stretches.ts'
import type { Stretch } from '../../../../src/core/market/ledger/open-stretches.ts'

const range = { fromMs: 0, toMs: 100 }

/** Stretches of [0, 100) between places of change, every other one. */
const closedTimes = fc
  .uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 16 })
  .map((places) =>
    places
      .sort((a, b) => a - b)
      .flatMap((fromMs, at, all) => {
        const toMs = all[at + 1]
        return at % 2 === 0 && toMs !== undefined ? [{ fromMs, toMs }] : []
      })
  )

function isIn(stretches: readonly Stretch[], atMs: number): boolean {
  return stretches.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs)
}

describe('openStretches', () => {
  test('holds every moment that is not closed, and no other', () => {
    fc.assert(
      fc.property(closedTimes, (closed) => {
        const open = openStretches(range, () => closed)
        for (let atMs = 0; atMs < 100; atMs += 1) {
          expect([atMs, isIn(open, atMs)]).toEqual([atMs, !isIn(closed, atMs)])
        }
      })
    )
  })

  test('is the whole stretch round the clock, and nothing of a night', () => {
    expect(openStretches(range, () => [])).toEqual([range])
    expect(openStretches(range, () => [range])).toEqual([])
  })

  test('tells of a year as one piece', () => {
    const closed = Array.from({ length: 20 }, (...[, at]) => ({ fromMs: 5 * at, toMs: 5 * at + 3 }))
    expect(openStretches(range, () => closed)).toEqual([{ fromMs: 3, toMs: 100 }])
  })
})
