import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SimCandle } from '../../src/simulator/market.ts'
import { aSeededMarket, seededStartMs } from '../support/a-seeded-market.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const bitcoin = 'coinbase:BTC-USD'

function merge(candles: readonly SimCandle[], lengthMs: number): SimCandle[] {
  const merged = new Map<number, SimCandle>()
  for (const candle of candles) {
    const openMs = Math.floor(candle.openMs / lengthMs) * lengthMs
    const before = merged.get(openMs)
    merged.set(openMs, {
      openMs,
      open: before?.open ?? candle.open,
      high: Math.max(before?.high ?? 0, candle.high),
      low: Math.min(before?.low ?? Infinity, candle.low),
      close: candle.close,
      volume: (before?.volume ?? 0) + candle.volume
    })
  }
  return [...merged.values()]
}

function sameCandles(some: readonly SimCandle[], others: readonly SimCandle[]): void {
  const withoutVolume = ({ openMs, open, high, low, close }: SimCandle) => {
    return { openMs, open, high, low, close }
  }
  expect(some.map(withoutVolume)).toEqual(others.map(withoutVolume))
  some.forEach(({ volume }, index) => {
    expect(volume).toBeCloseTo(others[index]?.volume ?? NaN, 6)
  })
}

describe('candles of the seeded market', () => {
  test('reach days back before the start', () => {
    const { market } = aSeededMarket()
    const days = market.candles(bitcoin, dayMs, seededStartMs - 400 * dayMs, seededStartMs)
    expect(days).toHaveLength(400)
    const minutes = market.candles(bitcoin, minuteMs, seededStartMs - dayMs, seededStartMs)
    expect(minutes).toHaveLength(1_440)
  })

  test('are the same whatever range they are asked in', () => {
    const { market } = aSeededMarket()
    const all = market.candles(bitcoin, minuteMs, seededStartMs - dayMs, seededStartMs)
    fc.assert(
      fc.property(fc.nat(1_400), fc.integer({ min: 1, max: 300 }), (first, count) => {
        const part = all.slice(first, first + count)
        const fromMs = part[0]?.openMs ?? 0
        const toMs = (part.at(-1)?.openMs ?? 0) + 1
        expect(market.candles(bitcoin, minuteMs, fromMs, toMs)).toEqual(part)
      }),
      { numRuns: 50 }
    )
  })

  test.each([5 * minuteMs, hourMs, 4 * hourMs, dayMs])(
    'of %i ms are the minutes in them',
    (lengthMs) => {
      const { market, run } = aSeededMarket()
      run(3 * minuteMs)
      const fromMs = Math.floor(seededStartMs / dayMs - 2) * dayMs
      const toMs = seededStartMs + 3 * minuteMs
      for (const instrument of [bitcoin, 'coinbase:ZRX-USD'] as const) {
        const minutes = market.candles(instrument, minuteMs, fromMs, toMs)
        const long = market.candles(instrument, lengthMs, fromMs, toMs)
        sameCandles(long, merge(minutes, lengthMs))
      }
    }
  )

  test('join the live market without a seam', () => {
    const { market, run, of } = aSeededMarket()
    run(2 * minuteMs)
    const startMinuteMs = Math.floor(seededStartMs / minuteMs) * minuteMs
    const [before, running] = market.candles(
      bitcoin,
      minuteMs,
      startMinuteMs - minuteMs,
      startMinuteMs + minuteMs
    )
    const first = of(bitcoin)[0]
    expect(running?.open).toBe(before?.close)
    expect(Math.abs((first?.price ?? 0) / (before?.close ?? 1) - 1)).toBeLessThan(0.002)
    expect(first?.price).toBeLessThanOrEqual(running?.high ?? 0)
    expect(first?.price).toBeGreaterThanOrEqual(running?.low ?? Infinity)
  })

  test('after the start are those of the trades', () => {
    const { market, run, of } = aSeededMarket()
    run(3 * minuteMs)
    const openMs = Math.ceil(seededStartMs / minuteMs) * minuteMs
    const inMinute = of(bitcoin).filter(
      ({ eventMs }) => eventMs >= openMs && eventMs < openMs + minuteMs
    )
    const prices = inMinute.map(({ price }) => price)
    const [candle] = market.candles(bitcoin, minuteMs, openMs, openMs + minuteMs)
    expect(candle).toEqual({
      openMs,
      open: prices[0],
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1),
      volume: inMinute.reduce((sum, { size }) => sum + size, 0)
    })
  })

  test('show highs above and lows below what they opened and closed at', () => {
    const { market } = aSeededMarket({ venues: ['coinbase', 'eodhd'] })
    for (const { id } of market.instruments('coinbase').slice(0, 100)) {
      for (const candle of market.candles(id, hourMs, seededStartMs - 3 * dayMs, seededStartMs)) {
        const { open, high, low, close, volume } = candle
        expect(high >= Math.max(open, close) && low <= Math.min(open, close)).toBe(true)
        expect(low > 0 && volume > 0).toBe(true)
      }
    }
  })

  test('leave out the minutes in which a quiet coin did not trade', () => {
    const { market } = aSeededMarket()
    const quiet = market
      .instruments('coinbase')
      .filter(({ trading }) => trading)
      .at(-1)
    const id = quiet?.id ?? bitcoin
    const minutes = market.candles(id, minuteMs, seededStartMs - dayMs, seededStartMs)
    expect(minutes.length).toBeGreaterThan(10)
    expect(minutes.length).toBeLessThan(700)
  })

  test('agree with the figures of the last 24 hours', () => {
    const { market, run } = aSeededMarket()
    run(minuteMs)
    const nowMs = seededStartMs + minuteMs
    const fromMs = Math.floor((nowMs - dayMs) / minuteMs) * minuteMs
    const day = market.candles(bitcoin, minuteMs, fromMs, nowMs + 1)
    const { open24hText, high24hText, low24hText, volume24hText } = market.state(bitcoin)
    expect(Number(open24hText)).toBe(day[0]?.open)
    expect(Number(high24hText)).toBe(Math.max(...day.map(({ high }) => high)))
    expect(Number(low24hText)).toBe(Math.min(...day.map(({ low }) => low)))
    expect(Number(volume24hText)).toBeCloseTo(
      day.reduce((sum, { volume }) => sum + volume, 0),
      4
    )
  })

  test('are none for a delisted coin and for the time before history', () => {
    const { market } = aSeededMarket()
    const everMs = 30 * 365 * dayMs
    expect(market.candles('coinbase:LUNA-USD', dayMs, 0, seededStartMs)).toEqual([])
    expect(market.candles(bitcoin, dayMs, 0, seededStartMs - everMs / 3)).toEqual([])
  })
})
