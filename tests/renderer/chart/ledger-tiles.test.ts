import { describe, expect, test } from 'vitest'
import { closedSpans, withGrowingEnd, worstTile } from '../../../src/renderer/chart/ledger-tiles.ts'
import { aGap, aTile, tileOf } from '../support/gaps.ts'

const complete = aTile({ fromMs: 0, toMs: 10 })
const lost = tileOf(aGap({ fromMs: 10, toMs: 12, state: 'lost' }))
const refilled = tileOf(aGap({ fromMs: 12, toMs: 20, state: 'refilled' }))
const unsealed = aTile({ fromMs: 20, toMs: 30, state: 'open' })
const ranges = [complete, lost, refilled, unsealed]

describe('worstTile', () => {
  test('finds the gravest tile that touches a stretch', () => {
    expect(worstTile(ranges, 5, 30)).toBe(lost)
    expect(worstTile(ranges, 12, 30)).toBe(refilled)
    expect(worstTile(ranges, 0, 10)).toBe(complete)
  })

  test('takes what only waits to be sealed for milder than any gap', () => {
    expect(worstTile(ranges, 15, 25)).toBe(refilled)
    expect(
      worstTile([complete, aTile({ fromMs: 10, toMs: 20, state: 'open' })], 5, 15)?.state
    ).toBe('open')
  })

  test('finds nothing where the ledger says nothing', () => {
    expect(worstTile(ranges, 30, 40)).toBeNull()
    expect(worstTile([], 0, 10)).toBeNull()
  })
})

describe('withGrowingEnd', () => {
  test('lets an unproven end go on, for the next second cannot be proven either', () => {
    const unproven = aTile({ fromMs: 0, toMs: 20, state: 'unproven' })
    expect(worstTile(withGrowingEnd([unproven, unsealed]), 100, 101)?.state).toBe('unproven')
  })

  test('leaves a gap where it ended', () => {
    const tiles = [tileOf(aGap({ fromMs: 0, toMs: 20, state: 'unproven' }))]
    expect(withGrowingEnd(tiles)).toBe(tiles)
  })
})

describe('closedSpans', () => {
  test('gives the closed hours and nothing else', () => {
    const closed = aTile({ fromMs: 40, toMs: 50, state: 'closed' })
    expect(closedSpans([...ranges, closed])).toEqual([closed])
  })
})
