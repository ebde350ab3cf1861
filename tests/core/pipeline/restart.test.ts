import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import type { InstrumentSeed } from '../../../src/core/pipeline/seed.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const midnightMs = Date.UTC(2026, 9, 1)
const nowMs = midnightMs + 43_200_000
const graceMs = 5_000
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })

/** A tape-clocked run over a store that outlives it. */
function begin(intervals: readonly string[], tradeIds: TradeIds = 'contiguous') {
  const specs = intervals.flatMap((text) => parseInterval(text) ?? [])
  const store = new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs })
  const start = (seed: InstrumentSeed | null) => {
    const firstArrival = store.nextArrival
    const pipeline = new Pipeline({ clock: 'tape', intervals: specs, rows: store, firstArrival })
    pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed })
    return pipeline
  }
  return { store, start, pipeline: start(null) }
}

function feed(pipeline: Pipeline, ...trades: readonly Partial<Trade>[]): void {
  for (const trade of trades) pipeline.apply(aTrade({ eventMs: nowMs, ...trade }), 0)
}

function counted(from: number, to: number): Partial<Trade>[] {
  return Array.from(Array(to - from + 1).keys(), (at) => ({ id: from + at, price: from + at }))
}

describe('a run that goes on from a seed', () => {
  test('continues the newest candle, its revision and the arrivals', () => {
    const { store, start, pipeline } = begin(['1m'])
    feed(pipeline, { id: 2, price: 20, size: 0.1 }, { id: 1, price: 10, size: 0.2 })
    store.commit(pipeline)
    const next = start(store.seed())
    expect(next.nextArrival()).toBe(2)
    feed(next, { id: 3, price: 30, size: 0.3 })
    expect(next.takeChangedCandles()).toMatchObject([
      { open: 10, close: 30, volume: 0.6, trades: 3, revision: 0 }
    ])
    expect(next.takeRebuilds()).toEqual([])
  })

  test('shows the last stored price, knows stored ids, and goes on on the clock of the tape', () => {
    const { store, start, pipeline } = begin(['1s'])
    feed(pipeline, { id: 1, price: 10 }, { id: 4, price: 40 })
    store.commit(pipeline)
    const next = start(store.seed())
    expect(next.price(instrument.id)).toMatchObject({ price: 40, lastReceivedMs: null })
    expect(next.holes(instrument.id)).toEqual([{ fromId: 2, toId: 3 }])
    expect(next.runNowMs()).toBe(nowMs)
    expect(next.apply(aTrade({ id: 4, eventMs: nowMs }), 0)).toBe('duplicate')
  })

  test.each([
    ['its id is later, though its time is not', 'contiguous', 5, nowMs, 77],
    ['its id is earlier, though its time is later', 'contiguous', 3, nowMs + 60_000, 40],
    ['its time is later', 'unique', 'b', nowMs + 60_000, 77],
    ['its time is earlier', 'unique', 'b', nowMs - 60_000, 40]
  ] as const)(
    'shows the later of the stored trade and what the venue tells: %s',
    (...[, tradeIds, anchorId, eventMs, shown]) => {
      const { store, start, pipeline } = begin(['1s'], tradeIds)
      feed(pipeline, { id: tradeIds === 'unique' ? 'a' : 4, price: 40, size: 4 })
      store.commit(pipeline)
      const next = start(store.seed())
      const { kind, ...told } = aTrade({ id: anchorId, eventMs, price: 77, size: 7 })
      expect(kind).toBe('trade')
      next.apply({ ...told, kind: 'anchor' }, 0)
      expect(next.price(instrument.id)).toMatchObject({ price: shown, latest: { price: shown } })
      feed(next, { id: tradeIds === 'unique' ? 'c' : 6, price: 50, eventMs: nowMs + 90_000 })
      expect(next.price(instrument.id)?.price).toBe(50)
    }
  )

  test('asks for the candle again when the stored one lags behind the stored trades', () => {
    const { store, start, pipeline } = begin(['1m'])
    feed(pipeline, { id: 1 })
    store.commit(pipeline)
    const lagging = store.seed()?.candles ?? []
    feed(pipeline, { id: 2, price: 77 })
    store.commit(pipeline)
    const seed = store.seed()
    if (seed === null) throw new Error('expected a seed')
    const next = start({ ...seed, candles: lagging })
    expect(next.candlesInMemory(instrument.id, '1m')).toEqual([])
    store.settle(next)
    expect(next.candlesInMemory(instrument.id, '1m')).toMatchObject([{ close: 77, trades: 2 }])
  })

  test('asks for the exact volumes where a double has lost digits', () => {
    const { store, start, pipeline } = begin(['1m'])
    feed(pipeline, { id: 1, size: 123_456_789_012 }, { id: 2, size: 1e-8 }, { id: 3, size: 1e-8 })
    store.commit(pipeline)
    const next = start(store.seed())
    store.settle(next)
    feed(next, ...Array.from(Array(998).keys(), (at) => ({ id: at + 4, size: 1e-8 })))
    expect(next.takeChangedCandles()).toMatchObject([{ volume: 123_456_789_012.00001 }])
  })

  test('finishes a candle that a trade opens late, before those it was given', () => {
    const { store, start, pipeline } = begin(['1s'])
    feed(pipeline, { id: 1, eventMs: nowMs - 60_000 }, { id: 3, eventMs: nowMs })
    store.commit(pipeline)
    const next = start(store.seed())
    feed(next, { id: 2, eventMs: nowMs - 2_000 })
    store.settle(next)
    feed(next, { id: 4, eventMs: nowMs + 60_000 })
    next.advance(0)
    store.settle(next)
    expect(store.candles().map(({ openMs, final }) => [openMs - nowMs, final])).toEqual([
      [-60_000, true],
      [-2_000, true],
      [0, true],
      [60_000, false]
    ])
  })

  test('finishes the last tick candle of a day that ended before the restart', () => {
    const { store, start, pipeline } = begin(['100t'])
    feed(pipeline, { id: 1, eventMs: midnightMs - 1 }, { id: 2, eventMs: midnightMs + 1 })
    store.commit(pipeline)
    const next = start(store.seed())
    feed(next, { id: 3, eventMs: midnightMs + graceMs })
    next.advance(0)
    store.settle(next)
    expect(store.candles().map(({ trades, final }) => [trades, final])).toEqual([
      [1, true],
      [2, false]
    ])
  })
})

describe('a run that goes on in the middle of a tick candle', () => {
  test('has that candle rebuilt when a late trade falls into the part that it knows', () => {
    const { store, start, pipeline } = begin(['100t'])
    feed(pipeline, ...counted(1, 79), ...counted(81, 430))
    store.commit(pipeline)
    const next = start(store.seed())
    feed(next, { id: 80, price: 80 })
    store.settle(next)
    expect(store.candles()).toEqual(store.oracle(nowMs))
  })
})

describe('a run that waits for rebuilt tick candles', () => {
  test('leaves no stored candle behind its trades when it stops before the answer', () => {
    const { store, start, pipeline } = begin(['100t'])
    feed(pipeline, ...counted(2, 500), { id: 1, price: 1 })
    store.commit(pipeline)
    feed(pipeline, ...counted(501, 650))
    store.commit(pipeline)
    store.crash()
    const next = start(store.seed())
    store.settle(next)
    expect(store.candles()).toEqual(store.oracle(nowMs))
  })

  test('asks again when more came meanwhile than it remembers', () => {
    const { store, pipeline } = begin(['100t'])
    feed(pipeline, ...counted(2, 500), { id: 1, price: 1 })
    const [early] = store.commit(pipeline)
    feed(pipeline, ...counted(501, 1_000))
    store.commit(pipeline)
    if (early !== undefined) pipeline.adopt(early)
    expect(pipeline.candlesInMemory(instrument.id, '100t')).toEqual([])
    store.settle(pipeline)
    expect(pipeline.candlesInMemory(instrument.id, '100t').at(-1)).toMatchObject({
      index: 9,
      open: 901,
      trades: 100
    })
    expect(store.candles()).toEqual(store.oracle(nowMs))
  })

  test('asks from the first trade of its time on for one that may be a repeat', () => {
    const { store, start, pipeline } = begin(['2t'], 'unique')
    const same = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }))
    feed(pipeline, ...same)
    store.commit(pipeline)
    const seed = store.seed()
    if (seed === null) throw new Error('expected a seed')
    const next = start(seed)
    feed(next, { id: 'of another day', eventMs: nowMs + 86_400_000 }, { id: 'f' })
    expect(next.takeRebuilds()).toMatchObject([
      { kind: 'tick', dayMs: midnightMs, fromOrder: { major: nowMs, minor: 0 } }
    ])
  })
})
