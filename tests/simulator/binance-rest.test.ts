import { describe, expect, test } from 'vitest'
import { binanceStand, type BinanceStand } from '../support/binance-stand.ts'
import { aSimTrade, stubStartMs } from '../support/stub-market.ts'

const bitcoin = 'binance-spot:BTC-USDT' as const
const minuteMs = 60_000

async function bodyOf(stand: BinanceStand, question: string): Promise<unknown> {
  const answer = await stand.ask(question)
  return answer.json()
}

describe('trades', () => {
  test('come oldest first, the newest or from an id on', async () => {
    const stand = await binanceStand()
    for (let id = 101; id <= 105; id += 1) {
      const takerSide = id === 105 ? 'sell' : 'buy'
      stand.market.emit(aSimTrade({ instrument: bitcoin, id, price: id, takerSide }))
    }
    const newest = (await bodyOf(stand, 'trades?symbol=BTCUSDT&limit=2')) as { id: number }[]
    expect(newest.map(({ id }) => id)).toEqual([104, 105])
    expect(newest[1]).toEqual({
      id: 105,
      price: '105.00000000',
      qty: '0.50000000',
      quoteQty: '52.50000000',
      time: stubStartMs + 105,
      isBuyerMaker: true,
      isBestMatch: true
    })
    const idsFrom = async (query: string) => {
      const page = await bodyOf(stand, `historicalTrades?symbol=BTCUSDT&${query}`)
      return (page as { id: number }[]).map(({ id }) => id)
    }
    expect(await idsFrom('fromId=102&limit=3')).toEqual([102, 103, 104])
    expect(await idsFrom('fromId=104')).toEqual([104, 105])
    expect(await idsFrom('fromId=1&limit=2')).toEqual([101, 102])
    expect(await idsFrom('fromId=106')).toEqual([])
    expect(await idsFrom('limit=1')).toEqual([105])
  })

  test('come aggregated as the stream tells them', async () => {
    const stand = await binanceStand()
    const one = await stand.client('/ws/btcusdt@aggTrade')
    one.send({ method: 'LIST_SUBSCRIPTIONS', id: 1 })
    await one.wait({ id: 1 })
    for (const id of [1, 2, 3, 4]) {
      const eventMs = stubStartMs + Math.floor(id / 2)
      stand.market.emit(aSimTrade({ instrument: bitcoin, id, eventMs }))
    }
    const told = await one.wait({ e: 'aggTrade' }, 3)
    const asStream = told.map(({ a, p, q, f, l, T, m, M }) => ({ a, p, q, f, l, T, m, M }))
    expect(asStream.map(({ f, l }) => [f, l])).toEqual([
      [1, 1],
      [2, 3],
      [4, 4]
    ])
    const ask = (query: string) => bodyOf(stand, `aggTrades?symbol=BTCUSDT&${query}`)
    expect(await ask('limit=1000')).toEqual(asStream)
    expect(await ask(`fromId=${String(told[1]?.['a'])}&limit=1`)).toEqual(asStream.slice(1, 2))
    expect(await ask(`startTime=${stubStartMs + 1}&endTime=${stubStartMs + 1}`)).toEqual(
      asStream.slice(1, 2)
    )
    expect(await ask('fromId=1&startTime=1')).toMatchObject({ code: -1128 })
  })
})

describe('klines', () => {
  async function candleStand(): Promise<BinanceStand> {
    const stand = await binanceStand()
    const candle = (openMs: number, close: number) => ({
      openMs,
      open: 10,
      high: 12,
      low: 9,
      close,
      volume: 2
    })
    stand.market.setCandles(bitcoin, minuteMs, [
      candle(stubStartMs - 3 * minuteMs, 11),
      candle(stubStartMs, 10.5)
    ])
    stand.market.clockMs = stubStartMs + 1000
    return stand
  }

  test('come oldest first, empty minutes with volume 0 at the price before, the open one last', async () => {
    const stand = await candleStand()
    const rows = (await bodyOf(stand, 'klines?symbol=BTCUSDT&interval=1m')) as unknown[][]
    expect(rows.map(([openMs]) => openMs)).toEqual(
      [-3, -2, -1, 0].map((minutes) => stubStartMs + minutes * minuteMs)
    )
    const flat = '11.00000000'
    expect(rows[1]).toEqual([
      stubStartMs - 2 * minuteMs,
      flat,
      flat,
      flat,
      flat,
      '0.00000000',
      stubStartMs - minuteMs - 1,
      '0.00000000',
      0,
      '0.00000000',
      '0.00000000',
      '0'
    ])
    expect(rows[3]?.slice(1, 6)).toEqual([
      '10.00000000',
      '12.00000000',
      '9.00000000',
      '10.50000000',
      '2.00000000'
    ])
  })

  test('know the trades of every candle that was seen', async () => {
    const stand = await candleStand()
    stand.market.emit(aSimTrade({ instrument: bitcoin, id: 1, price: 10, size: 1.5 }))
    const sold = { price: 10.5, size: 0.5, takerSide: 'sell' } as const
    stand.market.emit(aSimTrade({ instrument: bitcoin, id: 2, ...sold }))
    const rows = (await bodyOf(stand, 'klines?symbol=BTCUSDT&interval=1m&limit=1')) as unknown[][]
    expect(rows[0]?.slice(7)).toEqual(['20.25000000', 2, '1.50000000', '15.00000000', '0'])
  })

  test('page forward from a start, back from an end', async () => {
    const stand = await candleStand()
    const opens = async (query: string) => {
      const rows = await bodyOf(stand, `klines?symbol=BTCUSDT&interval=1m&${query}`)
      return (rows as number[][]).map(([openMs = 0]) => (openMs - stubStartMs) / minuteMs)
    }
    const at = (minutes: number) => stubStartMs + minutes * minuteMs
    expect(await opens(`startTime=${at(-3)}&limit=2`)).toEqual([-3, -2])
    expect(await opens(`startTime=${at(-3) + 1}`)).toEqual([-2, -1, 0])
    expect(await opens(`endTime=${at(-1)}&limit=2`)).toEqual([-2, -1])
    expect(await opens(`startTime=${at(-2)}&endTime=${at(-1) - 1}`)).toEqual([-2])
    expect(await opens(`startTime=${at(1)}`)).toEqual([])
  })

  test('are cut by weeks from Monday, by months, and by the day of another zone', async () => {
    const stand = await binanceStand()
    const dayMs = 86_400_000
    const hour = (openMs: number) => ({
      openMs,
      open: 10,
      high: 12,
      low: 9,
      close: 11,
      volume: 1
    })
    const wednesday = Date.UTC(2026, 8, 2)
    stand.market.setCandles(bitcoin, dayMs, [hour(wednesday)])
    stand.market.setCandles(bitcoin, 3_600_000, [hour(wednesday)])
    const openOf = async (query: string) => {
      const rows = await bodyOf(stand, `klines?symbol=BTCUSDT&limit=1&${query}`)
      return new Date((rows as number[][])[0]?.[0] ?? 0).toISOString()
    }
    expect(await openOf('interval=1w')).toBe('2026-08-31T00:00:00.000Z')
    expect(await openOf('interval=1M')).toBe('2026-09-01T00:00:00.000Z')
    expect(await openOf('interval=1d&timeZone=8')).toBe('2026-09-01T16:00:00.000Z')
  })
})

describe('exchangeInfo', () => {
  test('lists symbols with steps and status, all or some', async () => {
    const stand = await binanceStand()
    type Info = { readonly symbols: readonly Record<string, unknown>[] }
    const listed = async (query = '') =>
      ((await bodyOf(stand, `exchangeInfo${query}`)) as Info).symbols
    const all = await listed('?permissions=SPOT')
    expect(all.map(({ symbol, status }) => [symbol, status])).toEqual([
      ['BTCUSDT', 'TRADING'],
      ['ETHUSDT', 'TRADING'],
      ['OLDUSDT', 'BREAK']
    ])
    expect(all[1]?.['filters']).toContainEqual(
      expect.objectContaining({ filterType: 'LOT_SIZE', stepSize: '0.00010000' })
    )
    expect(await listed('?symbolStatus=BREAK')).toHaveLength(1)
    expect(await listed('?symbol=ETHUSDT')).toHaveLength(1)
    expect(await listed('?symbols=["BTCUSDT","ETHUSDT"]')).toHaveLength(2)
    expect(await listed('?permissions=LEVERAGED')).toEqual([])
  })
})

describe('questions', () => {
  test.each([
    ['klines?interval=1m', -1102],
    ['klines?symbol=NOUSDT&interval=1m', -1121],
    ['klines?symbol=BTCUSDT&interval=2m', -1120],
    ['klines?symbol=BTCUSDT&interval=1m&startTime=soon', -1100],
    ['klines?symbol=BTCUSDT&interval=1m&timeZone=99', -1100],
    ['trades?symbol=btcusdt', -1121],
    ['trades?symbol=BTCUSDT&limit=0', -1130],
    ['ticker/24hr?symbols=["BTCUSDT","NOUSDT"]', -1121]
  ])('that cannot be answered get 400 and the code: %s', async (question, code) => {
    const { ask } = await binanceStand()
    const answer = await ask(question)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code, msg: expect.any(String) as string })
  })

  test('nobody has heard of get 404', async () => {
    const { ask } = await binanceStand()
    expect((await ask('account')).status).toBe(404)
    expect((await ask('constructor')).status).toBe(404)
  })

  test.each([
    ['time', 1],
    ['exchangeInfo', 20],
    ['depth?symbol=BTCUSDT', 5],
    ['depth?symbol=BTCUSDT&limit=1000', 50],
    ['depth?symbol=BTCUSDT&limit=5000', 250],
    ['trades?symbol=BTCUSDT', 25],
    ['historicalTrades?symbol=BTCUSDT&fromId=1', 25],
    ['aggTrades?symbol=BTCUSDT', 4],
    ['klines?symbol=BTCUSDT&interval=1m', 2],
    ['ticker/24hr?type=MINI', 80],
    ['ticker/24hr?symbol=BTCUSDT', 2]
  ])('cost what the documents say: %s', async (question, weight) => {
    const { ask } = await binanceStand()
    const answer = await ask(question)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-mbx-used-weight-1m')).toBe(String(weight))
  })

  test('beyond the weight of a minute get 429, and 418 for who goes on', async () => {
    const { ask, server } = await binanceStand({
      weightPerMinute: 45,
      ban: { strikes: 3, withinMs: 60_000, firstMs: 120_000, mostMs: 120_000 }
    })
    expect((await ask('exchangeInfo')).status).toBe(200)
    expect((await ask('exchangeInfo')).status).toBe(200)
    const limited = await ask('exchangeInfo')
    expect(limited.status).toBe(429)
    expect(Number(limited.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await limited.json()).toMatchObject({ code: -1003 })
    expect((await ask('time')).status).toBe(429)
    const banned = await ask('time')
    expect(banned.status).toBe(418)
    expect(banned.headers.get('retry-after')).toBe('120')
    expect(server.breaches()).toMatchObject({ requests: 3, bans: 1 })
  })
})
