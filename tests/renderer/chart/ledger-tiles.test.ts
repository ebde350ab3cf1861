import { describe, expect, test } from 'vitest'
import {
  closedSpans,
  hasNewlySettled,
  withGrowingEnd,
  worstTile
} from '../../../src/renderer/chart/ledger-tiles.ts'
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

describe('hasNewlySettled', () => {
  const open = tileOf(aGap({ fromMs: 20, toMs: 25, firstId: 7 }))
  const settled = tileOf(aGap({ fromMs: 20, toMs: 25, firstId: 7, state: 'refilled' }))

  test.each(['refilled', 'refilled-candles', 'lost', 'unproven'] as const)(
    'sees that an open gap became %s',
    (state) => {
      const after = tileOf(aGap({ fromMs: 20, toMs: 25, firstId: 7, state }))
      expect(hasNewlySettled([...ranges, open], [...ranges, after])).toBe(true)
    }
  )

  test('sees a gap that opened and was settled between two answers', () => {
    expect(hasNewlySettled(ranges, [...ranges, settled])).toBe(true)
  })

  test('sees nothing in a gap that is open still, or was settled before', () => {
    expect(hasNewlySettled(ranges, [...ranges, open])).toBe(false)
    expect(hasNewlySettled([...ranges, settled], [...ranges, settled])).toBe(false)
  })

  test('sees nothing in the first answer, nor in time that came on the chart by scrolling back', () => {
    expect(hasNewlySettled([], [...ranges, settled])).toBe(false)
    const earlier = tileOf(aGap({ fromMs: -20, toMs: -10, firstId: 3, state: 'refilled' }))
    expect(hasNewlySettled(ranges, [earlier, ...ranges])).toBe(false)
  })
})

describe('closedSpans', () => {
  test('gives the closed hours and nothing else', () => {
    const closed = aTile({ fromMs: 40, toMs: 50, state: 'closed' })
    expect(closedSpans([...ranges, closed])).toEqual([closed])
  })
})
