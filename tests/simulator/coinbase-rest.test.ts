import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCoinbaseServer } from '../../src/simulator/coinbase/server.ts'
import type { LimitedVenueServer } from '../../src/simulator/http/breaches.ts'
import { noFaults } from '../support/no-faults.ts'
import { RecordedTruth } from '../support/recorded-truth.ts'
import { aSimInstrument, aSimTrade, StubMarket, stubStartMs } from '../support/stub-market.ts'

const market = new StubMarket([
  aSimInstrument('coinbase', 'BTC'),
  aSimInstrument('coinbase', 'SHIB', { priceDigits: 8, sizeDigits: 0 }),
  aSimInstrument('coinbase', 'OLD', { trading: false })
])
let server: LimitedVenueServer

beforeAll(async () => {
  for (let id = 1; id <= 2500; id += 1) {
    market.emit(aSimTrade({ id, takerSide: id % 2 === 0 ? 'buy' : 'sell' }))
  }
  server = await startCoinbaseServer({
    market,
    truth: new RecordedTruth(),
    faults: noFaults,
    port: 0,
    tuning: { requests: { perSecond: 1000, burst: 1000, ban: null } }
  })
})
afterAll(() => server.close())

async function get(path: string): Promise<{ status: number; body: unknown; headers: Headers }> {
  const answer = await fetch(server.restUrl + path)
  return { status: answer.status, body: await answer.json(), headers: answer.headers }
}

type Trade = { readonly trade_id: number; readonly side: string }

async function tradeIds(query: string): Promise<number[]> {
  const { body } = await get(`/products/BTC-USD/trades${query}`)
  return (body as Trade[]).map((trade) => trade.trade_id)
}

describe('products', () => {
  test('list increments from the digits, and what no longer trades', async () => {
    const { body } = await get('/products')
    expect(body).toMatchObject([
      {
        id: 'BTC-USD',
        base_currency: 'BTC',
        quote_currency: 'USD',
        quote_increment: '0.01',
        base_increment: '0.00000001',
        status: 'online',
        trading_disabled: false
      },
      { id: 'SHIB-USD', quote_increment: '0.00000001', base_increment: '1' },
      { id: 'OLD-USD', status: 'delisted', trading_disabled: true }
    ])
  })

  test('show one, or say that there is none', async () => {
    expect(await get('/products/BTC-USD')).toMatchObject({ status: 200, body: { id: 'BTC-USD' } })
    const missing = { status: 404, body: { message: 'NotFound' } }
    expect(await get('/products/NO-USD')).toMatchObject(missing)
    expect(await get('/products/NO-USD/trades')).toMatchObject(missing)
    expect(await get('/products/BTC-USD/nothing')).toMatchObject(missing)
    expect(await get('/nothing')).toMatchObject(missing)
  })

  test('tell volumes of all in one answer', async () => {
    const { body } = await get('/products/volume-summary')
    expect(body).toMatchObject([
      { id: 'BTC-USD', spot_volume_24hour: '1234.50000000' },
      { id: 'SHIB-USD' },
      { id: 'OLD-USD' }
    ])
  })
})

describe('trades', () => {
  test('come newest first, a thousand at most, with cursors of the page', async () => {
    const { body, headers } = await get('/products/BTC-USD/trades?limit=5000')
    const trades = body as Trade[]
    expect(trades).toHaveLength(1000)
    expect(trades[0]).toEqual({
      trade_id: 2500,
      side: 'sell',
      size: '0.50000000',
      price: '100.00',
      time: '2026-09-02T07:44:02.500000Z'
    })
    expect(trades[1]?.side).toBe('buy')
    expect(headers.get('cb-before')).toBe('2500')
    expect(headers.get('cb-after')).toBe('1501')
  })

  test('walk back to the first by following the older cursor', async () => {
    const ids: number[] = []
    let query = '?limit=700'
    for (;;) {
      const { body, headers } = await get(`/products/BTC-USD/trades${query}`)
      ids.push(...(body as Trade[]).map((trade) => trade.trade_id))
      const after = headers.get('cb-after')
      if (after === null) break
      query = `?limit=700&after=${after}`
    }
    expect(ids).toEqual([...new Array(2500).keys()].map((at) => 2500 - at))
  })

  test('bound the newest page from below, which is no walk', async () => {
    expect(await tradeIds('?before=2497')).toEqual([2500, 2499, 2498])
    expect((await tradeIds('?before=10&limit=3')).at(0)).toBe(2500)
    expect(await tradeIds('?before=10&after=14')).toEqual([13, 12, 11])
    expect(await tradeIds('?before=2500')).toEqual([])
  })

  test.each(['limit=0', 'limit=x', 'after=x', 'before=x'])('refuse %s', async (query) => {
    expect((await get(`/products/BTC-USD/trades?${query}`)).status).toBe(400)
  })
})

describe('candles', () => {
  const minute = 60_000
  beforeAll(() => {
    market.clockMs = stubStartMs + 400 * minute
    market.setCandles(
      'coinbase:BTC-USD',
      minute,
      [0, 1, 3, 300, 399].map((at) => ({
        openMs: stubStartMs + at * minute,
        open: 10 + at,
        high: 12 + at,
        low: 9 + at,
        close: 11 + at,
        volume: 0.1 + 0.2
      }))
    )
  })

  function url(fromMinute: number, toMinute: number): string {
    const start = stubStartMs / 1000 + fromMinute * 60
    const end = new Date(stubStartMs + toMinute * minute).toISOString()
    return `/products/BTC-USD/candles?granularity=60&start=${start}&end=${end}`
  }

  test('are rows of time, low, high, open, close, volume, newest first, without the empty', async () => {
    const seconds = stubStartMs / 1000
    expect((await get(url(0, 5))).body).toEqual([
      [seconds + 180, 12, 15, 13, 14, 0.3],
      [seconds + 60, 10, 13, 11, 12, 0.3],
      [seconds, 9, 12, 10, 11, 0.3]
    ])
  })

  test('reach over three hundred intervals and no more', async () => {
    expect((await get(url(0, 300))).body).toHaveLength(4)
    expect(await get(url(0, 301))).toMatchObject({
      status: 400,
      body: {
        message:
          'granularity too small for the requested time range. Count of aggregations requested exceeds 300'
      }
    })
  })

  test('are the newest where an end is missing', async () => {
    const { body } = await get(`/products/BTC-USD/candles?granularity=60&start=${stubStartMs}`)
    expect(body).toHaveLength(2)
  })

  test.each(['granularity=61', 'granularity=60&start=x&end=y', 'granularity=60&start=9&end=5'])(
    'refuse %s',
    async (query) => {
      expect((await get(`/products/BTC-USD/candles?${query}`)).status).toBe(400)
    }
  )
})

describe('the rest', () => {
  test('tells the time as text and as seconds', async () => {
    market.clockMs = stubStartMs + 250.4
    expect((await get('/time')).body).toEqual({
      iso: '2026-09-02T07:44:00.250Z',
      epoch: stubStartMs / 1000 + 0.25
    })
  })

  test('shows the best level, or the whole book', async () => {
    market.setBook(
      'coinbase:BTC-USD',
      [
        ['100.00', '1'],
        ['99.00', '2']
      ],
      [['101.00', '3']]
    )
    const best = await get('/products/BTC-USD/book')
    expect(best.body).toMatchObject({ bids: [['100.00', '1', 1]], asks: [['101.00', '3', 1]] })
    const whole = await get('/products/BTC-USD/book?level=2')
    expect(whole.body).toMatchObject({
      bids: [
        ['100.00', '1', 1],
        ['99.00', '2', 1]
      ]
    })
    expect((await get('/products/BTC-USD/book?level=9')).status).toBe(400)
  })
})
