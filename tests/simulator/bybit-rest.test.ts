import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBybitServer } from '../../src/simulator/bybit/server.ts'
import type { LimitedVenueServer } from '../../src/simulator/http/breaches.ts'
import { noFaults } from '../support/no-faults.ts'
import { RecordedTruth } from '../support/recorded-truth.ts'
import { aSimInstrument, aSimTrade, StubMarket, stubStartMs } from '../support/stub-market.ts'

const linear = 'bybit-linear:BTC-USDT' as const
const spot = 'bybit-spot:BTC-USDT' as const
const minute = 60_000
const market = new StubMarket([
  aSimInstrument('bybit-linear', 'BTC', { sizeDigits: 3 }),
  aSimInstrument('bybit-linear', 'ADA'),
  aSimInstrument('bybit-linear', 'ETH'),
  aSimInstrument('bybit-linear', 'OLD', { trading: false }),
  aSimInstrument('bybit-spot', 'BTC'),
  aSimInstrument('bybit-spot', 'ETH')
])
let server: LimitedVenueServer

beforeAll(async () => {
  for (let id = 1; id <= 1200; id += 1) {
    market.emit(aSimTrade({ instrument: linear, id }))
    market.emit(
      aSimTrade({ instrument: spot, id, textId: String(2_280_000_000_000_000_000n + BigInt(id)) })
    )
  }
  market.clockMs = stubStartMs + 10.5 * minute
  const volume = 0.1 + 0.2
  market.setCandles(
    linear,
    minute,
    [0, 1, 4, 10].map((at) => ({
      openMs: stubStartMs + at * minute,
      open: 10 + at,
      high: 12 + at,
      low: 9 + at,
      close: 11 + at,
      volume
    }))
  )
  server = await startBybitServer({
    market,
    truth: new RecordedTruth(),
    faults: noFaults,
    port: 0,
    category: 'linear'
  })
})
afterAll(() => server.close())

type Envelope = {
  readonly retCode: number
  readonly retMsg: string
  readonly result: { readonly list: unknown[]; readonly nextPageCursor?: string }
  readonly time: number
}

async function get(path: string): Promise<Envelope> {
  const answer = await fetch(`${server.restUrl}/v5/market/${path}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Envelope
}

async function list(path: string): Promise<unknown[]> {
  const { retCode, result } = await get(path)
  expect(retCode).toBe(0)
  return result.list
}

describe('the envelope', () => {
  test('holds result and time, with the limit in headers', async () => {
    const answer = await fetch(`${server.restUrl}/v5/market/time`)
    expect(answer.headers.get('x-bapi-limit')).toBe('600')
    expect(Number(answer.headers.get('x-bapi-limit-status'))).toBeLessThan(600)
    const body = (await answer.json()) as Envelope
    expect(Object.keys(body)).toEqual(['retCode', 'retMsg', 'result', 'retExtInfo', 'time'])
    expect(body).toEqual({
      retCode: 0,
      retMsg: 'OK',
      result: {
        timeSecond: String(Math.floor(market.clockMs / 1000)),
        timeNano: `${market.clockMs}000000`
      },
      retExtInfo: {},
      time: market.clockMs
    })
  })

  test.each([
    'kline?category=linear&symbol=NOUSDT&interval=1',
    'kline?category=linear&symbol=BTCUSDT&interval=2',
    'kline?category=linear&symbol=BTCUSDT&interval=1&start=x',
    'kline?symbol=BTCUSDT&interval=1',
    'recent-trade?category=moon&symbol=BTCUSDT',
    'open-interest?category=linear&symbol=BTCUSDT&intervalTime=2min',
    'open-interest?category=spot&symbol=BTCUSDT&intervalTime=5min'
  ])('says 10001 with status 200 for %s', async (path) => {
    expect((await get(path)).retCode).toBe(10001)
  })

  test('is missing where there is no such path', async () => {
    expect((await fetch(`${server.restUrl}/v5/market/nothing?category=spot`)).status).toBe(404)
  })
})

describe('instruments-info', () => {
  test('pages linear by symbol until the cursor is empty', async () => {
    const symbols: string[] = []
    let cursor = ''
    let pages = 0
    do {
      const path = `instruments-info?category=linear&limit=2&cursor=${encodeURIComponent(cursor)}`
      const { result } = await get(path)
      symbols.push(...(result.list as { readonly symbol: string }[]).map((one) => one.symbol))
      cursor = result.nextPageCursor ?? ''
      pages += 1
    } while (cursor !== '' && pages < 9)
    expect(symbols).toEqual(['ADAUSDT', 'BTCUSDT', 'ETHUSDT'])
    expect(pages).toBe(2)
  })

  test('gives spot in one piece without a cursor', async () => {
    const { result } = await get('instruments-info?category=spot&limit=1')
    expect(result.list).toHaveLength(2)
    expect(result).not.toHaveProperty('nextPageCursor')
  })

  test('finds by symbol, and the closed by status', async () => {
    expect(await list('instruments-info?category=linear&symbol=BTCUSDT')).toMatchObject([
      { symbol: 'BTCUSDT', priceFilter: { tickSize: '0.01' }, lotSizeFilter: { qtyStep: '0.001' } }
    ])
    expect(await list('instruments-info?category=linear&status=Closed')).toMatchObject([
      { symbol: 'OLDUSDT', status: 'Closed' }
    ])
  })
})

describe('kline', () => {
  test('gives newest first without holes: where nothing traded, the last price stands', async () => {
    const rows = await list('kline?category=linear&symbol=BTCUSDT&interval=1&limit=4')
    expect(rows).toEqual([
      [String(stubStartMs + 10 * minute), '20', '22', '19', '21', '0.3', '6.15'],
      [String(stubStartMs + 9 * minute), '15', '15', '15', '15', '0', '0'],
      [String(stubStartMs + 8 * minute), '15', '15', '15', '15', '0', '0'],
      [String(stubStartMs + 7 * minute), '15', '15', '15', '15', '0', '0']
    ])
  })

  test('has nothing before the first trade', async () => {
    expect(await list('kline?category=linear&symbol=BTCUSDT&interval=1&limit=1000')).toHaveLength(
      11
    )
  })

  test('begins at a start alone, and ends at an end', async () => {
    const opens = async (range: string) =>
      (await list(`kline?category=linear&symbol=BTCUSDT&interval=1&limit=2${range}`)).map(
        (row) => (Number((row as string[])[0]) - stubStartMs) / minute
      )
    expect(await opens(`&start=${stubStartMs}`)).toEqual([1, 0])
    expect(await opens(`&start=${stubStartMs + 1}`)).toEqual([2, 1])
    expect(await opens(`&end=${stubStartMs + 4 * minute}`)).toEqual([4, 3])
    expect(await opens(`&start=${stubStartMs}&end=${stubStartMs + 5 * minute}`)).toEqual([5, 4])
    expect(
      await opens(`&start=${stubStartMs + 5 * minute}&end=${stubStartMs + 5 * minute}`)
    ).toEqual([5])
  })

  test('starts weeks on Monday and months on the first', async () => {
    const day = 86_400_000
    const today = Math.floor(stubStartMs / day) * day
    market.setCandles(
      linear,
      day,
      [today - 3 * day, today - 2 * day, today].map((openMs, at) => ({
        openMs,
        open: at,
        high: at + 9,
        low: at,
        close: at + 1,
        volume: 1
      }))
    )
    const weeks = await list('kline?category=linear&symbol=BTCUSDT&interval=W&limit=2')
    expect(weeks.map((row) => (row as string[]).slice(0, 6))).toEqual([
      [String(Date.UTC(2026, 7, 31)), '1', '11', '1', '3', '2'],
      [String(Date.UTC(2026, 7, 24)), '0', '9', '0', '1', '1']
    ])
    const months = await list('kline?category=linear&symbol=BTCUSDT&interval=M&limit=2')
    expect(months.map((row) => (row as string[])[0])).toEqual([
      String(Date.UTC(2026, 8, 1)),
      String(Date.UTC(2026, 7, 1))
    ])
  })
})

describe('recent-trade', () => {
  test('has windows of 60 on spot, 500 to 1000 on linear', async () => {
    expect(await list('recent-trade?category=spot&symbol=BTCUSDT&limit=500')).toHaveLength(60)
    expect(await list('recent-trade?category=linear&symbol=BTCUSDT')).toHaveLength(500)
    expect(await list('recent-trade?category=linear&symbol=BTCUSDT&limit=5000')).toHaveLength(1000)
    const [newest] = await list('recent-trade?category=spot&symbol=BTCUSDT&limit=1')
    expect(newest).toMatchObject({
      execId: '2280000000000001200',
      side: 'Buy',
      time: String(stubStartMs + 1200),
      isBlockTrade: false
    })
  })
})

describe('current values', () => {
  test('of open interest come newest first, in pages', async () => {
    const stamps: number[] = []
    let cursor = ''
    for (let page = 0; page < 3; page += 1) {
      const path = `open-interest?category=linear&symbol=BTCUSDT&intervalTime=1h&limit=5&cursor=${cursor}`
      const { result } = await get(path)
      stamps.push(...result.list.map((row) => Number((row as { timestamp: string }).timestamp)))
      cursor = result.nextPageCursor ?? ''
    }
    const newest = Math.floor(market.clockMs / 3_600_000) * 3_600_000
    expect(stamps).toEqual([...new Array(15).keys()].map((at) => newest - at * 3_600_000))
  })

  test('of tickers hold bid and ask in both categories', async () => {
    expect(await list('tickers?category=spot&symbol=BTCUSDT')).toMatchObject([
      { bid1Price: '99.99' }
    ])
    const rows = await list('tickers?category=linear')
    expect(rows).toMatchObject([{ symbol: 'BTCUSDT', ask1Price: '100.01' }, {}, {}])
    expect(rows[0]).not.toHaveProperty('tickDirection')
  })

  test('of the book go as deep as asked', async () => {
    const answer = await get('orderbook?category=linear&symbol=BTCUSDT&limit=1')
    expect(answer.result).toMatchObject({ s: 'BTCUSDT', b: [['99.99', '1.00000000']] })
  })

  test('of categories that are not sold here are empty', async () => {
    expect(await list('instruments-info?category=inverse')).toEqual([])
  })
})

test('whoever breaks the request limit is shut out with 403', async () => {
  const strict = await startBybitServer({
    market,
    truth: new RecordedTruth(),
    faults: noFaults,
    port: 0,
    category: 'spot',
    tuning: {
      requests: {
        perSecond: 0.001,
        burst: 3,
        ban: { breaches: 1, withinMs: 5000, forMs: 600_000 }
      }
    }
  })
  const statuses: number[] = []
  for (let at = 0; at < 5; at += 1) {
    statuses.push((await fetch(`${strict.restUrl}/v5/market/time`)).status)
  }
  expect(statuses).toEqual([200, 200, 200, 403, 403])
  expect(strict.breaches()).toMatchObject({ requests: 2, bans: 1 })
  await strict.close()
})
