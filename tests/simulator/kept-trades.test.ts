import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeptTrades } from '../../src/simulator/kept-trades.ts'
import { tradeTextIds } from '../../src/simulator/trade-text-id.ts'
import { aSimInstrument, aSimTrade } from '../support/stub-market.ts'

const instrument = aSimInstrument('coinbase', 'BTC')

describe('KeptTrades', () => {
  test('keeps as many trades as it declares, and lets the oldest go', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(500), (bound, count) => {
        const kept = new KeptTrades(instrument, bound)
        const pushed = Array.from(Array(count).keys(), (index) => aSimTrade({ id: index + 1 }))
        for (const trade of pushed) kept.push(trade)
        expect(kept.newest(1_000)).toEqual(pushed.slice(-bound))
      })
    )
  })

  test('keeps text ids and sale conditions that no rule gives back', () => {
    const kept = new KeptTrades(aSimInstrument('bybit-linear', 'BTC'), 2)
    const usual = tradeTextIds('bybit-linear:BTC-USDT')
    const trades = [
      aSimTrade({ instrument: 'bybit-linear:BTC-USDT', id: 1, textId: 'a', conditions: [37] }),
      aSimTrade({ instrument: 'bybit-linear:BTC-USDT', id: 2, textId: usual(2) }),
      aSimTrade({ instrument: 'bybit-linear:BTC-USDT', id: 3, textId: 'c' })
    ]
    for (const trade of trades) kept.push(trade)
    expect(kept.newest(9)).toEqual(trades.slice(1))
  })

  test('finds trades by id in rising order though they came out of order', () => {
    const kept = new KeptTrades(instrument, 10)
    for (const id of [5, 4, 9, 6]) kept.push(aSimTrade({ id }))
    expect(kept.byId(4, 6).map(({ id }) => id)).toEqual([4, 5, 6])
    expect(kept.byId(7, 8)).toEqual([])
  })
})

describe('tradeTextIds', () => {
  test('writes UUIDs for linear and decimals beyond 2^53 for spot, each once', () => {
    const linear = tradeTextIds('bybit-linear:BTC-USDT')
    const spot = tradeTextIds('bybit-spot:BTC-USDT')
    const ids = Array.from(Array(2_000).keys(), (index) => 600_000_000 + index)
    for (const id of ids) {
      expect(linear(id)).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
      expect(BigInt(spot(id)) > 2n ** 53n).toBe(true)
    }
    expect(new Set(ids.map(linear)).size).toBe(2_000)
    expect(ids.map(spot)).toEqual([...new Set(ids.map(spot))].sort())
  })
})
