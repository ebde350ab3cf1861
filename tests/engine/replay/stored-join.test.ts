import { describe, expect, test } from 'vitest'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { StoredJoin } from '../../../src/engine/replay/stored-join.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aTradeRow } from '../../support/a-trade-row.ts'

type Brief = readonly [id: number | string | null, eventMs: number, price?: number]

/** What becomes of each row, a letter each, and of the end: `+` new, `=` stored, `!` in the way. */
function joined(tradeIds: TradeIds, stored: readonly Brief[], rows: readonly Brief[]): string {
  const join = new StoredJoin(
    tradeIds,
    stored.map(([id, eventMs, price = 1]) =>
      aTrade({ id: id ?? `made-${eventMs}`, eventMs, price })
    )
  )
  const letters = rows.map(([id, eventMs, price = 1], at) => {
    const row = { row: at + 1, id: id === null ? null : String(id), eventMs, price }
    const verdict = join.take(aTradeRow(row))
    return verdict === 'new' ? '+' : verdict === 'stored' ? '=' : '!'
  })
  return letters.join('') + (join.end() === null ? '' : '!')
}

describe('StoredJoin', () => {
  test.each<[string, TradeIds, readonly Brief[], readonly Brief[], string]>([
    ['nothing is stored', 'unique', [], [['a', 1]], '+'],
    [
      'all is stored',
      'contiguous',
      [
        [1, 1],
        [2, 2]
      ],
      [
        [1, 1],
        [2, 2]
      ],
      '=='
    ],
    [
      'rows fill holes',
      'contiguous',
      [
        [2, 2],
        [4, 4]
      ],
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4]
      ],
      '+=+='
    ],
    [
      'a stored one is not in the file',
      'contiguous',
      [
        [1, 1],
        [2, 2]
      ],
      [
        [1, 1],
        [3, 3]
      ],
      '=!!'
    ],
    ['one differs', 'contiguous', [[1, 1, 5]], [[1, 1, 6]], '!'],
    [
      'one moment is in another order',
      'unique',
      [
        ['a', 1],
        ['b', 1]
      ],
      [
        ['b', 1],
        ['a', 1]
      ],
      '=='
    ],
    [
      'rows fill a moment',
      'unique',
      [['a', 1]],
      [
        ['b', 1],
        ['a', 1],
        ['c', 2]
      ],
      '+=+'
    ],
    [
      'a moment lacks a stored one',
      'unique',
      [['a', 1]],
      [
        ['b', 1],
        ['c', 2]
      ],
      '+!!'
    ],
    [
      'the last one is not in the file',
      'unique',
      [
        ['a', 1],
        ['b', 9]
      ],
      [['a', 1]],
      '=!'
    ],
    ['an id is stored at another time', 'unique', [['a', 1]], [['a', 2]], '!!'],
    [
      'rows without ids go on',
      'none',
      [
        [null, 1],
        [null, 1]
      ],
      [
        [null, 1],
        [null, 1],
        [null, 2]
      ],
      '==+'
    ],
    ['rows without ids differ', 'none', [[null, 1, 5]], [[null, 1, 6]], '!'],
    [
      'rows without ids end early',
      'none',
      [
        [null, 1],
        [null, 2]
      ],
      [[null, 1]],
      '=!'
    ]
  ])('when %s', (...[, tradeIds, stored, rows, verdicts]) => {
    expect(joined(tradeIds, stored, rows)).toBe(verdicts)
  })

  test('says how a row differs from what is stored', () => {
    const join = new StoredJoin('contiguous', [aTrade({ id: 7, eventMs: 5, price: 1, size: 2 })])
    expect(join.take(aTradeRow({ id: '7', eventMs: 5, price: 1, size: 3 }))).toEqual({
      problem: 'differs from the stored trade: id 7, event_ms 5, price 1, size 2'
    })
  })

  test('does not ask for sides that a table does not tell', () => {
    const join = new StoredJoin('contiguous', [aTrade({ id: 7, side: 'sell' })])
    expect(join.take(aTradeRow({ id: '7', side: null }))).toBe('stored')
  })
})
