import { describe, expect, test } from 'vitest'
import { eodhd } from '../../../src/venues/eodhd/eodhd.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { scriptedRest } from '../../support/scripted-rest.ts'

const spy = anInstrument({
  venue: 'eodhd',
  symbol: 'SPY',
  venueSymbol: 'SPY',
  calendar: 'XNYS'
})

describe('eodhd.connectUrl', () => {
  test('carries the key in the address', () => {
    expect(eodhd.connectUrl('ws://127.0.0.1:1/ws/us', 'a b')).toBe(
      'ws://127.0.0.1:1/ws/us?api_token=a%20b'
    )
  })

  test.each([null, ''])('fails without a key: %o', (key) => {
    expect(() => eodhd.connectUrl('ws://127.0.0.1:1', key)).toThrow(
      expect.objectContaining({ code: 'venue-key-missing', retry: 'never' })
    )
  })
})

describe('eodhd.subscribe', () => {
  test('sends the symbols as one text with commas and no blanks', () => {
    const apple = anInstrument({ venue: 'eodhd', symbol: 'AAPL', venueSymbol: 'AAPL' })
    expect(eodhd.subscribe([apple, spy], 1)).toEqual([
      {
        frame: '{"action":"subscribe","symbols":"AAPL,SPY"}',
        requestId: null,
        instruments: ['eodhd:AAPL', 'eodhd:SPY']
      }
    ])
    expect(eodhd.unsubscribe([spy], 2)[0]?.frame).toBe('{"action":"unsubscribe","symbols":"SPY"}')
  })

  test('asks for no more than 50 symbols in a message', () => {
    const many = [...Array(120).keys()].map((n) =>
      anInstrument({ venue: 'eodhd', symbol: `S${n}`, venueSymbol: `S${n}` })
    )
    const requests = eodhd.subscribe(many, 1)
    expect(requests.map(({ instruments }) => instruments.length)).toEqual([50, 50, 20])
  })
})

// Shapes: protocols/eodhd.md, "REST", read 2026-11-22.
const listed = {
  Code: 'SPY',
  Name: 'SPDR S&P 500 ETF Trust',
  Country: 'USA',
  Exchange: 'NYSE ARCA',
  Currency: 'USD',
  Type: 'ETF',
  Isin: 'US78462F1030'
}

describe('eodhd.discover', () => {
  test('lists US symbols under the New York calendar', async () => {
    const { context, asked } = scriptedRest(() => ({ body: [listed] }), 'KEY')
    expect(await eodhd.discover(context)).toEqual({
      instruments: [spy],
      complete: true,
      problems: []
    })
    expect(asked).toEqual(['https://venue.test/exchange-symbol-list/US?api_token=KEY&fmt=json'])
  })

  test('leaves out what cannot be subscribed, and names it', async () => {
    const body = [{ ...listed, Code: 'A,B' }, 'SPY', listed, listed]
    const { context } = scriptedRest(() => ({ body }), 'KEY')
    const { instruments, problems } = await eodhd.discover(context)
    expect(instruments).toHaveLength(1)
    expect(problems).toHaveLength(3)
  })

  test('fails without a key before asking anything', async () => {
    const { context, asked } = scriptedRest(() => ({ body: [] }))
    await expect(eodhd.discover(context)).rejects.toMatchObject({ code: 'venue-key-missing' })
    expect(asked).toEqual([])
  })

  test.each([
    [{ status: 403, message: 'No access' }, 'venue-refused'],
    [{ status_code: 429, message: 'Slow down' }, 'venue-rate-limited'],
    [{ status: 404, message: 'Not found' }, 'venue-unknown-instrument'],
    [{ error: 'something' }, 'venue-bad-answer'],
    ['Ticker not found', 'venue-bad-answer']
  ])('reads a refusal that comes as HTTP 200: %o', async (body, code) => {
    const { context } = scriptedRest(() => ({ body }), 'KEY')
    await expect(eodhd.discover(context)).rejects.toMatchObject({ code })
  })

  test('never repeats the key in an error', async () => {
    const body = { status: 403, message: 'token SECRET is not valid' }
    const { context } = scriptedRest(() => ({ body }), 'SECRET')
    await expect(eodhd.discover(context)).rejects.toMatchObject({
      message: 'GET exchange-symbol-list/US: token … is not valid'
    })
  })
})

describe('eodhd.fetchTimeMs', () => {
  test('reads the Date header, in the middle of its second', async () => {
    const headers = { date: 'Sun, 22 Nov 2026 12:00:00 GMT' }
    const { context } = scriptedRest(() => ({ body: {}, headers }), 'KEY')
    expect(await eodhd.fetchTimeMs(context)).toBe(Date.UTC(2026, 10, 22, 12) + 500)
  })

  test('fails where the header is missing', async () => {
    const { context } = scriptedRest(() => ({ body: {} }), 'KEY')
    await expect(eodhd.fetchTimeMs(context)).rejects.toMatchObject({ code: 'venue-bad-answer' })
  })
})

describe('eodhd.fetchCandles', () => {
  const startMs = Date.UTC(2026, 10, 20, 14, 30)
  const row = {
    timestamp: startMs / 1000,
    gmtoffset: 0,
    datetime: '2026-11-20 14:30:00',
    open: 10,
    high: 12,
    low: 9,
    close: 11,
    volume: 500
  }
  const request = { instrument: spy, interval: '1m', fromMs: startMs, toMs: startMs + 180_000 }

  test('reads candles, leaving out minutes without a trade and those outside the range', async () => {
    const at = (minutes: number) => ({ timestamp: row.timestamp + minutes * 60 })
    const body = [
      { ...row, ...at(-1) },
      row,
      { ...row, ...at(1), open: null, high: null, low: null, close: null, volume: null },
      { ...row, ...at(2) },
      { ...row, ...at(3) }
    ]
    const { context, asked } = scriptedRest(() => ({ body }), 'KEY')
    const candles = await eodhd.fetchCandles(context, request)
    expect(candles?.map(({ openMs }) => openMs)).toEqual([startMs, startMs + 120_000])
    expect(candles?.[0]).toMatchObject({
      instrument: 'eodhd:SPY',
      closeMs: startMs + 60_000,
      open: 10,
      high: 12,
      low: 9,
      close: 11,
      volume: 500,
      buyVolume: 0,
      trades: 0,
      source: 'venue',
      state: 'refilled-candles'
    })
    const seconds = row.timestamp
    expect(asked).toEqual([
      `https://venue.test/intraday/SPY.US?api_token=KEY&fmt=json&interval=1m&from=${seconds}&to=${seconds + 120}`
    ])
  })

  test('asks for no more than 120 days of minutes at once', async () => {
    const { context, asked } = scriptedRest(() => ({ body: [] }), 'KEY')
    const days = 86_400_000
    await eodhd.fetchCandles(context, { ...request, toMs: startMs + 300 * days })
    expect(asked).toHaveLength(3)
  })

  test.each(['1s', '15m', '1d', '100t'])('serves no %s', async (interval) => {
    const { context } = scriptedRest(() => null, 'KEY')
    expect(await eodhd.fetchCandles(context, { ...request, interval })).toBeNull()
  })

  test.each([
    ['text for a price', { ...row, open: '10' }],
    ['a low above the open', { ...row, low: 10.5 }],
    ['a time off the minute', { ...row, timestamp: row.timestamp + 1 }],
    ['no row', 7]
  ])('fails on %s', async (...[, bad]) => {
    const { context } = scriptedRest(() => ({ body: [bad] }), 'KEY')
    await expect(eodhd.fetchCandles(context, request)).rejects.toMatchObject({
      code: 'venue-bad-answer'
    })
  })
})

describe('eodhd history of trades', () => {
  test('is none', async () => {
    const { context } = scriptedRest(() => null, 'KEY')
    expect(await eodhd.fetchTradesById(context, spy, { fromId: 1, toId: 2 })).toBeNull()
    expect(await eodhd.fetchRecentTrades(context, spy)).toBeNull()
  })
})
