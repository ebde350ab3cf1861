import { describe, expect, test } from 'vitest'
import { RowCheck } from '../../../src/engine/replay/row-check.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import type { TradeRow } from '../../../src/recordings/trade-row.ts'
import { aTradeRow } from '../../support/a-trade-row.ts'

/** The first problem that a check finds in rows; null when there is none. */
function problemIn(tradeIds: TradeIds, rows: readonly Partial<TradeRow>[]): string | null {
  const seen = new Map<string, number>()
  const ids = {
    note: (id: string, row: number) => {
      const before = seen.get(id) ?? null
      if (before === null) seen.set(id, row)
      return before
    }
  }
  const check = new RowCheck({ instrument: 'coinbase:BTC-USD', tradeIds, ids })
  for (const [at, fields] of rows.entries()) {
    const problem = check.take(aTradeRow({ row: at + 1, ...fields }))
    if (problem !== null) return problem
  }
  return null
}

describe('RowCheck', () => {
  test.each<[TradeIds, string, readonly Partial<TradeRow>[]]>([
    ['contiguous', 'rising ids with holes', [{ id: '1' }, { id: '2', eventMs: 1e12 }, { id: '9' }]],
    ['unique', 'texts, several at one time', [{ id: 'b' }, { id: 'a' }, { id: 'c' }]],
    ['none', 'equal trades without ids', [{ id: null }, { id: null }]],
    ['none', 'ids that were made up', [{ id: 'x-1' }, { id: 'x-2' }]]
  ])('takes %s ids: %s', (...[tradeIds, , rows]) => {
    expect(problemIn(tradeIds, rows)).toBeNull()
  })

  test.each<[string, TradeIds, readonly Partial<TradeRow>[], string]>([
    [
      'an id that is no number',
      'contiguous',
      [{ id: '1x' }],
      'id: expected the venue\'s number, received "1x"'
    ],
    [
      'a number beyond what is exact',
      'contiguous',
      [{ id: '9007199254740993' }],
      'id: expected the venue\'s number, received "9007199254740993"'
    ],
    [
      'a time in seconds',
      'none',
      [{ eventMs: 1_790_000_000 }],
      'event_ms: expected epoch milliseconds from 1973 to 2286, received 1790000000'
    ],
    [
      'a time in microseconds',
      'none',
      [{ receivedMs: 1_790_000_000_000_000 }],
      'received_ms: expected epoch milliseconds from 1973 to 2286, received 1790000000000000'
    ],
    ['a missing id', 'unique', [{ id: null }], "id: expected the venue's text, received nothing"],
    [
      'ids in some rows only',
      'none',
      [{ id: null }, { id: 'a' }],
      'id: expected one in every row, or in none'
    ],
    [
      'a repeated number',
      'contiguous',
      [{ id: '4' }, { id: '4' }],
      'id 4 is that of row 1: a duplicate'
    ],
    [
      'a repeated text, far apart',
      'unique',
      [{ id: 'a' }, { id: 'b' }, { id: 'a' }],
      'id "a" is that of row 1: a duplicate'
    ],
    [
      'falling numbers',
      'contiguous',
      [{ id: '5' }, { id: '4' }],
      'id 4 comes after 5: not sorted by id'
    ],
    [
      'falling times',
      'none',
      [
        { id: null, eventMs: 1_790_000_002_000 },
        { id: null, eventMs: 1_790_000_001_999.5 }
      ],
      'event_ms 1790000001999.5 comes after 1790000002000: not sorted by time'
    ],
    [
      'another instrument',
      'none',
      [{ id: null, instrument: 'eodhd:SPY' }],
      'instrument: expected coinbase:BTC-USD, received "eodhd:SPY"'
    ],
    [
      'a mixture of modes',
      'none',
      [
        { id: null, mode: 'live' },
        { id: null, mode: 'simulated' }
      ],
      'mode: expected live as before, received simulated'
    ]
  ])('names %s', (...[, tradeIds, rows, problem]) => {
    expect(problemIn(tradeIds, rows)).toBe(problem)
  })
})
