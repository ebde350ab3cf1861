import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildCandles } from '../../../src/core/market/build-candles.ts'
import type { Candle } from '../../../src/core/market/candle.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { ArrivedTrade, TradeIds } from '../../../src/core/market/trade-order.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { aTrade } from '../../support/a-trade.ts'

const dayMs = Date.UTC(2026, 9, 1)

function build(
  interval: string,
  trades: readonly ArrivedTrade[],
  rest: { readonly tradeIds?: TradeIds; readonly runNowMs?: number } = {}
): Candle[] {
  const spec = parseInterval(interval)
  if (spec === null) throw new Error(`expected an interval, received ${interval}`)
  const { tradeIds = 'contiguous', runNowMs = 0 } = rest
  return buildCandles({
    instrument: 'coinbase:BTC-USD',
    tradeIds,
    spec,
    dayOf: utcDay,
    trades,
    tradesBefore: 0,
    runNowMs,
    graceMs: 60_000
  })
}

function arrived(...fields: readonly Parameters<typeof aTrade>[0][]): ArrivedTrade[] {
  return fields.map((field, arrival) => ({ trade: aTrade(field), arrival }))
}

describe('buildCandles', () => {
  test('builds open, high, low, close, volumes and count in the order of ids', () => {
    const trades = arrived(
      { id: 3, eventMs: dayMs + 900, price: 11, size: 0.2, side: 'sell' },
      { id: 1, eventMs: dayMs + 100, price: 10, size: 0.1, side: 'buy' },
      { id: 2, eventMs: dayMs + 500, price: 14, size: 0.3, side: null },
      { id: 4, eventMs: dayMs + 1_000, price: 9, size: 1, side: 'buy' }
    )
    const [first, second] = build('1s', trades)
    expect(first).toEqual({
      instrument: 'coinbase:BTC-USD',
      interval: '1s',
      openMs: dayMs,
      closeMs: dayMs + 1_000,
      dayMs: 0,
      index: 0,
      open: 10,
      high: 14,
      low: 10,
      close: 11,
      volume: 0.6,
      buyVolume: 0.1,
      trades: 3,
      firstOrder: { major: 1, minor: 0 },
      lastOrder: { major: 3, minor: 0 },
      revision: 0,
      final: false,
      source: 'trades',
      state: 'unproven'
    })
    expect([second?.openMs, second?.trades]).toEqual([dayMs + 1_000, 1])
  })

  test('orders by venue time and then arrival where ids do not', () => {
    const trades = arrived(
      { id: 'b', eventMs: dayMs + 5, price: 2 },
      { id: 'a', eventMs: dayMs + 5, price: 3 },
      { id: 'c', eventMs: dayMs + 4, price: 1 }
    )
    const [candle] = build('1s', trades, { tradeIds: 'unique' })
    expect([candle?.open, candle?.close]).toEqual([1, 3])
  })

  test('keeps prices and sizes at the edges exactly', () => {
    const trades = arrived(
      { id: 1, eventMs: dayMs, price: 0.00000123, size: 1e-8 },
      { id: 2, eventMs: dayMs, price: 214_748.3701, size: 1e-8 },
      { id: 3, eventMs: dayMs, price: 0.00009999, size: 90_000_000 }
    )
    const [candle] = build('1s', trades)
    expect(candle).toMatchObject({
      open: 0.00000123,
      high: 214_748.3701,
      low: 0.00000123,
      close: 0.00009999,
      volume: 90_000_000.00000002
    })
  })

  test('counts tick candles anew each day', () => {
    const times = [dayMs - 3, dayMs - 2, dayMs - 1, dayMs, dayMs + 1, dayMs + 2]
    const trades = arrived(...times.map((eventMs, at) => ({ id: at + 1, eventMs, price: at + 1 })))
    const candles = build('2t', trades, { runNowMs: dayMs + 60_000 })
    const shown = candles.map(({ index, open, close, trades: count, final }) => [
      index,
      open,
      close,
      count,
      final
    ])
    expect(shown).toEqual([
      [0, 1, 2, 2, true],
      [1, 3, 3, 1, true],
      [0, 4, 5, 2, true],
      [1, 6, 6, 1, false]
    ])
  })

  test('is final when the grace after the end is over, not before', () => {
    const trades = arrived({ id: 1, eventMs: dayMs })
    expect(build('1s', trades, { runNowMs: dayMs + 60_999 })[0]?.final).toBe(false)
    expect(build('1s', trades, { runNowMs: dayMs + 61_000 })[0]?.final).toBe(true)
  })

  test('gives the same candles in any order of the trades given', () => {
    const tape = fc
      .array(fc.tuple(fc.nat({ max: 5_000 }), fc.integer({ min: 1, max: 1e6 })), { minLength: 1 })
      .map((lines) =>
        arrived(
          ...lines.map(([offset, units], at) => ({
            id: at,
            eventMs: dayMs + offset,
            price: units / 7,
            size: units / 1e8
          }))
        )
      )
      .chain((trades) =>
        fc.tuple(
          fc.constant(trades),
          fc.shuffledSubarray(trades, { minLength: trades.length, maxLength: trades.length })
        )
      )
    fc.assert(
      fc.property(tape, fc.constantFrom('1s', '1m', '3t'), ([trades, shuffled], interval) => {
        expect(build(interval, shuffled)).toEqual(build(interval, trades))
      })
    )
  })
})
