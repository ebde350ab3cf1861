import { describe, expect, test } from 'vitest'
import { binanceSpot } from '../../../src/venues/binance-spot/binance-spot.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { scriptedRest } from '../../support/scripted-rest.ts'
import { VenueError } from '../../../src/core/venue-error.ts'

const bitcoin = anInstrument({ venue: 'binance-spot', symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT' })

describe('binanceSpot.subscribe', () => {
  test('asks for trades, quotes and statistics in lower case', () => {
    expect(binanceSpot.subscribe([bitcoin], 7)).toEqual([
      {
        frame:
          '{"method":"SUBSCRIBE","params":["btcusdt@trade","btcusdt@bookTicker","btcusdt@miniTicker"],"id":7}',
        requestId: '7',
        instruments: ['binance-spot:BTC-USDT']
      }
    ])
  })

  test('splits long lists into messages of at most 100 streams, each instrument once', () => {
    const many = [...Array(100).keys()].map((n) =>
      anInstrument({ venue: 'binance-spot', symbol: `C${n}-USDT`, venueSymbol: `C${n}USDT` })
    )
    const requests = binanceSpot.subscribe(many, 1)
    expect(requests.map(({ requestId }) => requestId)).toEqual(['1', '2', '3', '4'])
    expect(requests.flatMap(({ instruments }) => instruments)).toEqual(many.map(({ id }) => id))
    for (const { frame } of requests) {
      const { params } = JSON.parse(frame) as { readonly params: readonly string[] }
      expect(params.length).toBeLessThanOrEqual(100)
    }
  })

  test('takes no more instruments on a connection than 1,024 streams allow', () => {
    expect(binanceSpot.limits.instrumentsPerConnection.most).toBe(341)
  })
})

describe('binanceSpot.unsubscribe', () => {
  test('names the same streams', () => {
    const [request] = binanceSpot.unsubscribe([bitcoin], 9)
    expect(request?.frame).toBe(
      '{"method":"UNSUBSCRIBE","params":["btcusdt@trade","btcusdt@bookTicker","btcusdt@miniTicker"],"id":9}'
    )
  })
})

// Shapes: protocols/binance-spot.md, "REST", read 2026-11-22.
const listed = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01000000', tickSize: '0.01000000' },
    { filterType: 'LOT_SIZE', minQty: '0.00001000', stepSize: '0.00001000' }
  ]
}

describe('binanceSpot.discover', () => {
  test('lists markets with their steps, state and turnover', async () => {
    const halted = { ...listed, symbol: 'OLDUSDT', baseAsset: 'OLD', status: 'BREAK', filters: [] }
    const { context } = scriptedRest(({ pathname }) =>
      pathname.endsWith('exchangeInfo')
        ? { body: { symbols: [listed, halted] } }
        : { body: [{ symbol: 'BTCUSDT', quoteVolume: '2400000000.5' }] }
    )
    expect(await binanceSpot.discover(context)).toEqual({
      instruments: [
        { ...bitcoin, quote: 'USDT', tickSize: 0.01, lotSize: 0.00001, turnover24h: 2400000000.5 },
        anInstrument({
          venue: 'binance-spot',
          symbol: 'OLD-USDT',
          venueSymbol: 'OLDUSDT',
          status: 'halted'
        })
      ],
      complete: true,
      problems: []
    })
  })

  test('lists markets without turnover when that cannot be had, and says so', async () => {
    const { context } = scriptedRest(({ pathname }) =>
      pathname.endsWith('exchangeInfo') ? { body: { symbols: [listed] } } : null
    )
    const { instruments, problems } = await binanceSpot.discover(context)
    expect(instruments).toMatchObject([{ symbol: 'BTC-USDT', turnover24h: null }])
    expect(problems).toHaveLength(1)
  })

  test('leaves out what cannot be read, and names it', async () => {
    const { context } = scriptedRest(() => ({ body: { symbols: [null, { symbol: 1 }, listed] } }))
    const { instruments, problems } = await binanceSpot.discover(context)
    expect(instruments).toHaveLength(1)
    expect(problems).toEqual([
      'symbol 0 cannot be read: left out',
      'symbol 1 cannot be read: left out'
    ])
  })

  test('fails when the answer is no list of markets', async () => {
    const { context } = scriptedRest(() => ({ body: { code: -1003, msg: 'Too much weight' } }))
    await expect(binanceSpot.discover(context)).rejects.toMatchObject({ code: 'venue-bad-answer' })
  })
})

describe('binanceSpot.fetchTimeMs', () => {
  test('reads the server time and nothing else', async () => {
    const good = scriptedRest(() => ({ body: { serverTime: 1795327200123 } }))
    expect(await binanceSpot.fetchTimeMs(good.context)).toBe(1795327200123)
    const bad = scriptedRest(() => ({ body: { serverTime: '1795327200123' } }))
    await expect(binanceSpot.fetchTimeMs(bad.context)).rejects.toBeInstanceOf(VenueError)
  })
})

describe('binanceSpot.fetchTradesById', () => {
  test('gives the newest page of the range, oldest first, in one request', async () => {
    const { context, asked } = historyOf(1, 5_000)
    const range = { fromId: 1_500, toId: 3_700 }
    const page = await binanceSpot.fetchTradesById(context, bitcoin, range)
    expect(page?.trades.map(({ id }) => id)).toEqual([...Array(1_000).keys()].map((n) => n + 2_701))
    expect(asked).toHaveLength(1)
    expect(page?.trades[0]).toMatchObject({
      instrument: 'binance-spot:BTC-USDT',
      eventMs: 1723161002701,
      price: 1.5,
      size: 0.25,
      side: 'sell'
    })
  })

  test('ends early where the venue has no more', async () => {
    const { context } = historyOf(10, 12)
    const range = { fromId: 11, toId: 99 }
    const page = await binanceSpot.fetchTradesById(context, bitcoin, range)
    expect(page?.trades.map(({ id }) => id)).toEqual([11, 12])
  })

  test('leaves out what the venue gives in place of trades it no longer has', async () => {
    const { context } = historyOf(98, 300)
    const range = { fromId: 1, toId: 100 }
    const page = await binanceSpot.fetchTradesById(context, bitcoin, range)
    expect(page?.trades.map(({ id }) => id)).toEqual([98, 99, 100])
  })

  test('hides nothing that should not be there: older ids, another order', async () => {
    const { context } = scriptedRest(() => ({ body: [aRestTrade(5), aRestTrade(4)] }))
    const page = await binanceSpot.fetchTradesById(context, bitcoin, { fromId: 5, toId: 5 })
    expect(page?.trades.map(({ id }) => id)).toEqual([5, 4])
  })

  test('tells how many rows cannot be read', async () => {
    const { context } = scriptedRest(() => ({
      body: [aRestTrade(5), { ...aRestTrade(6), qty: '0' }]
    }))
    const page = await binanceSpot.fetchTradesById(context, bitcoin, { fromId: 5, toId: 6 })
    expect(page).toMatchObject({ trades: [{ id: 5 }], unreadable: 1 })
  })
})

describe('binanceSpot.fetchRecentTrades', () => {
  test('gives the newest page, ascending', async () => {
    const { context, asked } = scriptedRest(() => ({ body: [aRestTrade(1), aRestTrade(2)] }))
    const page = await binanceSpot.fetchRecentTrades(context, bitcoin)
    expect(page?.trades.map(({ id }) => id)).toEqual([1, 2])
    await binanceSpot.fetchRecentTrades(context, bitcoin, 1)
    expect(asked).toEqual([
      'https://venue.test/api/v3/trades?symbol=BTCUSDT&limit=1000',
      'https://venue.test/api/v3/trades?symbol=BTCUSDT&limit=1'
    ])
  })
})

describe('binanceSpot.fetchCandles', () => {
  const minuteMs = 60_000
  const startMs = 1_800_000_000_000

  test('pages through the range and leaves out candles without a trade', async () => {
    const { context, asked } = scriptedRest((url) => {
      const from = Number(url.searchParams.get('startTime'))
      const to = Number(url.searchParams.get('endTime'))
      const rows = []
      for (let openMs = from; openMs <= to; openMs += minuteMs) {
        rows.push(aRow(openMs, (openMs / minuteMs) % 2 === 0 ? 3 : 0))
      }
      return { body: rows }
    })
    const candles = await binanceSpot.fetchCandles(context, {
      instrument: bitcoin,
      interval: '1m',
      fromMs: startMs,
      toMs: startMs + 1_500 * minuteMs
    })
    expect(asked).toHaveLength(2)
    expect(candles).toHaveLength(750)
    expect(candles?.[0]).toMatchObject({
      openMs: startMs,
      closeMs: startMs + minuteMs,
      open: 10,
      high: 12,
      low: 9,
      close: 11,
      volume: 5,
      buyVolume: 2,
      trades: 3,
      source: 'venue',
      state: 'refilled-candles'
    })
  })

  test('leaves out a candle that is still open at the end of the range', async () => {
    const { context } = scriptedRest(() => ({
      body: [aRow(startMs, 1), aRow(startMs + minuteMs, 1)]
    }))
    const candles = await binanceSpot.fetchCandles(context, {
      instrument: bitcoin,
      interval: '1m',
      fromMs: startMs,
      toMs: startMs + minuteMs + 30_000
    })
    expect(candles?.map(({ openMs }) => openMs)).toEqual([startMs])
  })

  test.each(['5s', '15s', '100t', '2w'])('serves no %s', async (interval) => {
    const { context, asked } = scriptedRest(() => null)
    const request = { instrument: bitcoin, interval, fromMs: startMs, toMs: startMs + minuteMs }
    expect(await binanceSpot.fetchCandles(context, request)).toBeNull()
    expect(asked).toEqual([])
  })

  test.each([
    ['a high below the close', [startMs, '10', '10', '9', '11', '5', 0, '50', 3, '2', '22', '0']],
    ['more bought than traded', [startMs, '10', '12', '9', '11', '5', 0, '50', 3, '6', '22', '0']],
    [
      'an open time off the minute',
      [startMs + 1, '10', '12', '9', '11', '5', 0, '50', 3, '2', '2', '0']
    ],
    ['no row', {}]
  ])('fails on %s', async (...[, row]) => {
    const { context } = scriptedRest(() => ({ body: [row] }))
    const request = {
      instrument: bitcoin,
      interval: '1m',
      fromMs: startMs,
      toMs: startMs + minuteMs
    }
    await expect(binanceSpot.fetchCandles(context, request)).rejects.toMatchObject({
      code: 'venue-bad-answer'
    })
  })
})

function aRow(openMs: number, trades: number) {
  const volume = trades === 0 ? '0.00000000' : '5.00000000'
  const bought = trades === 0 ? '0.00000000' : '2.00000000'
  return [openMs, '10', '12', '9', '11', volume, openMs + 59_999, '50', trades, bought, '22', '0']
}

function historyOf(firstId: number, lastId: number) {
  return scriptedRest(({ searchParams }) => {
    const from = Math.max(firstId, Number(searchParams.get('fromId')))
    const limit = Number(searchParams.get('limit'))
    const count = Math.max(0, Math.min(limit, lastId - from + 1))
    return { body: [...Array(count).keys()].map((n) => aRestTrade(from + n)) }
  })
}

function aRestTrade(id: number) {
  return {
    id,
    price: '1.50000000',
    qty: '0.25000000',
    quoteQty: '0.37500000',
    time: 1723161000000 + id,
    isBuyerMaker: true,
    isBestMatch: true
  }
}
