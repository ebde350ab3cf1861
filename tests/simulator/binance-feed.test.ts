import { describe, expect, test } from 'vitest'
import type { SimLevel } from '../../src/simulator/market.ts'
import { binanceStand } from '../support/binance-stand.ts'
import type { FrameClient, Json } from '../support/frame-client.ts'
import { aSimTrade, stubStartMs } from '../support/stub-market.ts'
import { until } from '../support/until.ts'

const bitcoin = 'binance-spot:BTC-USDT' as const

async function subscribe(client: FrameClient, ...params: readonly string[]): Promise<void> {
  client.send({ method: 'SUBSCRIBE', params, id: 1 })
  await client.wait({ result: null, id: 1 })
}

/** Frames of a combined connection by stream, without their wrapping. */
function dataOf(client: FrameClient, stream: string): Json[] {
  return client.frames
    .filter((frame) => frame['stream'] === stream)
    .map((frame) => frame['data'] as Json)
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('trade', () => {
  test('sends each trade in a frame of its own, with the taker as the side that m denies', async () => {
    const { market, truth, client } = await binanceStand()
    market.emit(aSimTrade({ instrument: bitcoin, id: 6 }))
    const one = await client()
    await subscribe(one, 'btcusdt@trade')
    market.emit(aSimTrade({ instrument: bitcoin, id: 7, price: 61_837.6, size: 0.02 }))
    market.emit(aSimTrade({ instrument: bitcoin, id: 8, takerSide: 'sell' }))
    market.emit(aSimTrade({ instrument: 'binance-spot:ETH-USDT', id: 8 }))
    const [bought, sold] = await one.wait({ e: 'trade' }, 2)
    expect(bought).toEqual({
      e: 'trade',
      E: stubStartMs + 7,
      s: 'BTCUSDT',
      t: 7,
      p: '61837.60000000',
      q: '0.02000000',
      T: stubStartMs + 7,
      m: false,
      M: true
    })
    expect(sold).toMatchObject({ t: 8, m: true })
    expect(truth.sentTrades.map(({ trade }) => trade.id)).toEqual([7, 8])
  })

  test('is wrapped on a combined connection, and in microseconds where that was asked for', async () => {
    const { market, client } = await binanceStand()
    const one = await client('/stream?streams=btcusdt@trade/ethusdt@trade&timeUnit=MICROSECOND')
    market.emit(aSimTrade({ instrument: bitcoin, id: 7, eventMs: stubStartMs + 0.125 }))
    await one.wait({ stream: 'btcusdt@trade' })
    const [trade] = dataOf(one, 'btcusdt@trade')
    expect(trade).toMatchObject({ T: stubStartMs * 1000 + 125, E: stubStartMs * 1000 + 125 })
  })

  test('comes raw from an address that names the stream', async () => {
    const { market, client, truth } = await binanceStand()
    const one = await client('/ws/btcusdt@trade')
    await until(() => truth.events.length === 1, 'the subscription')
    market.emit(aSimTrade({ instrument: bitcoin, id: 7 }))
    expect(await one.wait({ e: 'trade' })).toMatchObject([{ t: 7 }])
  })
})

describe('aggTrade', () => {
  test('puts fills of one order at one price together, in an unbroken chain of ids', async () => {
    const { market, client } = await binanceStand()
    const one = await client()
    await subscribe(one, 'btcusdt@aggTrade')
    const order = { instrument: bitcoin, eventMs: stubStartMs, takerSide: 'sell' } as const
    market.emit(aSimTrade({ ...order, id: 1, price: 100, size: 0.5 }))
    market.emit(aSimTrade({ ...order, id: 2, price: 100, size: 0.25 }))
    market.emit(aSimTrade({ ...order, id: 3, price: 99 }))
    await turn()
    market.emit(aSimTrade({ ...order, id: 4, price: 99 }))
    const sent = await one.wait({ e: 'aggTrade' }, 3)
    expect(sent.map(({ f, l, q, m }) => [f, l, q, m])).toEqual([
      [1, 2, '0.75000000', true],
      [3, 3, '0.50000000', true],
      [4, 4, '0.50000000', true]
    ])
    const ids = sent.map(({ a }) => Number(a))
    expect(ids.map((id) => id - Number(ids[0]))).toEqual([0, 1, 2])
  })
})

describe('bookTicker', () => {
  test('tells a best level when it moves, and nothing when it stands', async () => {
    const { market, client } = await binanceStand()
    const one = await client()
    await subscribe(one, 'btcusdt@bookTicker', 'btcusdt@trade')
    market.setBook(bitcoin, [['99.99', '1.5']], [['100.01', '2']])
    market.setBook(bitcoin, [['99.99', '1.5']], [['100.01', '2']])
    market.setBook(bitcoin, [['99.98', '1.5']], [['100.01', '2']])
    market.emit(aSimTrade({ instrument: bitcoin }))
    await one.wait({ e: 'trade' })
    const quotes = one.frames.filter(({ u }) => u !== undefined)
    expect(quotes).toEqual([
      {
        u: expect.any(Number) as number,
        s: 'BTCUSDT',
        b: '99.99000000',
        B: '1.50000000',
        a: '100.01000000',
        A: '2.00000000'
      },
      expect.objectContaining({ b: '99.98000000' })
    ])
    expect(Number(quotes[1]?.['u'])).toBeGreaterThan(Number(quotes[0]?.['u']))
  })
})

/** A book kept from a snapshot and changes, as the documents tell to. */
class KeptBook {
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()
  updateId: number

  constructor(snapshot: Json) {
    this.updateId = Number(snapshot['lastUpdateId'])
    apply(this.bids, snapshot['bids'] as SimLevel[])
    apply(this.asks, snapshot['asks'] as SimLevel[])
  }

  change({ u, b, a }: Json): void {
    apply(this.bids, b as SimLevel[])
    apply(this.asks, a as SimLevel[])
    this.updateId = Number(u)
  }

  top(levels: number): Json {
    const best = (side: Map<string, string>, sign: number) =>
      [...side].sort((left, right) => sign * (Number(left[0]) - Number(right[0]))).slice(0, levels)
    return {
      lastUpdateId: this.updateId,
      bids: best(this.bids, -1),
      asks: best(this.asks, 1)
    }
  }
}

function apply(side: Map<string, string>, levels: readonly SimLevel[]): void {
  for (const [price, size] of levels) {
    if (Number(size) === 0) side.delete(price)
    else side.set(price, size)
  }
}

describe('depth', () => {
  test('a kept book equals every partial book with the same update id', async () => {
    const { market, client, ask } = await binanceStand({ bookMs: { 100: 4, 1000: 1_000_000 } })
    const book = (step: number): [SimLevel[], SimLevel[]] => [
      Array.from(new Array(8).keys(), (at) => [`${100 - at - (step % 3)}.00`, `${step + at + 1}`]),
      Array.from(new Array(8).keys(), (at) => [`${105 + at + (step % 2)}.00`, `${step + 2}`])
    ]
    market.setBook(bitcoin, ...book(0))
    const one = await client('/stream?streams=btcusdt@depth@100ms/btcusdt@depth5@100ms')
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
    await one.wait({ id: 1 })
    market.setBook(bitcoin, ...book(1))
    await one.wait({ stream: 'btcusdt@depth@100ms' }, 1)
    const kept = new KeptBook((await (await ask('depth?symbol=BTCUSDT')).json()) as Json)
    for (let step = 2; step < 12; step += 1) {
      market.setBook(bitcoin, ...book(step))
      await one.wait({ stream: 'btcusdt@depth@100ms' }, step)
    }
    const changes = dataOf(one, 'btcusdt@depth@100ms')
    const partials = new Map(
      dataOf(one, 'btcusdt@depth5@100ms').map((partial) => [partial['lastUpdateId'], partial])
    )
    for (const [at, change] of changes.entries()) {
      if (at > 0) expect(change['U']).toBe(Number(changes[at - 1]?.['u']) + 1)
      if (Number(change['u']) <= kept.updateId) continue
      expect(Number(change['U'])).toBeLessThanOrEqual(kept.updateId + 1)
      kept.change(change)
      expect(kept.top(5)).toEqual(partials.get(change['u']))
    }
    expect(kept.updateId).toBe(changes.at(-1)?.['u'])
    expect(changes).toHaveLength(11)
  })
})

describe('kline', () => {
  test('tells the running candle and once more when it is closed, empty ones too', async () => {
    const { market, client } = await binanceStand({ klineMs: 2 })
    const minuteMs = 60_000
    const candle = { openMs: stubStartMs, open: 10, high: 12, low: 9, close: 11, volume: 2 }
    market.setCandles(bitcoin, minuteMs, [candle])
    market.emit(aSimTrade({ instrument: bitcoin, id: 5, price: 10, size: 1.5 }))
    market.emit(aSimTrade({ instrument: bitcoin, id: 6, price: 11, size: 0.5, takerSide: 'sell' }))
    const one = await client()
    await subscribe(one, 'btcusdt@kline_1m')
    await one.wait({ e: 'kline' })
    market.clockMs += 2 * minuteMs
    const klines = () => one.all({ e: 'kline' }).map(({ k }) => k as Json)
    await until(() => klines().filter(({ x }) => x === true).length === 2, 'two closed candles')
    const [closed, empty] = klines().filter(({ x }) => x === true)
    expect(klines()[0]).toMatchObject({ t: stubStartMs, x: false, L: 6 })
    expect(closed).toEqual({
      t: stubStartMs,
      T: stubStartMs + minuteMs - 1,
      s: 'BTCUSDT',
      i: '1m',
      f: 5,
      L: 6,
      o: '10.00000000',
      c: '11.00000000',
      h: '12.00000000',
      l: '9.00000000',
      v: '2.00000000',
      n: 2,
      x: true,
      q: '20.50000000',
      V: '1.50000000',
      Q: '15.00000000',
      B: '0'
    })
    expect(empty).toMatchObject({ t: stubStartMs + minuteMs, f: -1, L: -1, n: 0, o: '11.00000000' })
    expect(empty).toMatchObject({ h: '11.00000000', v: '0.00000000' })
  })

  test('has one-second candles', async () => {
    const { market, client } = await binanceStand({ secondKlineMs: 2 })
    market.setCandles(bitcoin, 1000, [
      { openMs: stubStartMs, open: 10, high: 12, low: 9, close: 11, volume: 0.5 }
    ])
    market.emit(aSimTrade({ instrument: bitcoin, id: 5, price: 11 }))
    const one = await client()
    await subscribe(one, 'btcusdt@kline_1s')
    const [first] = await one.wait({ e: 'kline' })
    expect(first?.['k']).toMatchObject({ i: '1s', T: stubStartMs + 999, n: 1, V: '0.50000000' })
  })
})

describe('miniTicker and ticker', () => {
  test('tell the last 24 hours after something traded', async () => {
    const { market, client } = await binanceStand({ tickerMs: 2 })
    const one = await client()
    await subscribe(one, 'btcusdt@miniTicker', 'btcusdt@ticker')
    market.emit(aSimTrade({ instrument: bitcoin, id: 200_000, price: 101 }))
    const [mini] = await one.wait({ e: '24hrMiniTicker' })
    const [full] = await one.wait({ e: '24hrTicker' })
    expect(mini).toMatchObject({
      s: 'BTCUSDT',
      c: '101.00000000',
      o: '98.00000000',
      h: '103.00000000',
      l: '97.00000000',
      v: '1234.50000000'
    })
    expect(full).toMatchObject({ c: '101.00000000', p: '3.00000000', P: '3.061', L: 200_000 })
    const { F, L, n } = full ?? {}
    expect(Number(L) - Number(F) + 1).toBe(n)
  })
})
