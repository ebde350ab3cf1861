import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerRange } from '../../../src/core/market/ledger/ledger-range.ts'
import { fillCandles } from '../../../src/service/http/filled-candles.ts'
import { aCandle } from '../../support/candles.ts'

const startMs = 1_790_000_000_000

describe('fillCandles', () => {
  test('carries the close into slots without a trade, in the state of the ledger', () => {
    const candles = [{ ...second(1, 11), state: 'complete' as const }, second(4, 14)]
    const ranges = [range(0, 2.5, 'complete'), range(2.5, 4, 'lost'), range(4, 5.2, 'complete')]
    const shapes = fillCandles({ ...slots(0, 6), candles, before: second(-1, 9), ranges })
    const told = shapes.map(({ openMs, close, trades, state, final }) => {
      return [(openMs - startMs) / 1_000, close, trades, state, final]
    })
    expect(told).toEqual([
      [0, 9, 0, 'quiet', true],
      [1, 11, 3, 'complete', false],
      [2, 11, 0, 'lost', true],
      [3, 11, 0, 'lost', true],
      [4, 14, 3, 'unproven', false],
      [5, 14, 0, 'unproven', true]
    ])
    expect(shapes[2]).toMatchObject({ open: 11, high: 11, low: 11, volume: 0, buyVolume: 0 })
  })

  test('calls a slot that is not sealed open, and not final', () => {
    const ranges = [range(0, 0.5, 'complete'), range(0.5, 2, 'open')]
    const shapes = fillCandles({ ...slots(0, 2), candles: [], before: second(-1, 9), ranges })
    expect(shapes.map(({ state, final }) => [state, final])).toEqual([
      ['open', false],
      ['open', false]
    ])
  })

  test('leaves out what lies before the first known price', () => {
    const filled = fillCandles({
      ...slots(0, 3),
      candles: [second(1, 11)],
      before: null,
      ranges: []
    })
    expect(filled.map(({ openMs }) => openMs)).toEqual([startMs + 1_000, startMs + 2_000])
  })

  test('gives each slot once, and every candle unchanged', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50)), fc.nat(60), (traded, count) => {
        const candles = traded.sort((a, b) => a - b).map((at) => second(at, at))
        const inside = candles.filter(({ openMs }) => openMs < startMs + count * 1_000)
        const shapes = fillCandles({
          ...slots(0, count),
          candles: inside,
          before: second(-1, 1),
          ranges: []
        })
        expect(shapes.map(({ openMs }) => openMs)).toEqual(
          Array.from(Array(count).keys(), (at) => startMs + at * 1_000)
        )
        expect(shapes.filter(({ trades }) => trades > 0).map(({ close }) => close)).toEqual(
          inside.map(({ close }) => close)
        )
      })
    )
  })
})

function slots(from: number, to: number) {
  return { lengthMs: 1_000, fromMs: startMs + from * 1_000, toMs: startMs + to * 1_000 }
}

function second(at: number, close: number) {
  const openMs = startMs + at * 1_000
  return aCandle({ openMs, closeMs: openMs + 1_000, close })
}

function range(from: number, to: number, state: LedgerRange['state']): LedgerRange {
  return { fromMs: startMs + from * 1_000, toMs: startMs + to * 1_000, state, gap: null }
}
