import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInterval, type IntervalSpec } from '../../../src/core/market/interval.ts'
import {
  breakSlots,
  candlesThatFit,
  emptySlots,
  layOut,
  maxEmptySlots,
  maxPoints
} from '../../../src/renderer/chart/chart-points.ts'
import { aCandle } from '../../support/candles.ts'

function spec(interval: string): IntervalSpec {
  const read = parseInterval(interval)
  if (read === null) throw new Error(`not an interval: ${interval}`)
  return read
}

const candlesAt = (...openMs: number[]) => openMs.map((at) => aCandle({ openMs: at }))
const ascending = fc
  .uniqueArray(fc.nat(2_000), { minLength: 1, maxLength: 80 })
  .map((slots) => slots.sort((left, right) => left - right).map((slot) => slot * 1_000))

describe('layOut', () => {
  test('leaves an empty slot for each interval without a trade', () => {
    const points = layOut(candlesAt(1_000, 4_000, 5_000), spec('1s'))
    expect(points.map((point) => [point.key, point.candle?.openMs ?? null])).toEqual([
      [1_000, 1_000],
      [2_000, null],
      [3_000, null],
      [4_000, 4_000],
      [5_000, 5_000]
    ])
  })

  test('gives every candle a place, with keys that rise strictly', () => {
    fc.assert(
      fc.property(ascending, (openTimes) => {
        const points = layOut(candlesAt(...openTimes), spec('1s'))
        const keys = points.map((point) => point.key)
        expect(keys.every((key, index) => index === 0 || key > (keys[index - 1] ?? 0))).toBe(true)
        expect(points.flatMap((point) => point.candle?.openMs ?? [])).toEqual(openTimes)
      })
    )
  })

  test('sets tick candles side by side even where they began in the same millisecond', () => {
    const candles = [0, 1, 2].map((index) =>
      aCandle({ interval: '100t', dayMs: 86_400_000, index, openMs: 90_000_000 })
    )
    const keys = layOut(candles, spec('100t')).map((point) => point.key)
    expect(new Set(keys).size).toBe(3)
    expect(keys.map(Math.floor)).toEqual([90_000_000, 90_000_000, 90_000_000])
  })
})

describe('emptySlots', () => {
  test('draws a long silence as a short break just before its end', () => {
    const slots = emptySlots(0, (maxEmptySlots + 2) * 1_000, 1_000)
    expect(slots).toHaveLength(breakSlots)
    expect(slots.at(-1)).toBe((maxEmptySlots + 1) * 1_000)
  })
})

describe('candlesThatFit', () => {
  test('counts empty slots against the bound, from either end', () => {
    const candles = candlesAt(...[...Array(maxPoints).keys()].map((index) => index * 2_000))
    const newest = candlesThatFit(candles, spec('1s'), 'newest')
    expect(newest).toBe(maxPoints / 2)
    expect(layOut(candles.slice(-newest), spec('1s')).length).toBeLessThanOrEqual(maxPoints)
    expect(candlesThatFit(candles, spec('1s'), 'oldest')).toBe(newest)
  })

  test('keeps tick candles up to the bound', () => {
    const candles = candlesAt(...Array(maxPoints + 10).keys())
    expect(candlesThatFit(candles, spec('100t'), 'newest')).toBe(maxPoints)
  })
})
