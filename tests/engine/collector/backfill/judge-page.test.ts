import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../../src/core/market/event.ts'
import {
  judgeNumberedPage,
  judgeRecentPage
} from '../../../../src/engine/collector/backfill/judge-page.ts'
import { toyTrade } from '../../../support/backfill-rig.ts'

const instrument = 'toy:A-USD'
const range = { fromId: 10, toId: 30 }
const asked = {
  instrument,
  range,
  fromMs: 5_000,
  toMs: 9_000,
  known: new Map<number, Trade>()
} as const

const anyNumber = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 100 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -1, NaN, Infinity, -Infinity) }
)
const anyTrade = (id: number): fc.Arbitrary<Trade> =>
  fc
    .record({
      instrument: fc.oneof(
        { weight: 30, arbitrary: fc.constant(instrument) },
        { weight: 1, arbitrary: fc.constant('toy:B-USD' as const) }
      ),
      id: fc.oneof(
        { weight: 30, arbitrary: fc.constant(id) },
        { weight: 1, arbitrary: fc.constantFrom<(number | string)[]>(9, 10, 31, 15.5, '15', NaN) }
      ),
      price: anyNumber,
      size: anyNumber,
      eventMs: fc.oneof(
        { weight: 30, arbitrary: fc.integer({ min: 4_000, max: 10_000 }) },
        { weight: 1, arbitrary: fc.constantFrom(3_999, 10_001, NaN, 0) }
      )
    })
    .map((fields) => toyTrade(0, fields))
const anyPage = fc
  .subarray(Array.from(Array(21).keys(), (at) => at + 10))
  .chain((ids) => fc.tuple(...ids.map(anyTrade)))
  .map((trades): readonly Trade[] => trades)

/** The rules, said once more. */
function isSound(trades: readonly Trade[]): boolean {
  return trades.every(({ instrument: of, id, price, size, eventMs }, at) => {
    const before = at === 0 ? 9 : Number(trades[at - 1]?.id)
    if (of !== instrument || typeof id !== 'number' || !Number.isInteger(id)) return false
    if (id <= before || id > 30) return false
    return (
      price > 0 &&
      price < Infinity &&
      size > 0 &&
      size < Infinity &&
      eventMs >= 4e3 &&
      eventMs <= 1e4
    )
  })
}

describe('judgeNumberedPage', () => {
  test('lets through what is sound in every row, and nothing else', () => {
    const seen = { sound: 0, unsound: 0 }
    fc.assert(
      fc.property(anyPage, fc.constantFrom(0, 0, 0, 1), (trades, unreadable) => {
        const expected = isSound(trades) && unreadable === 0
        seen[expected ? 'sound' : 'unsound'] += 1
        expect(judgeNumberedPage({ trades, unreadable }, asked) === null).toBe(expected)
      }),
      { numRuns: 3_000 }
    )
    expect(Math.min(seen.sound, seen.unsound)).toBeGreaterThan(300)
  })

  test('has no earliest time where it is not known when the gap began', () => {
    const trades = [toyTrade(10, { eventMs: 1 })]
    const page = { trades, unreadable: 0 }
    expect(judgeNumberedPage(page, { ...asked, fromMs: null })).toBeNull()
    expect(judgeNumberedPage(page, asked)).toContain('not of the time of its neighbours')
  })
})

describe('judgeRecentPage', () => {
  test('takes trades of one millisecond in any order of ids', () => {
    const trades = ['b', 'a'].map((id) => toyTrade(id, { eventMs: 5 }))
    expect(judgeRecentPage({ trades, unreadable: 0 }, { instrument, nowMs: 10 })).toBeNull()
  })
})
