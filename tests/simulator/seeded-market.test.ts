import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SimTrade, SimVenueId } from '../../src/simulator/market.ts'
import { simVenues } from '../../src/simulator/simulator.ts'
import { aSeededMarket, seededStartMs } from '../support/a-seeded-market.ts'

const minuteMs = 60_000

function hashOf(trades: readonly SimTrade[], startMs: number): string {
  const hash = createHash('sha256')
  for (const trade of trades) {
    const { eventMs, ...rest } = trade
    hash.update(JSON.stringify([Math.round((eventMs - startMs) * 100), rest]))
  }
  return hash.digest('hex')
}

function tapeOf(seed: number, stepMs: number, startMs = seededStartMs): string {
  const running = aSeededMarket({ venues: simVenues, seed, startMs })
  running.run(5_000, stepMs)
  expect(running.trades.length).toBeGreaterThan(1_000)
  return hashOf(running.trades, startMs)
}

function countByInstrument(trades: readonly SimTrade[]): number[] {
  const counts = new Map<string, number>()
  for (const { instrument } of trades) counts.set(instrument, (counts.get(instrument) ?? 0) + 1)
  return [...counts.values()].sort((a, b) => b - a)
}

describe('SeededMarket', () => {
  test('gives the same tape for the same seed however often its pump runs', () => {
    expect(tapeOf(7, 10)).toBe(tapeOf(7, 700))
  })

  test('gives the same tape, moved in time, when it starts at another time', () => {
    expect(tapeOf(7, 10)).toBe(tapeOf(7, 10, seededStartMs + 98_765_432))
  })

  test('gives another tape for another seed', () => {
    expect(tapeOf(7, 10)).not.toBe(tapeOf(8, 10))
  })

  test('lists 326 trading pairs of US dollars on Coinbase and more tickers than one key may take', () => {
    const { market } = aSeededMarket({ venues: simVenues })
    const count = (venue: SimVenueId) =>
      market.instruments(venue).filter(({ trading }) => trading).length
    expect([count('coinbase'), count('bybit-spot'), count('bybit-linear')]).toEqual([326, 60, 60])
    expect(count('eodhd')).toBeGreaterThan(50)
    expect(market.instruments('coinbase').some(({ trading }) => !trading)).toBe(true)
    expect(market.find('bybit-linear', 'BTCUSDT')?.id).toBe('bybit-linear:BTC-USDT')
    expect(market.find('eodhd', 'BTCUSDT')).toBeNull()
  })

  test('numbers the trades of an instrument without holes, and time never goes back', () => {
    const running = aSeededMarket({ venues: simVenues })
    running.run(10_000)
    const last = new Map<string, SimTrade>()
    let previousMs = 0
    for (const trade of running.trades) {
      expect(trade.eventMs).toBeGreaterThanOrEqual(previousMs)
      previousMs = trade.eventMs
      const before = last.get(trade.instrument)
      if (before !== undefined) {
        expect(trade.id).toBe(before.id + 1)
        expect(trade.sequence).toBeGreaterThan(before.sequence)
      }
      last.set(trade.instrument, trade)
    }
    expect(last.size).toBeGreaterThan(300)
  })

  test('writes exactly the numbers that it means, the very large and the very small included', () => {
    const running = aSeededMarket()
    running.run(minuteMs)
    for (const { price, priceText, size, sizeText } of running.trades) {
      expect([Number(priceText), Number(sizeText)]).toEqual([price, size])
      expect(priceText).not.toContain('e')
      expect(price > 0 && size > 0).toBe(true)
    }
    const prices = running.trades.map(({ price }) => price)
    expect(Math.max(...prices)).toBeGreaterThan(214_748.36)
    expect(Math.min(...prices)).toBeLessThan(0.0001)
    expect(Math.min(...running.trades.map(({ size }) => size))).toBeLessThan(0.000001)
  })

  test('keeps bitcoin near its price and every best ask above the best bid', () => {
    const running = aSeededMarket()
    running.run(minuteMs)
    for (const { price } of running.of('coinbase:BTC-USD')) {
      expect(price > 80_000 && price < 95_000).toBe(true)
    }
    for (const { id } of running.market.instruments('coinbase')) {
      const { bid, ask, bids, asks } = running.market.state(id)
      expect(Number(ask[0])).toBeGreaterThan(Number(bid[0]))
      expect([bids[0], asks[0]]).toEqual([bid, ask])
    }
  })

  test('orders a book from the best price outwards without repeating one', () => {
    const { market } = aSeededMarket()
    for (const { id } of market.instruments('coinbase').slice(0, 60)) {
      const bids = market.state(id).bids.map(([price]) => Number(price))
      const asks = market.state(id).asks.map(([price]) => Number(price))
      expect(bids).toEqual([...new Set(bids)].sort((a, b) => b - a))
      expect(asks).toEqual([...new Set(asks)].sort((a, b) => a - b))
    }
  })

  test('trades a few pairs all the time and leaves many silent for minutes', () => {
    const running = aSeededMarket()
    running.run(5 * minuteMs)
    const perSecond = running.trades.length / 300
    expect(perSecond).toBeGreaterThan(450)
    expect(perSecond).toBeLessThan(850)
    const counts = countByInstrument(running.trades)
    const total = running.trades.length
    const topShare = counts.slice(0, 10).reduce((sum, count) => sum + count, 0) / total
    expect(topShare).toBeGreaterThan(0.4)
    const silent = 326 - counts.length
    expect(silent).toBeGreaterThan(10)
    expect(silent).toBeLessThan(60)
  })

  test('trades in clusters: arrivals are far more uneven than chance', () => {
    const running = aSeededMarket()
    running.run(3 * minuteMs)
    const perSecond = new Array<number>(180).fill(0)
    for (const { eventMs } of running.of('coinbase:ETH-USD')) {
      const second = Math.floor((eventMs - seededStartMs) / 1_000)
      perSecond[second] = (perSecond[second] ?? 0) + 1
    }
    const mean = perSecond.reduce((sum, count) => sum + count, 0) / perSecond.length
    const variance =
      perSecond.reduce((sum, count) => sum + (count - mean) ** 2, 0) / perSecond.length
    expect(variance / mean).toBeGreaterThan(2)
  })

  test('doubles the trading at twice the rate', () => {
    const slow = aSeededMarket()
    const fast = aSeededMarket({ rate: 2 })
    slow.run(2 * minuteMs)
    fast.run(2 * minuteMs)
    expect(fast.trades.length / slow.trades.length).toBeGreaterThan(1.6)
    expect(fast.trades.length / slow.trades.length).toBeLessThan(2.4)
  })

  test('liquidates positions on the linear market only, on the side that lost', () => {
    const { market, run } = aSeededMarket({ venues: ['bybit-spot', 'bybit-linear'] })
    const seen: string[] = []
    market.listen({
      liquidation: ({ instrument, position }) => seen.push(`${instrument} ${position}`)
    })
    run(3 * minuteMs)
    expect(seen.length).toBeGreaterThan(5)
    expect(seen.every((one) => one.startsWith('bybit-linear:'))).toBe(true)
  })

  test('tells of quotes that move though nothing trades', () => {
    const { market, run, trades } = aSeededMarket()
    const quoted = new Set<string>()
    market.listen({ quote: (instrument) => quoted.add(instrument) })
    run(20_000)
    const traded = new Set(trades.map(({ instrument }) => instrument as string))
    expect([...quoted].some((instrument) => !traded.has(instrument))).toBe(true)
  })

  test('shows the trade before the start as the newest one, without telling anybody', () => {
    const { market, trades, run, of } = aSeededMarket()
    const before = market.state('coinbase:BTC-USD').lastTrade
    expect(before?.eventMs).toBeLessThan(seededStartMs)
    expect(trades).toEqual([])
    run(2_000)
    expect(of('coinbase:BTC-USD')[0]?.id).toBe((before?.id ?? 0) + 1)
  })

  test('finds kept trades by id and the newest ones as they were', () => {
    const { market, run, of } = aSeededMarket({ venues: ['coinbase', 'bybit-linear'] })
    run(10_000)
    for (const instrument of ['coinbase:BTC-USD', 'bybit-linear:BTC-USDT'] as const) {
      const all = of(instrument)
      const [from = 0, to = 0] = [all[3]?.id, all[9]?.id]
      expect(market.tradesById(instrument, from, to)).toEqual(all.slice(3, 10))
      expect(market.newestTrades(instrument, 5)).toEqual(all.slice(-5))
    }
  })

  test('catches up after a long pause without losing order', () => {
    const even = aSeededMarket({ venues: ['eodhd'] })
    const paused = aSeededMarket({ venues: ['eodhd'] })
    even.run(10 * minuteMs)
    paused.run(10 * minuteMs, 10 * minuteMs)
    expect(hashOf(paused.trades, seededStartMs)).toBe(hashOf(even.trades, seededStartMs))
  })

  test('holds for any seed: positive prices, bids below asks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        const { market, run, trades } = aSeededMarket({ venues: ['bybit-linear'], seed })
        run(500)
        expect(trades.every(({ price, size }) => price > 0 && size > 0)).toBe(true)
        for (const { id } of market.instruments('bybit-linear')) {
          const { bid, ask } = market.state(id)
          expect(Number(bid[0])).toBeLessThan(Number(ask[0]))
        }
      }),
      { numRuns: 20 }
    )
  })
})
