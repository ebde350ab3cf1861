import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GapState } from '../../../src/core/market/ledger/gap.ts'
import { gapSortKeys, sortGaps } from '../../../src/renderer/connections/gap-order.ts'
import { aGap } from '../support/gaps.ts'

describe('sortGaps', () => {
  test('sorts by length, those of unknown start last either way', () => {
    const short = aGap({ fromMs: 1_000, toMs: 2_000 })
    const long = aGap({ fromMs: 1_000, toMs: 9_000 })
    const unknown = aGap({ fromMs: null, toMs: 5_000 })
    const gaps = [unknown, long, short]
    expect(sortGaps(gaps, { key: 'duration', descending: false })).toEqual([short, long, unknown])
    expect(sortGaps(gaps, { key: 'duration', descending: true })).toEqual([long, short, unknown])
  })

  test('puts the gravest state first', () => {
    const states: readonly GapState[] = ['refilled', 'lost', 'open', 'refilled-candles', 'unproven']
    const sorted = sortGaps(
      states.map((state) => aGap({ state })),
      { key: 'state', descending: false }
    )
    expect(sorted.map(({ state }) => state)).toEqual([
      'open',
      'lost',
      'unproven',
      'refilled-candles',
      'refilled'
    ])
  })

  test('keeps every gap, whatever the order', () => {
    const gaps = fc.array(
      fc.record({ missedTrades: fc.option(fc.nat(50)), toMs: fc.nat(1_000) }).map(aGap),
      { maxLength: 30 }
    )
    fc.assert(
      fc.property(gaps, fc.constantFrom(...gapSortKeys), fc.boolean(), (list, key, descending) => {
        const sorted = sortGaps(list, { key, descending })
        expect(sorted).toHaveLength(list.length)
        expect(new Set(sorted)).toEqual(new Set(list))
      })
    )
  })
})
