import { describe, expect, test } from 'vitest'
import { ToldCandles } from '../../src/engine/told-candles.ts'
import { aCandle } from '../support/candles.ts'

describe('ToldCandles', () => {
  test('takes a series’ first candle for news, and the same state of it never again', () => {
    const told = new ToldCandles()
    expect(told.isNews(aCandle({ trades: 1 }))).toBe(true)
    expect(told.isNews(aCandle({ trades: 1 }))).toBe(false)
  })

  test.each([{ trades: 2 }, { revision: 1 }, { final: true }, { high: 1e6 }, { openMs: 120_000 }])(
    'takes a change of %o for news',
    (change) => {
      const told = new ToldCandles()
      told.isNews(aCandle({ trades: 1, final: false, revision: 0 }))
      expect(told.isNews(aCandle({ trades: 1, final: false, revision: 0, ...change }))).toBe(true)
    }
  )

  test('keeps series apart', () => {
    const told = new ToldCandles()
    told.isNews(aCandle({ interval: '1m' }))
    expect(told.isNews(aCandle({ interval: '5m' }))).toBe(true)
  })
})
