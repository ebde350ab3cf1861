import { describe, expect, test } from 'vitest'
import { GapShelf } from '../../../../src/core/market/ledger/gap-shelf.ts'
import { aGap } from '../../../support/a-gap.ts'

describe('GapShelf', () => {
  test('counts ids as missing again that came in more pieces than it remembers', () => {
    const shelf = new GapShelf(() => undefined)
    shelf.add(aGap({ firstId: 1, lastId: 1_199, missedTrades: 1_199 }))
    const [held] = shelf.open
    if (held === undefined) throw new Error('expected an open gap')
    for (let id = 2; id <= 1_198; id += 2) {
      shelf.fill(held, { fromId: id, toId: id, fromMs: 0, toMs: 0 }, 'backfill')
    }
    expect(shelf.missing).toBe(held.missing)
    shelf.settle(held, [])
    expect(shelf.missing).toBe(0)
  })
})
