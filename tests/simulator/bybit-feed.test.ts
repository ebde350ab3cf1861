import { describe, expect, test } from 'vitest'
import { bybitStand } from '../support/bybit-stand.ts'
import { aSimTrade } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

const linear = 'bybit-linear:BTC-USDT' as const
const spot = 'bybit-spot:BTC-USDT' as const

type Wire = { readonly [key: string]: unknown }

/** What a frame carries, for a test that knows which frame it is. */
function data(frame: { readonly [key: string]: unknown } | undefined): Wire {
  return frame?.['data'] as Wire
}

describe('publicTrade', () => {
  test('brings what traded together in one frame, with taker side and tick direction', async () => {
    const { market, client, truth } = await bybitStand('linear')
    const one = await client()
    market.emit(aSimTrade({ instrument: linear, id: 1, price: 100 }))
    one.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    await one.wait({ success: true })
    const trades = [
      aSimTrade({ instrument: linear, id: 2, price: 101, takerSide: 'sell' }),
      aSimTrade({ instrument: linear, id: 3, price: 101 }),
      aSimTrade({ instrument: linear, id: 4, price: 99, eventMs: 1_788_335_040_500.75 }),
      aSimTrade({ instrument: linear, id: 5, price: 99 })
    ]
    for (const trade of trades) market.emit(trade)
    market.emit(aSimTrade({ instrument: spot, id: 6 }))
    const [frame] = await one.wait({ topic: 'publicTrade.BTCUSDT' })
    expect(frame?.['data']).toMatchObject([
      { S: 'Sell', p: '101.00', L: 'PlusTick', i: trades[0]?.textId, seq: trades[0]?.sequence },
      { S: 'Buy', p: '101.00', L: 'ZeroPlusTick' },
      { S: 'Buy', p: '99.00', L: 'MinusTick', T: 1_788_335_040_500 },
      { S: 'Buy', p: '99.00', L: 'ZeroMinusTick' }
    ])
    expect(truth.sentTrades.map(({ trade }) => trade)).toEqual(trades)
    expect(truth.events).toEqual([`subscribed bybit-linear#1 ${linear}`])
  })

  test('splits more than 1024 trades over frames, in order', async () => {
    const { market, client } = await bybitStand('linear')
    const one = await client()
    one.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    await one.wait({ success: true })
    for (let id = 1; id <= 2500; id += 1) market.emit(aSimTrade({ instrument: linear, id }))
    const frames = await one.wait({ topic: 'publicTrade.BTCUSDT' }, 3)
    const rows = frames.map((frame) => frame['data'] as { readonly seq: number }[])
    expect(rows.map((list) => list.length)).toEqual([1024, 1024, 452])
    const sequences = rows.flat().map((row) => row.seq)
    expect(sequences).toEqual([...sequences].sort((left, right) => left - right))
  })

  test('of spot has no tick direction and puts the time before the type', async () => {
    const { market, client } = await bybitStand('spot')
    const one = await client()
    one.send({ op: 'subscribe', args: ['publicTrade.BTCUSDT'] })
    await one.wait({ success: true })
    market.emit(aSimTrade({ instrument: spot, textId: '2280000001739247417' }))
    const [frame] = await one.wait({ topic: 'publicTrade.BTCUSDT' })
    expect(Object.keys(frame ?? {})).toEqual(['topic', 'ts', 'type', 'data'])
    const [row] = frame?.['data'] as Wire[]
    expect(row).toMatchObject({ i: '2280000001739247417', S: 'Buy' })
    expect(row).not.toHaveProperty('L')
  })
})

describe('tickers', () => {
  test('of linear are a snapshot and then only what changed', async () => {
    const { market, client } = await bybitStand('linear', { linearTickerMs: 5 })
    const one = await client()
    one.send({ op: 'subscribe', args: ['tickers.BTCUSDT'] })
    const [snapshot] = await one.wait({ topic: 'tickers.BTCUSDT' })
    expect(snapshot).toMatchObject({ type: 'snapshot' })
    expect(data(snapshot)).toMatchObject({ bid1Price: '99.99', openInterest: '5000.5' })
    market.setBook(linear, [['99.99', '7.00000000']], [['100.01', '2.00000000']])
    const [delta] = await one.wait({ topic: 'tickers.BTCUSDT', type: 'delta' })
    expect(data(delta)).toEqual({
      symbol: 'BTCUSDT',
      bid1Price: '99.99',
      bid1Size: '7.00000000'
    })
  })

  test('of linear say nothing when nothing changed', async () => {
    const { market, client } = await bybitStand('linear', { linearTickerMs: 1 })
    const one = await client()
    one.send({ op: 'subscribe', args: ['tickers.BTCUSDT', 'orderbook.50.BTCUSDT'] })
    await one.wait({ success: true })
    market.setBook(linear, [['99.99', '1.00000000']], [['100.01', '2.00000000']])
    market.setBook(linear, [['99.98', '1.00000000']], [['100.01', '2.00000000']])
    await one.wait({ topic: 'tickers.BTCUSDT', type: 'delta' })
    await one.wait({ topic: 'orderbook.50.BTCUSDT', type: 'delta' })
    expect(one.all({ topic: 'tickers.BTCUSDT', type: 'delta' })).toHaveLength(1)
  })

  test('of spot are snapshots without bid and ask', async () => {
    const { market, client } = await bybitStand('spot', { spotTickerMs: 5 })
    const one = await client()
    one.send({ op: 'subscribe', args: ['tickers.BTCUSDT'] })
    await one.wait({ topic: 'tickers.BTCUSDT' })
    market.emit(aSimTrade({ instrument: spot, price: 101 }))
    const frames = await one.wait({ topic: 'tickers.BTCUSDT' }, 2)
    expect(frames.map((frame) => frame['type'])).toEqual(['snapshot', 'snapshot'])
    expect(Object.keys(data(frames[1]))).toEqual([
      'symbol',
      'lastPrice',
      'highPrice24h',
      'lowPrice24h',
      'prevPrice24h',
      'volume24h',
      'turnover24h',
      'price24hPcnt',
      'usdIndexPrice'
    ])
    expect(data(frames[1])).toMatchObject({ lastPrice: '101.00', price24hPcnt: '0.030612' })
  })
})

describe('orderbook', () => {
  test('of depth 50 counts updates by one and lets a client rebuild the book', async () => {
    const { market, client } = await bybitStand('linear', { bookMs: { 1: 1, 50: 1, 200: 1 } })
    const one = await client()
    market.setBook(linear, [['100.00', '1']], [['101.00', '1']])
    one.send({ op: 'subscribe', args: ['orderbook.50.BTCUSDT'] })
    await one.wait({ type: 'snapshot' })
    market.setBook(
      linear,
      [
        ['100.00', '2'],
        ['99.00', '5']
      ],
      [['102.00', '1']]
    )
    await one.wait({ type: 'delta' }, 1)
    market.setBook(linear, [['99.00', '5']], [['102.00', '1']])
    const deltas = await one.wait({ type: 'delta' }, 2)
    const snapshot = one.all({ type: 'snapshot' })[0]
    expect(data(snapshot)).toMatchObject({
      s: 'BTCUSDT',
      b: [['100.00', '1']],
      a: [['101.00', '1']]
    })
    expect(data(deltas[0])).toMatchObject({
      b: [
        ['100.00', '2'],
        ['99.00', '5']
      ],
      a: [
        ['101.00', '0'],
        ['102.00', '1']
      ]
    })
    expect(data(deltas[1])).toMatchObject({ b: [['100.00', '0']], a: [] })
    const updates = [snapshot, ...deltas].map((frame) => Number(data(frame)['u']))
    expect(updates.map((update) => update - (updates[0] ?? 0))).toEqual([0, 1, 2])
    const sequences = [snapshot, ...deltas].map((frame) => Number(data(frame)['seq']))
    expect(new Set(sequences).size).toBe(3)
    expect(sequences).toEqual([...sequences].sort((left, right) => left - right))
  })

  test('gives a late listener a snapshot that continues with the same deltas', async () => {
    const { market, client } = await bybitStand('linear', {
      bookMs: { 1: 1, 50: 3_600_000, 200: 1 }
    })
    const [one, two] = [await client(), await client()]
    one.send({ op: 'subscribe', args: ['orderbook.50.BTCUSDT'] })
    await one.wait({ type: 'snapshot' })
    market.setBook(linear, [['98.00', '1']], [['101.00', '1']])
    two.send({ op: 'subscribe', args: ['orderbook.50.BTCUSDT'] })
    const [late] = await two.wait({ type: 'snapshot' })
    const [delta] = await one.wait({ type: 'delta' })
    expect(data(late)).toMatchObject({ b: [['98.00', '1']], u: data(delta)['u'] })
  })

  test('of depth 1 sends snapshots only, and repeats an unchanged one with the same update', async () => {
    const { market, client } = await bybitStand('spot', { bookRepeatMs: 20 })
    const one = await client()
    one.send({ op: 'subscribe', args: ['orderbook.1.BTCUSDT'] })
    const repeated = await one.wait({ topic: 'orderbook.1.BTCUSDT' }, 3)
    expect(new Set(repeated.map((frame) => data(frame)['u'])).size).toBe(1)
    expect(repeated.map((frame) => frame['type'])).not.toContain('delta')
    market.setBook(
      spot,
      [
        ['98.00', '1'],
        ['97.00', '1']
      ],
      [['101.00', '1']]
    )
    const changed = () =>
      one
        .all({ topic: 'orderbook.1.BTCUSDT' })
        .findLast((frame) => JSON.stringify(frame).includes('98.00'))
    await until(() => changed() !== undefined, 'the new best level')
    expect(data(changed())['b']).toEqual([['98.00', '1']])
    expect(Number(data(changed())['u'])).toBe(Number(data(repeated[0])['u']) + 1)
  })
})

describe('kline', () => {
  test('shows the running candle, then confirms it beside its successor', async () => {
    const { market, client } = await bybitStand('linear', { klineMs: 5 })
    const minute = 60_000
    const startMs = market.clockMs
    const candle = { openMs: startMs, open: 10, high: 12.5, low: 9, close: 11, volume: 0.3 }
    market.setCandles(linear, minute, [candle])
    market.clockMs = startMs + 59_000.5
    const one = await client()
    one.send({ op: 'subscribe', args: ['kline.1.BTCUSDT'] })
    const [running] = await one.wait({ topic: 'kline.1.BTCUSDT' })
    expect(running?.['data']).toEqual([
      {
        start: startMs,
        end: startMs + minute - 1,
        interval: '1',
        open: '10',
        close: '11',
        high: '12.5',
        low: '9',
        volume: '0.3',
        turnover: '3.1875',
        confirm: false,
        timestamp: startMs + 59_000
      }
    ])
    market.clockMs = startMs + minute + 1
    const [, closed] = await one.wait({ topic: 'kline.1.BTCUSDT' }, 2)
    expect(closed?.['data']).toMatchObject([
      { start: startMs, close: '11', volume: '0.3', confirm: true },
      { start: startMs + minute, open: '11', low: '11', volume: '0', confirm: false }
    ])
  })
})

describe('allLiquidation', () => {
  test('calls a liquidated long a buy, and batches', async () => {
    const { market, client } = await bybitStand('linear', { liquidationMs: 5 })
    const one = await client()
    one.send({ op: 'subscribe', args: ['allLiquidation.BTCUSDT'] })
    await one.wait({ success: true })
    const liquidation = { instrument: linear, eventMs: 5.5, priceText: '9.1', sizeText: '0.2' }
    market.liquidate({ ...liquidation, position: 'long' })
    market.liquidate({ ...liquidation, position: 'short' })
    const [frame] = await one.wait({ topic: 'allLiquidation.BTCUSDT' })
    expect(frame?.['data']).toEqual([
      { T: 5, s: 'BTCUSDT', S: 'Buy', v: '0.2', p: '9.1' },
      { T: 5, s: 'BTCUSDT', S: 'Sell', v: '0.2', p: '9.1' }
    ])
  })
})
