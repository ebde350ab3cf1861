import { describe, expect, test } from 'vitest'
import { coinbase } from '../../../src/venues/coinbase/coinbase.ts'
import { VenueError } from '../../../src/core/venue-error.ts'
import { scriptedRest } from '../../support/scripted-rest.ts'
import { btcUsd } from './frames.ts'

const minuteMs = 60_000
const startMs = 1_790_000_040_000

describe('fetchCandles', () => {
  test('asks page by page and gives each candle once, oldest first', async () => {
    const rest = servedCandles()
    const toMs = startMs + 700 * minuteMs
    const request = { instrument: btcUsd, interval: '1m', fromMs: startMs, toMs }
    const candles = await coinbase.fetchCandles(rest.context, request)
    expect(candles?.map(({ openMs }) => openMs)).toEqual(
      Array.from(Array(700).keys(), (at) => startMs + at * minuteMs)
    )
    expect(rest.asked).toHaveLength(3)
    expect(new URL(rest.asked[0] ?? '').pathname).toBe('/products/BTC-USD/candles')
    expect(candles?.[0]).toEqual({
      instrument: 'coinbase:BTC-USD',
      interval: '1m',
      openMs: startMs,
      closeMs: startMs + minuteMs,
      dayMs: 0,
      index: 0,
      open: 12,
      high: 14.5,
      low: 11,
      close: 13.25,
      volume: 1e-8,
      buyVolume: 0,
      trades: 0,
      firstOrder: { major: 0, minor: 0 },
      lastOrder: { major: 0, minor: 0 },
      revision: 0,
      final: true,
      source: 'venue',
      state: 'refilled-candles'
    })
  })

  test('gives no candle that lies partly outside the range', async () => {
    const { context } = servedCandles()
    const fromMs = startMs + 30_000
    const toMs = startMs + 4 * minuteMs + 30_000
    const candles = await coinbase.fetchCandles(context, {
      instrument: btcUsd,
      interval: '1m',
      fromMs,
      toMs
    })
    expect(candles?.map(({ openMs }) => (openMs - startMs) / minuteMs)).toEqual([1, 2, 3])
  })

  test('asks nothing for a range without a whole candle', async () => {
    const { context, asked } = servedCandles()
    const request = {
      instrument: btcUsd,
      interval: '1h',
      fromMs: startMs,
      toMs: startMs + minuteMs
    }
    expect(await coinbase.fetchCandles(context, request)).toEqual([])
    expect(asked).toEqual([])
  })

  test.each(['1m', '5m', '15m', '1h', '1d'])('serves %s', async (interval) => {
    const { context } = servedCandles()
    const dayMs = 86_400_000
    const request = { instrument: btcUsd, interval, fromMs: 20_000 * dayMs, toMs: 20_001 * dayMs }
    expect((await coinbase.fetchCandles(context, request))?.length).toBeGreaterThan(0)
  })

  test('serves no four hours, which the venue has not', async () => {
    const { context } = servedCandles()
    const request = { instrument: btcUsd, interval: '4h', fromMs: 0, toMs: 86_400_000 }
    expect(await coinbase.fetchCandles(context, request)).toBeNull()
  })

  test.each([
    ['not a list', { message: 'strange' }],
    ['a row of text', [[startMs / 1_000, 'x', 'y', 'z', 'w', 'v']]],
    ['a low above the open', [[startMs / 1_000, 13, 14.5, 12, 13.25, 1]]],
    ['a price of 0', [[startMs / 1_000, 0, 14.5, 12, 13.25, 1]]],
    ['a time off the minute', [[startMs / 1_000 + 7, 11, 14.5, 12, 13.25, 1]]]
  ])('fails on %s', async (...[, body]) => {
    const { context } = scriptedRest(() => ({ body }))
    const toMs = startMs + minuteMs
    const request = { instrument: btcUsd, interval: '1m', fromMs: startMs, toMs }
    await expect(coinbase.fetchCandles(context, request)).rejects.toMatchObject({
      name: 'VenueError',
      code: 'venue-bad-answer'
    })
  })

  test('hands on what the client could not fetch', async () => {
    const failure = new VenueError('venue-unreachable', 'gone', { retry: 'after' })
    const { context } = scriptedRest(() => failure)
    const toMs = startMs + minuteMs
    const request = { instrument: btcUsd, interval: '1m', fromMs: startMs, toMs }
    await expect(coinbase.fetchCandles(context, request)).rejects.toBe(failure)
  })
})

/** Candles as the sheet says: newest first, low before high, at most 300, one before the start as a quirk. */
function servedCandles() {
  return scriptedRest(({ searchParams }) => {
    const stepMs = Number(searchParams.get('granularity')) * 1_000
    const start = Date.parse(searchParams.get('start') ?? '')
    const end = Date.parse(searchParams.get('end') ?? '')
    if ((end - start) / stepMs >= 300) {
      return new VenueError('venue-refused', 'granularity too small', { retry: 'never' })
    }
    const rows: number[][] = []
    for (let openMs = end; openMs >= start - stepMs; openMs -= stepMs) {
      rows.push([openMs / 1_000, 11, 14.5, 12, 13.25, 1e-8])
    }
    return { body: rows }
  })
}
