import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CandleList, compareCandles, knowsMore } from '../../../src/renderer/chart/candle-list.ts'
import { aCandle } from '../../support/candles.ts'

function listOf(...openMs: number[]): CandleList {
  const list = new CandleList()
  for (const at of openMs) list.put(aCandle({ openMs: at }))
  return list
}

describe('CandleList', () => {
  test('is ascending and unique whatever the order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 60 }), (openTimes) => {
        const list = listOf(...openTimes)
        expect(list.all.map((candle) => candle.openMs)).toEqual(
          [...new Set(openTimes)].sort((left, right) => left - right)
        )
      })
    )
  })

  test('says where a candle landed', () => {
    const list = listOf(10, 30)
    expect(list.put(aCandle({ openMs: 40 }))).toBe('appended')
    expect(list.put(aCandle({ openMs: 40 }))).toBe('replacedLast')
    expect(list.put(aCandle({ openMs: 10 }))).toBe('replacedEarlier')
    expect(list.put(aCandle({ openMs: 20 }))).toBe('inserted')
  })

  test('keeps the newest or the oldest', () => {
    const list = listOf(10, 20, 30)
    list.keep('newest', 2)
    expect(list.first?.openMs).toBe(20)
    list.keep('oldest', 1)
    expect(list.last?.openMs).toBe(20)
  })
})

describe('compareCandles', () => {
  test('tells tick candles apart by day and index, not by time', () => {
    const first = aCandle({ interval: '100t', dayMs: 86_400_000, index: 1, openMs: 5 })
    const second = aCandle({ interval: '100t', dayMs: 86_400_000, index: 2, openMs: 5 })
    expect(compareCandles(first, second)).toBeLessThan(0)
    expect(compareCandles(first, { ...first, openMs: 6 })).toBe(0)
  })
})

describe('knowsMore', () => {
  test('prefers a later revision even with fewer trades', () => {
    const held = aCandle({ revision: 0, trades: 9 })
    expect(knowsMore(aCandle({ revision: 1, trades: 8 }), held)).toBe(true)
    expect(knowsMore(aCandle({ revision: 0, trades: 9 }), held)).toBe(false)
  })
})
