import { describe, expect, test } from 'vitest'
import { Truth } from '../../src/simulator/truth.ts'
import { aSimTrade } from '../support/stub-market.ts'

const bitcoin = 'coinbase:BTC-USD'
const wholePage = { fromRow: 0, limit: 100, unsent: true }

function truthOf(truth: Truth) {
  const known = truth.instruments()[bitcoin]
  if (known === undefined) throw new Error('never subscribed')
  return known
}

describe('Truth', () => {
  test('counts a trade once though two connections carry it', () => {
    const truth = new Truth()
    truth.subscribed('a', bitcoin)
    truth.subscribed('b', bitcoin)
    for (const id of [5, 6]) {
      const trade = aSimTrade({ id, price: 10, size: 2 })
      truth.emitted(trade)
      truth.sent('a', trade)
      truth.sent('b', trade)
    }
    expect(truthOf(truth)).toEqual({
      subscribers: 2,
      trades: 2,
      firstId: 5,
      lastId: 6,
      volume: 4,
      notional: 40,
      emitted: { trades: 2, firstId: 5, lastId: 6, volume: 4, notional: 40 }
    })
  })

  test('tells what happened from what was sent', () => {
    const truth = new Truth()
    truth.emitted(aSimTrade({ id: 1 }))
    truth.subscribed('a', bitcoin)
    for (const id of [2, 3, 4]) truth.emitted(aSimTrade({ id }))
    truth.sent('a', aSimTrade({ id: 2 }))
    truth.sent('a', aSimTrade({ id: 4 }))
    expect(truthOf(truth)).toMatchObject({ trades: 2, firstId: 2, lastId: 4 })
    expect(truthOf(truth).emitted).toMatchObject({ trades: 3, firstId: 2, lastId: 4 })
    const sent = truth.page(bitcoin, { ...wholePage, unsent: false })?.items
    expect(sent?.map(({ id }) => id)).toEqual([2, 4])
    const all = truth.page(bitcoin, wholePage)?.items
    expect(all?.map((trade) => trade.sent)).toEqual([true, false, true])
  })

  test('counts a trade that is sent after newer ones', () => {
    const truth = new Truth()
    truth.subscribed('a', bitcoin)
    const [early, late] = [aSimTrade({ id: 1 }), aSimTrade({ id: 2 })]
    truth.emitted(early)
    truth.emitted(late)
    truth.sent('a', late)
    truth.sent('a', early)
    expect(truthOf(truth).trades).toBe(2)
  })

  test('keeps each trade as it was, over pages', () => {
    const truth = new Truth()
    truth.subscribed('a', bitcoin)
    for (let id = 1; id <= 150; id += 1) {
      const trade = aSimTrade({ id, takerSide: id % 2 === 0 ? 'buy' : 'sell', price: id / 7 })
      truth.emitted(trade)
      truth.sent('a', trade)
    }
    const first = truth.page(bitcoin, wholePage)
    expect(first?.next).toBe(100)
    const second = truth.page(bitcoin, { ...wholePage, fromRow: 100 })
    expect(second).toMatchObject({ next: null })
    expect(second?.items).toHaveLength(50)
    const { textId, eventMs, size } = aSimTrade({ id: 101 })
    expect(second?.items[0]).toEqual({
      id: 101,
      textId,
      eventMs,
      price: 101 / 7,
      size,
      side: 'sell',
      sent: true,
      subscribed: true
    })
  })

  test('says so when it keeps no more single trades, and goes on counting', () => {
    const truth = new Truth(10)
    truth.subscribed('a', bitcoin)
    for (let id = 1; id <= 25; id += 1) {
      truth.emitted(aSimTrade({ id }))
      truth.sent('a', aSimTrade({ id }))
      truth.sent('b', aSimTrade({ id }))
    }
    expect(truth.truncated).toBe(true)
    expect(truthOf(truth)).toMatchObject({ trades: 25, lastId: 25 })
    expect(truthOf(truth).emitted.trades).toBe(25)
    expect(truth.page(bitcoin, wholePage)?.items).toHaveLength(10)
  })

  test('tells which trades happened while somebody was subscribed', () => {
    const truth = new Truth()
    truth.subscribed('a', bitcoin)
    truth.emitted(aSimTrade({ id: 1 }))
    truth.closed('a')
    truth.emitted(aSimTrade({ id: 2 }))
    truth.subscribed('b', bitcoin)
    truth.emitted(aSimTrade({ id: 3 }))
    const items = truth.page(bitcoin, wholePage)?.items
    expect(items?.map(({ subscribed }) => subscribed)).toEqual([true, false, true])
  })

  test('knows the newest trade of an id after ids began anew', () => {
    const truth = new Truth()
    truth.subscribed('a', bitcoin)
    for (const id of [1, 2, 900, 1]) truth.emitted(aSimTrade({ id }))
    truth.sent('a', aSimTrade({ id: 1 }))
    const items = truth.page(bitcoin, wholePage)?.items
    expect(items?.map(({ sent }) => sent)).toEqual([false, false, false, true])
    expect([truth.wasSent(bitcoin, 1), truth.wasSent(bitcoin, 900)]).toEqual([true, false])
  })

  test('knows who is subscribed now', () => {
    const truth = new Truth()
    truth.subscribed('a', bitcoin)
    truth.subscribed('b', bitcoin)
    truth.unsubscribed('a', bitcoin)
    expect(truth.isSubscribed(bitcoin)).toBe(true)
    truth.closed('b')
    expect(truth.isSubscribed(bitcoin)).toBe(false)
    expect(truthOf(truth).subscribers).toBe(0)
  })

  test('knows nothing of an instrument that nobody asked for', () => {
    expect(new Truth().page(bitcoin, wholePage)).toBeNull()
  })
})
