import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../../src/core/market/event.ts'
import type { TradePage } from '../../../../src/venues/venue.ts'
import { aHistory } from '../../../support/a-history.ts'
import { aNumberedGap, BackfillRig, brokeMs, toyTrade } from '../../../support/backfill-rig.ts'

describe('Backfill that is lied to (D6, D7)', () => {
  const [first, last] = [11, 20]
  const page = (change: (trades: Trade[]) => Trade[]): TradePage => ({
    trades: change(idsFrom(first, last).map((id) => toyTrade(id))),
    unreadable: 0
  })
  const patch = (changes: Partial<Trade>): TradePage =>
    page((trades) => trades.map((trade) => (trade.id === 15 ? { ...trade, ...changes } : trade)))

  test.each([
    ['an id below the gap', page((trades) => [toyTrade(10), ...trades])],
    ['an id above it', page((trades) => [...trades, toyTrade(21)])],
    ['an id twice', page((trades) => [...trades, toyTrade(20)])],
    ['ids in another order', page((trades) => trades.reverse())],
    ['an id that is no number', patch({ id: '15' })],
    ['another instrument', patch({ instrument: 'toy:B-USD' })],
    ['no price', patch({ price: 0 })],
    ['a size without end', patch({ size: Infinity })],
    ['a time before the gap', patch({ eventMs: brokeMs + first - 1 - 1_001 })],
    ['a time after it', patch({ eventMs: brokeMs + last + 1 + 1_001 })],
    ['a row that is no trade', { ...page((trades) => trades), unreadable: 1 }]
  ])('takes nothing of a page with %s, and in the end the gap is lost', async (...[, lie]) => {
    const { venue, asked, askedCandles } = aHistory({ instead: () => lie })
    const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
    await rig.start()
    await rig.pass(31_000)
    expect(rig.gaps).toHaveLength(1)
    await rig.pass(5_000)
    expect(rig.applied).toEqual([])
    expect(asked).toHaveLength(4)
    expect(askedCandles).toEqual([])
    expect(rig.settlements).toMatchObject([
      { rest: 'lost', reason: 'history contradicts the feed' }
    ])
    expect(rig.events.filter(({ kind }) => kind === 'refused')).toHaveLength(1)
    expect(rig.backfill.figures()).toMatchObject({ refusedPages: 4, trades: 0 })
    rig.backfill.close()
  })

  test('takes the same page with nothing wrong in it', async () => {
    const { venue } = aHistory({ instead: () => page((trades) => trades) })
    const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
    await rig.start()
    await rig.pass(1_000)
    expect(rig.storedIds).toEqual(idsFrom(first, last))
    expect(rig.backfill.figures().refusedPages).toBe(0)
    rig.backfill.close()
  })

  test('fills the gap where the venue comes to its senses', async () => {
    const lie = patch({ price: NaN })
    const { venue } = aHistory({ instead: (request) => (request < 3 ? lie : null) })
    const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
    await rig.start()
    await rig.pass(40_000)
    expect(rig.storedIds).toEqual(idsFrom(first, last))
    expect(rig.settlements).toEqual([])
    rig.backfill.close()
  })

  describe('by what the feed told of the trades beside the gap', () => {
    const changes: readonly (readonly [string, Partial<Trade>])[] = [
      ['price', { price: 101 }],
      ['size', { size: 2 }],
      ['side', { side: 'sell' }],
      ['time', { eventMs: brokeMs + 500 }]
    ]

    test.each(changes)('takes nothing of a history with another %s', async (...[, change]) => {
      const { venue, asked } = aHistory({ change: (trade) => ({ ...trade, ...change }) })
      for (const beside of [first - 1, last + 1]) {
        asked.length = 0
        const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
        rig.live(toyTrade(beside))
        await rig.start()
        await rig.pass(36_000)
        expect(rig.applied).toEqual([])
        expect(asked).toHaveLength(4)
        expect(rig.settlements).toMatchObject([
          { rest: 'lost', reason: 'history contradicts the feed' }
        ])
        rig.backfill.close()
      }
    })

    test.each(changes)('cannot see another %s where it knows neither', async (...[, change]) => {
      const { venue } = aHistory({ change: (trade) => ({ ...trade, ...change }) })
      const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
      await rig.start()
      await rig.pass(2_000)
      expect(rig.storedIds).toEqual(idsFrom(first, last))
      expect(rig.backfill.figures().refusedPages).toBe(0)
      rig.backfill.close()
    })

    test('asks for both and hands on neither', async () => {
      const { venue, asked } = aHistory()
      const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
      rig.live(toyTrade(first - 1))
      rig.live(toyTrade(last + 1))
      await rig.start()
      await rig.pass(2_000)
      expect(asked).toEqual([{ fromId: first - 1, toId: last + 1 }])
      expect(rig.applied.map(({ id }) => id)).toEqual(idsFrom(first, last))
      expect(rig.settlements).toEqual([])
      rig.backfill.close()
    })

    test('lets pass a time cut to the millisecond, and a side that one of the two does not tell', async () => {
      const { venue } = aHistory({ change: (trade) => ({ ...trade, side: null }) })
      const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
      rig.live(toyTrade(last + 1, { eventMs: brokeMs + last + 1.999 }))
      await rig.start()
      await rig.pass(2_000)
      expect(rig.gaps).toEqual([])
      rig.backfill.close()
    })

    test('keeps what it has when the lie begins in a later page', async () => {
      const { venue } = aHistory({
        pageLimit: 4,
        instead: (request) =>
          request === 0
            ? null
            : {
                trades: [14, 15, 16, 17, 18].map((id) => toyTrade(id, { price: 9 })),
                unreadable: 0
              }
      })
      const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
      rig.live(toyTrade(last + 1))
      await rig.start()
      await rig.pass(36_000)
      expect(rig.applied.map(({ id, price }) => [id, price])).toEqual([
        [18, 100],
        [19, 100],
        [20, 100]
      ])
      expect(rig.settlements).toMatchObject([{ reason: 'history contradicts the feed' }])
      rig.backfill.close()
    })
  })

  test('hands on content that differs from what is held: the run keeps the first and counts', async () => {
    const { venue } = aHistory({ change: (trade) => ({ ...trade, price: 666 }) })
    const rig = new BackfillRig(venue, [aNumberedGap(first, last)])
    rig.live(toyTrade(15))
    await rig.start()
    await rig.pass(1_000)
    expect(rig.applied.find(({ id }) => id === 15)?.price).toBe(666)
    expect(rig.backfill.figures().trades).toBe(9)
    rig.backfill.close()
  })
})

function idsFrom(first: number, last: number): readonly number[] {
  return Array.from(Array(last - first + 1).keys(), (at) => first + at)
}
