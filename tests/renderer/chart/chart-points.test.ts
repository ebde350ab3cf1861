import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'
import {
  breakSlots,
  candlesThatFit,
  emptySlots,
  layOut,
  maxEmptySlots,
  maxPoints,
  type AxisRule,
  type TimeSpan
} from '../../../src/renderer/chart/chart-points.ts'
import { aCandle } from '../../support/candles.ts'

function rule(interval: string, closed: readonly TimeSpan[] = []): AxisRule {
  const spec = parseInterval(interval)
  if (spec === null) throw new Error(`not an interval: ${interval}`)
  return { spec, closed }
}

const candlesAt = (...openMs: number[]) => openMs.map((at) => aCandle({ openMs: at }))
const ascending = fc
  .uniqueArray(fc.nat(2_000), { minLength: 1, maxLength: 80 })
  .map((slots) => slots.sort((left, right) => left - right).map((slot) => slot * 1_000))

describe('layOut', () => {
  test('leaves an empty slot for each interval without a trade', () => {
    const points = layOut(candlesAt(1_000, 4_000, 5_000), rule('1s'))
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
        const points = layOut(candlesAt(...openTimes), rule('1s'))
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
    const keys = layOut(candles, rule('100t')).map((point) => point.key)
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

  test('has no slot for an hour in which the market was closed', () => {
    const closed = [{ fromMs: 3_500, toMs: 7_200 }]
    // The third second began before the close, the seventh ended after the open.
    expect(emptySlots(1_000, 9_000, 1_000, closed)).toEqual([2_000, 3_000, 7_000, 8_000])
  })

  test('counts a closed week of seconds without listing it', () => {
    const weekMs = 7 * 86_400_000
    const closed = [{ fromMs: 3_000, toMs: weekMs }]
    expect(emptySlots(1_000, weekMs + 2_000, 1_000, closed)).toEqual([
      2_000,
      weekMs,
      weekMs + 1_000
    ])
  })

  test('never gives more slots than fit, and all of them rise and lie in open hours', () => {
    const spans = fc
      .uniqueArray(fc.integer({ min: 1, max: 9_000_000 }), { maxLength: 12 })
      .map((edges) => edges.sort((left, right) => left - right))
      .map((edges) =>
        edges.flatMap((fromMs, index) => {
          const toMs = edges[index + 1]
          return index % 2 === 0 && toMs !== undefined ? [{ fromMs, toMs }] : []
        })
      )
    fc.assert(
      fc.property(spans, fc.integer({ min: 2, max: 9_000 }), (closed, seconds) => {
        const slots = emptySlots(0, seconds * 1_000, 1_000, closed)
        expect(slots.length).toBeLessThanOrEqual(maxEmptySlots)
        const all = [...Array(seconds - 1).keys()].map((index) => (index + 1) * 1_000)
        const expected = all.filter(
          (slot) => !closed.some(({ fromMs, toMs }) => fromMs <= slot && slot + 1_000 <= toMs)
        )
        const shown = expected.length > maxEmptySlots ? expected.slice(-breakSlots) : expected
        expect(slots).toEqual(shown)
      })
    )
  })
})

describe('candlesThatFit', () => {
  test('counts empty slots against the bound, from either end', () => {
    const candles = candlesAt(...[...Array(maxPoints).keys()].map((index) => index * 2_000))
    const newest = candlesThatFit(candles, rule('1s'), 'newest')
    expect(newest).toBe(maxPoints / 2)
    expect(layOut(candles.slice(-newest), rule('1s')).length).toBeLessThanOrEqual(maxPoints)
    expect(candlesThatFit(candles, rule('1s'), 'oldest')).toBe(newest)
  })

  test('keeps tick candles up to the bound', () => {
    const candles = candlesAt(...Array(maxPoints + 10).keys())
    expect(candlesThatFit(candles, rule('100t'), 'newest')).toBe(maxPoints)
  })
})
