import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const nowMs = Date.UTC(2026, 9, 1, 12)
const id = 'coinbase:BTC-USD'
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })

function start(options: {
  readonly tradeIds?: TradeIds
  readonly clock?: 'wall' | 'tape'
  readonly intervals?: readonly string[]
}) {
  const { tradeIds = 'contiguous', clock = 'wall', intervals = ['1s'] } = options
  const specs = intervals.flatMap((text) => parseInterval(text) ?? [])
  const store = new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs: 5_000 })
  const pipeline = new Pipeline({ clock, intervals: specs, rows: store, firstArrival: 0 })
  pipeline.addInstrument(instrument, { tradeIds, graceMs: 5_000, dayOf: utcDay, seed: null })
  const apply = (fields: Partial<Trade>) =>
    pipeline.apply(aTrade({ eventMs: nowMs, ...fields }), nowMs)
  return { pipeline, store, apply }
}

describe('apply', () => {
  test('stores a trade once and calls its repeat a duplicate', () => {
    const { pipeline, store, apply } = start({})
    expect([apply({ id: 1 }), apply({ id: 1 }), apply({ id: 2 })]).toEqual([
      'stored',
      'duplicate',
      'stored'
    ])
    store.commit(pipeline)
    expect(store.trades().map(({ trade, arrival }) => [trade.id, arrival])).toEqual([
      [1, 0],
      [2, 1]
    ])
  })

  test('keeps identical trades where the venue has no ids', () => {
    const { pipeline, apply } = start({ tradeIds: 'none' })
    apply({ id: 'connection-1' })
    apply({ id: 'connection-2' })
    expect(pipeline.takeChangedCandles()).toMatchObject([{ trades: 2 }])
  })

  test('knows only the instruments it was given', () => {
    const { pipeline } = start({})
    expect(pipeline.apply(aTrade({ instrument: 'coinbase:ETH-USD' }), nowMs)).toBe(
      'unknown-instrument'
    )
    pipeline.removeInstrument(id)
    expect(pipeline.apply(aTrade({}), nowMs)).toBe('unknown-instrument')
    expect(pipeline.counters().unknownInstrument).toBe(2)
  })

  const times = [
    { name: 'a day back', eventMs: nowMs - 86_400_000, outcome: 'stored' },
    { name: 'more than a day back', eventMs: nowMs - 86_400_001, outcome: 'implausible' },
    { name: 'a minute ahead', eventMs: nowMs + 60_000, outcome: 'stored' },
    { name: 'more than a minute ahead', eventMs: nowMs + 60_001, outcome: 'implausible' },
    { name: 'in 1970', eventMs: 0, outcome: 'implausible' },
    { name: 'in 2100', eventMs: Date.UTC(2100, 0), outcome: 'implausible' }
  ]

  test.each(times)('takes a live trade $name as $outcome', ({ eventMs, outcome }) => {
    const { pipeline, store, apply } = start({})
    expect(apply({ id: 1, eventMs, receivedMs: nowMs })).toBe(outcome)
    const candles = pipeline.takeChangedCandles()
    store.commit(pipeline)
    const isFlagged = outcome === 'implausible'
    expect(candles).toHaveLength(isFlagged ? 0 : 1)
    expect(store.flagged()).toEqual(
      isFlagged ? [aTrade({ id: 1, eventMs: nowMs, receivedMs: nowMs })] : []
    )
    expect(pipeline.counters().implausible).toBe(isFlagged ? 1 : 0)
  })

  test('takes an old trade from backfill as it is, where a gap asks for it', () => {
    const { pipeline } = start({})
    const oldMs = nowMs - 3 * 86_400_000
    const history = (tradeId: number) =>
      pipeline.apply(aTrade({ id: tradeId, eventMs: oldMs }), nowMs, 'backfill')
    pipeline.apply(aTrade({ id: 1, eventMs: oldMs }), oldMs)
    pipeline.apply(aTrade({ id: 3, eventMs: nowMs }), nowMs)
    pipeline.takeChangedCandles()
    expect([2, 4, 1].map(history)).toEqual(['stored', 'refused', 'duplicate'])
    expect(pipeline.counters()).toMatchObject({ refused: 1, duplicates: 1, implausible: 0 })
    expect(pipeline.price(id)).toMatchObject({ lastTrade: { id: 3 } })
  })
})

describe('the run clock', () => {
  test('follows the wall clock, or the newest event of a tape', () => {
    const wall = start({})
    wall.apply({ eventMs: nowMs - 500 })
    expect(wall.pipeline.runNowMs()).toBe(nowMs)
    const tape = start({ clock: 'tape' })
    tape.apply({ id: 1, eventMs: nowMs - 500 })
    tape.apply({ id: 2, eventMs: nowMs - 900 })
    expect(tape.pipeline.runNowMs()).toBe(nowMs - 500)
  })

  test('makes a candle final when its grace is over, and forgets it unless it is the newest', () => {
    const { pipeline, apply } = start({})
    apply({ id: 1, eventMs: nowMs - 2_000 })
    apply({ id: 2, eventMs: nowMs - 1_000 })
    pipeline.takeChangedCandles()
    pipeline.advance(nowMs + 3_999)
    expect(pipeline.takeChangedCandles()).toEqual([])
    pipeline.advance(nowMs + 5_000)
    expect(pipeline.takeChangedCandles()).toMatchObject([
      { openMs: nowMs - 2_000, final: true },
      { openMs: nowMs - 1_000, final: true }
    ])
    expect(pipeline.candlesInMemory(id, '1s')).toMatchObject([{ openMs: nowMs - 1_000 }])
  })
})

describe('takeChangedCandles', () => {
  test('gives each changed candle once, as it is now', () => {
    const { pipeline, apply } = start({ intervals: ['1s', '1m'] })
    apply({ id: 1, price: 10 })
    apply({ id: 2, price: 12 })
    const changed = pipeline.takeChangedCandles()
    expect(changed.map(({ interval, close, trades }) => [interval, close, trades])).toEqual([
      ['1s', 12, 2],
      ['1m', 12, 2]
    ])
    expect(pipeline.takeChangedCandles()).toEqual([])
  })

  test('revises a candle that a late trade of id order opens and closes', () => {
    const { pipeline, apply } = start({})
    apply({ id: 2, eventMs: nowMs - 1_500, price: 20 })
    apply({ id: 5, eventMs: nowMs - 500, price: 50 })
    apply({ id: 1, eventMs: nowMs - 1_600, price: 10 })
    apply({ id: 3, eventMs: nowMs - 1_400, price: 30 })
    expect(pipeline.takeChangedCandles()).toMatchObject([
      { open: 10, close: 30, trades: 3, revision: 2 },
      { open: 50, close: 50, trades: 1, revision: 0 }
    ])
  })

  test('moves later tick candles when a late trade comes between', () => {
    const { pipeline, apply } = start({ intervals: ['2t'] })
    for (const trade of [1, 2, 4, 5, 3]) apply({ id: trade, price: trade })
    const shown = pipeline.candlesInMemory(id, '2t').map((candle) => [candle.open, candle.close])
    expect(shown).toEqual([
      [1, 2],
      [3, 4],
      [5, 5]
    ])
    expect(pipeline.candlesInMemory(id, '2t').map(({ revision }) => revision)).toEqual([0, 1, 0])
  })
})

describe('takeRebuilds', () => {
  test('asks for the candle of a trade that comes after its grace', () => {
    const { pipeline, apply } = start({})
    apply({ id: 1, eventMs: nowMs - 20_000 })
    apply({ id: 3, eventMs: nowMs - 10_000 })
    apply({ id: 4, eventMs: nowMs })
    apply({ id: 2, eventMs: nowMs - 19_500 })
    expect(pipeline.takeRebuilds()).toEqual([
      { kind: 'time', instrument: id, interval: '1s', fromMs: nowMs - 20_000, toMs: nowMs - 19_000 }
    ])
    expect(pipeline.takeRebuilds()).toEqual([])
  })

  test('asks for tick candles from a trade on that is older than the window, and is blind meanwhile', () => {
    const { pipeline, store, apply } = start({ intervals: ['100t'] })
    for (let trade = 2; trade <= 500; trade += 1) apply({ id: trade, price: trade })
    apply({ id: 1, price: 1 })
    expect(pipeline.candlesInMemory(id, '100t')).toEqual([])
    const [answer] = store.commit(pipeline)
    apply({ id: 501, price: 501 })
    if (answer !== undefined) pipeline.adopt(answer)
    store.settle(pipeline)
    const opens = store.candles().map(({ open, trades }) => [open, trades])
    expect(opens).toEqual([
      [1, 100],
      [101, 100],
      [201, 100],
      [301, 100],
      [401, 100],
      [501, 1]
    ])
    expect(pipeline.candlesInMemory(id, '100t').at(-1)).toMatchObject({ open: 501, index: 5 })
  })
})

describe('holes', () => {
  test('are the ids missing still, and the counters tell how many were when seen', () => {
    const { pipeline, apply } = start({})
    for (const tradeId of [1, 5, 3]) apply({ id: tradeId })
    expect(pipeline.holes(id)).toEqual([
      { fromId: 2, toId: 2 },
      { fromId: 4, toId: 4 }
    ])
    expect(pipeline.counters()).toMatchObject({ gaps: 1, missingTrades: 3 })
  })

  test('begin with the anchor that tells what was missed before the subscription', () => {
    const { pipeline, apply } = start({})
    apply({ id: 1, eventMs: nowMs - 900 })
    const { kind, ...rest } = aTrade({ id: 4, eventMs: nowMs - 100, price: 77 })
    expect(kind).toBe('trade')
    expect(pipeline.apply({ ...rest, kind: 'anchor' }, nowMs)).toBe('view')
    expect(pipeline.holes(id)).toEqual([{ fromId: 2, toId: 4 }])
    expect(pipeline.takeChangedCandles()).toHaveLength(1)
  })
})

describe('price', () => {
  test('shows the anchor until a trade comes, then the newest trade in order', () => {
    const { pipeline, apply } = start({})
    const { kind, ...rest } = aTrade({ id: 4, eventMs: nowMs - 100, price: 77 })
    expect(kind).toBe('trade')
    pipeline.apply({ ...rest, kind: 'anchor' }, nowMs)
    expect(pipeline.price(id)).toMatchObject({ price: 77, lastTrade: null, tradesLastMinute: 0 })
    apply({ id: 6, price: 60 })
    apply({ id: 5, price: 50 })
    expect(pipeline.price(id)).toMatchObject({ price: 60, tradesLastMinute: 2 })
  })

  test('names each instrument with a changed price once', () => {
    const { pipeline, apply } = start({})
    apply({ id: 1 })
    apply({ id: 2 })
    expect(pipeline.takeChangedPrices()).toEqual([id])
    expect(pipeline.takeChangedPrices()).toEqual([])
  })

  test('keeps what a partial quote does not carry, and empties a side on two nulls', () => {
    const { pipeline } = start({})
    const quote = { kind: 'quote', instrument: id, eventMs: nowMs, receivedMs: nowMs } as const
    pipeline.apply({ ...quote, bid: 1, bidSize: 2, ask: 3, askSize: 4 }, nowMs)
    pipeline.apply({ ...quote, bid: null, bidSize: 5, ask: null, askSize: null }, nowMs)
    expect(pipeline.price(id)?.quote).toMatchObject({
      bid: 1,
      bidSize: 5,
      ask: null,
      askSize: null
    })
  })

  test('does not take a heartbeat for data', () => {
    const { pipeline } = start({})
    const heartbeat = { kind: 'heartbeat', instrument: id, eventMs: nowMs, lastTradeId: 9 } as const
    pipeline.apply({ ...heartbeat, receivedMs: nowMs + 1 }, nowMs)
    expect(pipeline.price(id)).toMatchObject({ lastReceivedMs: null, lastHeartbeatMs: nowMs + 1 })
  })

  test('carries minute closes on over quiet minutes and forgets trades of the last minute', () => {
    const { pipeline, apply } = start({})
    apply({ id: 1, eventMs: nowMs - 180_000, price: 10 })
    apply({ id: 2, eventMs: nowMs - 60_000, price: 12 })
    expect(pipeline.spark(id)?.slice(-5)).toEqual([null, 10, 10, 12, 12])
    pipeline.advance(nowMs + 60_000)
    expect(pipeline.price(id)?.tradesLastMinute).toBe(0)
  })
})
