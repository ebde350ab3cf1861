import { describe, expect, test } from 'vitest'
import { coinbase } from '../../../src/venues/coinbase/coinbase.ts'
import { VenueError } from '../../../src/core/venue-error.ts'
import { scriptedRest } from '../../support/scripted-rest.ts'
import { btcUsd } from './frames.ts'

// Shapes: coinbase-exchange.md, REST (public).
const product = {
  id: 'BTC-USD',
  base_currency: 'BTC',
  quote_currency: 'USD',
  base_increment: '0.00000001',
  quote_increment: '0.01',
  display_name: 'BTC/USD',
  status: 'online',
  trading_disabled: false
}

describe('discover', () => {
  test('lists the products with steps, status and turnover', async () => {
    const { context } = scriptedRest(({ pathname }) => {
      if (pathname === '/products') {
        return {
          body: [
            product,
            { ...product, id: 'ETH-USD', base_currency: 'ETH', trading_disabled: true },
            { ...product, id: 'OLD-USD', base_currency: 'OLD', status: 'delisted' }
          ]
        }
      }
      if (pathname === '/products/volume-summary') {
        return { body: [{ id: 'BTC-USD', spot_volume_24hour: '7336.5' }, { id: 'ETH-USD' }, null] }
      }
      return { body: { 'BTC-USD': [[1_790_000_000, 1, 3, 2, 60_000]], 'ETH-USD': [] } }
    })
    const { instruments, complete, problems } = await coinbase.discover(context)
    expect({ complete, problems }).toEqual({ complete: true, problems: [] })
    expect(instruments[0]).toEqual({
      id: 'coinbase:BTC-USD',
      venue: 'coinbase',
      symbol: 'BTC-USD',
      venueSymbol: 'BTC-USD',
      base: 'BTC',
      quote: 'USD',
      tickSize: 0.01,
      lotSize: 1e-8,
      calendar: null,
      status: 'trading',
      turnover24h: 7336.5 * 60_000
    })
    expect(instruments.map(({ status }) => status)).toEqual(['trading', 'halted', 'delisted'])
  })

  test('goes without turnover where the venue does not tell it, and says so', async () => {
    const { context } = scriptedRest(({ pathname }) =>
      pathname === '/products' ? { body: [product, { id: 7 }, product] } : null
    )
    const { instruments, problems } = await coinbase.discover(context)
    expect(instruments.map(({ turnover24h }) => turnover24h)).toEqual([null])
    expect(problems).toEqual([
      expect.stringContaining('turnover of the last 24 h is unknown'),
      'product 1 cannot be read: left out',
      'coinbase:BTC-USD is listed twice: first kept'
    ])
  })
})

describe('fetchTimeMs', () => {
  test('reads epoch seconds with a fraction', async () => {
    const { context } = scriptedRest(() => ({
      body: { iso: '2026-09-21T13:33:20.104Z', epoch: 1789997600.104 }
    }))
    expect(await coinbase.fetchTimeMs(context)).toBe(1_789_997_600_104)
  })
})

describe('fetchTradesById', () => {
  test('gives the newest page of the range, oldest first, in one request', async () => {
    const rest = pagedTrades(2_600)
    const range = { fromId: 205, toId: 2_400 }
    const page = await coinbase.fetchTradesById(rest.context, btcUsd, range)
    expect(page?.trades.map(({ id }) => id)).toEqual(
      Array.from(Array(1_000).keys(), (at) => 1_401 + at)
    )
    expect(rest.asked.map((url) => new URL(url).search)).toEqual(['?limit=1000&after=2401'])
  })

  test('asks for no more than the range and leaves out what lies below it', async () => {
    const rest = scriptedRest(() => ({ body: restTrades([9, 8, 7, 6]) }))
    const page = await coinbase.fetchTradesById(rest.context, btcUsd, { fromId: 8, toId: 9 })
    expect(page?.trades.map(({ id }) => id)).toEqual([8, 9])
    expect(new URL(rest.asked[0] ?? '').search).toBe('?limit=2&after=10')
  })

  test('turns the maker side round and keeps microseconds', async () => {
    const { context } = pagedTrades(5)
    const page = await coinbase.fetchTradesById(context, btcUsd, { fromId: 5, toId: 5 })
    expect(page?.trades).toEqual([
      {
        kind: 'trade',
        instrument: 'coinbase:BTC-USD',
        id: 5,
        eventMs: 1_789_997_600_104.422,
        receivedMs: expect.any(Number) as number,
        price: 77572.87,
        size: 1e-8,
        side: 'buy'
      }
    ])
  })

  test('ends early where the venue keeps no more', async () => {
    const { context } = pagedTrades(10, 8)
    const page = await coinbase.fetchTradesById(context, btcUsd, { fromId: 1, toId: 10 })
    expect(page?.trades.map(({ id }) => id)).toEqual([8, 9, 10])
  })

  test('hides nothing that should not be there: newer ids, another order, repeats', async () => {
    const { context } = scriptedRest(() => ({ body: restTrades([3, 99, 5, 5]) }))
    const page = await coinbase.fetchTradesById(context, btcUsd, { fromId: 1, toId: 10 })
    expect(page?.trades.map(({ id }) => id)).toEqual([5, 5, 99, 3])
  })

  test('tells how many rows cannot be read', async () => {
    const [good] = restTrades([2])
    for (const bad of [null, {}, { ...good, price: '0' }, { ...good, trade_id: 2 ** 53 }]) {
      const { context } = scriptedRest(() => ({ body: [good, bad] }))
      const page = await coinbase.fetchTradesById(context, btcUsd, { fromId: 1, toId: 2 })
      expect(page).toMatchObject({ trades: [{ id: 2 }], unreadable: 1 })
    }
  })

  test('fails where the answer is no list', async () => {
    const { context } = scriptedRest(() => ({ body: { message: 'hello' } }))
    const range = { fromId: 1, toId: 2 }
    await expect(coinbase.fetchTradesById(context, btcUsd, range)).rejects.toMatchObject({
      code: 'venue-bad-answer'
    })
  })

  test('hands on what the client could not fetch', async () => {
    const failure = new VenueError('venue-rate-limited', 'busy', { retry: 'after' })
    const { context } = scriptedRest(() => failure)
    await expect(coinbase.fetchRecentTrades(context, btcUsd)).rejects.toBe(failure)
  })
})

describe('fetchRecentTrades', () => {
  test('gives the newest page, oldest first', async () => {
    const { context } = pagedTrades(1_500)
    const page = await coinbase.fetchRecentTrades(context, btcUsd)
    expect(page?.trades.map(({ id }) => id)).toEqual(
      Array.from(Array(1_000).keys(), (at) => 501 + at)
    )
  })

  test('gives no more than it is asked for', async () => {
    const { context } = pagedTrades(1_500)
    const page = await coinbase.fetchRecentTrades(context, btcUsd, 1)
    expect(page?.trades.map(({ id }) => id)).toEqual([1_500])
  })
})

/** `GET /products/BTC-USD/trades` of a product whose ids run from `oldest` to `newest`. */
function pagedTrades(newest: number, oldest = 1) {
  return scriptedRest(({ pathname, searchParams }) => {
    if (pathname !== '/products/BTC-USD/trades') return null
    const after = Number(searchParams.get('after') ?? newest + 1)
    const limit = Number(searchParams.get('limit'))
    const ids: number[] = []
    for (let id = after - 1; id >= oldest && ids.length < limit; id -= 1) ids.push(id)
    return { body: restTrades(ids) }
  })
}

function restTrades(ids: readonly number[]) {
  return ids.map((id) => ({
    trade_id: id,
    side: 'sell',
    size: '0.00000001',
    price: '77572.87',
    time: '2026-09-21T13:33:20.104422Z'
  }))
}
