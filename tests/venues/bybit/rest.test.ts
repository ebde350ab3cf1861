import { describe, expect, test } from 'vitest'
import { bybitLinear, bybitSpot } from '../../../src/venues/bybit/bybit.ts'
import { VenueError } from '../../../src/core/venue-error.ts'
import { scriptedRest } from '../../support/scripted-rest.ts'
import { linearBtc, spotBtc } from './frames.ts'

// Shapes: bybit-v5.md, REST.
const perpetual = {
  symbol: 'BTCUSDT',
  contractType: 'LinearPerpetual',
  status: 'Trading',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  deliveryTime: '0',
  priceFilter: { tickSize: '0.10' },
  lotSizeFilter: { qtyStep: '0.001' }
}

describe('discover', () => {
  test('walks the pages of linear and spells perpetuals and futures', async () => {
    const pages = [
      [perpetual, { ...perpetual, symbol: 'BTCPERP', quoteCoin: 'USDC', status: 'PreLaunch' }],
      [
        { ...perpetual, symbol: 'BTCUSDT-26DEC26', contractType: 'LinearFutures' },
        {
          ...perpetual,
          symbol: 'BTC-25DEC26',
          quoteCoin: 'USDC',
          contractType: 'LinearFutures',
          status: 'Closed'
        },
        { ...perpetual, symbol: 'BTCX', contractType: 'Strange' }
      ]
    ]
    const rest = scriptedRest(({ pathname, searchParams }) => {
      if (pathname === '/v5/market/tickers') {
        return answer({ list: [{ symbol: 'BTCUSDT', turnover24h: '800000000.5' }, null] })
      }
      const page = searchParams.get('cursor') === 'second&' ? 1 : 0
      return answer({ list: pages[page], nextPageCursor: page === 0 ? 'second&' : '' })
    })
    const { instruments, complete, problems } = await bybitLinear.discover(rest.context)
    expect(instruments.map(({ id, status }) => [id, status])).toEqual([
      ['bybit-linear:BTC-USDT', 'trading'],
      ['bybit-linear:BTC-USDC', 'halted'],
      ['bybit-linear:BTC-USDT-26DEC26', 'trading'],
      ['bybit-linear:BTC-USDC-25DEC26', 'delisted']
    ])
    expect(instruments[0]).toMatchObject({
      venueSymbol: 'BTCUSDT',
      tickSize: 0.1,
      lotSize: 0.001,
      turnover24h: 800_000_000.5
    })
    expect({ complete, problems }).toEqual({
      complete: true,
      problems: ['instrument 4 cannot be read: left out']
    })
    expect(new URL(rest.asked[0] ?? '').search).toBe('?category=linear&limit=1000')
  })

  test('gives what it has when a later page fails', async () => {
    const { context } = scriptedRest(({ pathname, searchParams }) =>
      pathname !== '/v5/market/tickers' && searchParams.get('cursor') === null
        ? answer({ list: [perpetual], nextPageCursor: 'next' })
        : null
    )
    const { instruments, complete, problems } = await bybitLinear.discover(context)
    expect(instruments.map(({ id }) => id)).toEqual(['bybit-linear:BTC-USDT'])
    expect(complete).toBe(false)
    expect(problems).toHaveLength(2)
  })

  test('stops where a cursor leads round in a circle', async () => {
    const rest = scriptedRest(() => answer({ list: [], nextPageCursor: 'same' }))
    expect((await bybitLinear.discover(rest.context)).complete).toBe(false)
    expect(rest.asked.filter((url) => url.includes('instruments-info'))).toHaveLength(2)
  })

  test('reads spot, which is not paged and has its own step of size', async () => {
    const { context } = scriptedRest(() =>
      answer({
        list: [
          {
            symbol: 'BTCUSDT',
            baseCoin: 'BTC',
            quoteCoin: 'USDT',
            status: 'Trading',
            priceFilter: { tickSize: '0.01' },
            lotSizeFilter: { basePrecision: '0.000001' }
          }
        ]
      })
    )
    expect((await bybitSpot.discover(context)).instruments).toEqual([
      {
        id: 'bybit-spot:BTC-USDT',
        venue: 'bybit-spot',
        symbol: 'BTC-USDT',
        venueSymbol: 'BTCUSDT',
        base: 'BTC',
        quote: 'USDT',
        tickSize: 0.01,
        lotSize: 0.000001,
        calendar: null,
        status: 'trading',
        turnover24h: null
      }
    ])
  })
})

describe('the envelope', () => {
  test.each([
    [10_006, 'Too many visits!', 'venue-rate-limited', 'after'],
    [10_429, 'System level frequency protection', 'venue-rate-limited', 'after'],
    [10_016, 'Server error', 'venue-unreachable', 'after'],
    [10_001, 'params error: symbol invalid', 'venue-unknown-instrument', 'never'],
    [10_001, 'params error: limit', 'venue-refused', 'never']
  ])('of code %i (%s) is %s', async (retCode, retMsg, code, retry) => {
    const body = { retCode, retMsg, result: {}, retExtInfo: {}, time: 1 }
    const { context } = scriptedRest(() => ({ body }))
    const toMs = 60_000
    const request = { instrument: linearBtc, interval: '1m', fromMs: 0, toMs }
    await expect(bybitLinear.fetchTimeMs(context)).rejects.toMatchObject({ code, retry })
    await expect(bybitLinear.fetchCandles(context, request)).rejects.toMatchObject({ code, retry })
  })
})

describe('fetchTimeMs', () => {
  test('reads the clock to the microsecond', async () => {
    const { context } = scriptedRest(() =>
      answer({ timeSecond: '1789997600', timeNano: '1789997600104422123' })
    )
    expect(await bybitSpot.fetchTimeMs(context)).toBe(1_789_997_600_104.422)
  })
})

describe('fetchRecentTrades', () => {
  const item = {
    execId: '2290000000000000001',
    symbol: 'BTCUSDT',
    price: '65114.2',
    size: '0.00000001',
    side: 'Sell',
    time: '1789997600104',
    isBlockTrade: false,
    seq: '5'
  }

  test('gives the whole window, oldest first', async () => {
    const rest = scriptedRest(() => answer({ list: [item, { ...item, execId: 'older' }] }))
    const page = await bybitSpot.fetchRecentTrades(rest.context, spotBtc)
    expect(page?.trades.map(({ id }) => id)).toEqual(['older', '2290000000000000001'])
    expect(page?.trades[1]).toMatchObject({
      instrument: 'bybit-spot:BTC-USDT',
      eventMs: 1_789_997_600_104,
      price: 65114.2,
      size: 1e-8,
      side: 'sell'
    })
    expect(new URL(rest.asked[0] ?? '').search).toBe('?category=spot&symbol=BTCUSDT&limit=60')
  })

  test('asks for no more than it is told to', async () => {
    const rest = scriptedRest(() => answer({ list: [item] }))
    await bybitLinear.fetchRecentTrades(rest.context, linearBtc, 1)
    expect(new URL(rest.asked[0] ?? '').search).toBe('?category=linear&symbol=BTCUSDT&limit=1')
  })

  test('tells how many rows cannot be read or are of another instrument', async () => {
    const strange = { ...item, symbol: 'ETHUSDT' }
    for (const bad of [null, { ...item, side: 'None' }, { ...item, size: '' }, strange]) {
      const { context } = scriptedRest(() => answer({ list: [item, bad] }))
      const page = await bybitLinear.fetchRecentTrades(context, linearBtc)
      expect(page).toMatchObject({ trades: [{ id: item.execId }], unreadable: 1 })
    }
  })
})

describe('fetchCandles', () => {
  const minuteMs = 60_000
  const startMs = 1_790_000_040_000

  test.each([
    [bybitSpot, spotBtc, 'spot'],
    [bybitLinear, linearBtc, 'linear']
  ])(
    'asks %o page by page and leaves minutes without a trade out',
    async (venue, instrument, category) => {
      const rest = servedCandles()
      const request = {
        instrument,
        interval: '1m',
        fromMs: startMs + 1,
        toMs: startMs + 2_500 * minuteMs + 1
      }
      const candles = await venue.fetchCandles(rest.context, request)
      const minutes = Array.from(Array(2_499).keys(), (at) => at + 1)
      expect(candles?.map(({ openMs }) => (openMs - startMs) / minuteMs)).toEqual(
        minutes.filter((minute) => minute % 10 !== 0)
      )
      expect(candles?.[0]).toMatchObject({
        instrument: instrument.id,
        open: 12,
        high: 14.5,
        low: 11,
        close: 13.25,
        volume: 0.5,
        closeMs: startMs + 2 * minuteMs,
        final: true,
        source: 'venue',
        state: 'refilled-candles'
      })
      expect(rest.asked).toHaveLength(3)
      for (const url of rest.asked) {
        expect(new URL(url).pathname).toBe('/v5/market/kline')
        expect(new URL(url).searchParams.get('category')).toBe(category)
      }
    }
  )

  test.each(['1m', '5m', '15m', '1h', '4h', '1d'])('serves %s', async (interval) => {
    const { context } = servedCandles()
    const dayMs = 86_400_000
    const request = {
      instrument: linearBtc,
      interval,
      fromMs: 20_000 * dayMs,
      toMs: 20_002 * dayMs
    }
    expect((await bybitLinear.fetchCandles(context, request))?.length).toBeGreaterThan(0)
  })

  test('hands on what the client could not fetch', async () => {
    const failure = new VenueError('venue-unreachable', 'gone', { retry: 'after' })
    const { context } = scriptedRest(() => failure)
    const toMs = startMs + minuteMs
    const request = { instrument: linearBtc, interval: '1m', fromMs: startMs, toMs }
    await expect(bybitLinear.fetchCandles(context, request)).rejects.toBe(failure)
  })

  /** Newest first; every tenth minute is flat, without a trade; `end` is inclusive and may be running. */
  function servedCandles() {
    const lengths: Readonly<Record<string, number>> = { D: 1_440 }
    return scriptedRest(({ searchParams }) => {
      const interval = searchParams.get('interval') ?? ''
      const stepMs = (lengths[interval] ?? Number(interval)) * minuteMs
      const start = Number(searchParams.get('start'))
      const limit = Number(searchParams.get('limit'))
      const list: string[][] = []
      for (let openMs = Number(searchParams.get('end')); openMs >= start; openMs -= stepMs) {
        const isFlat = ((openMs - startMs) / minuteMs) % 10 === 0
        if (list.length < limit) {
          list.push(
            isFlat
              ? [`${openMs}`, '13', '13', '13', '13', '0', '0']
              : [`${openMs}`, '12', '14.5', '11', '13.25', '0.5', '6']
          )
        }
      }
      return answer({ category: 'linear', symbol: 'BTCUSDT', list })
    })
  }
})

function answer(result: object) {
  return { body: { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: 1_789_997_600_104 } }
}
