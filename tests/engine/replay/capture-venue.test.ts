import { describe, expect, test } from 'vitest'
import { chooseVenue, findVenueOf } from '../../../src/engine/replay/capture-venue.ts'
import { venues } from '../../../src/venues/registry.ts'

const nothing = { asked: null, told: null, instruments: [], urls: [] }

describe('findVenueOf', () => {
  test.each([
    ['wss://stream.bybit.com/v5/public/linear', 'bybit-linear'],
    ['wss://stream.bybit.com/v5/public/spot', 'bybit-spot'],
    ['wss://stream.binance.com:9443/stream?streams=btcusdt@trade', 'binance-spot'],
    ['wss://stream.binance.com/ws', 'binance-spot'],
    ['wss://ws-feed.exchange.coinbase.com', 'coinbase'],
    ['wss://ws.eodhistoricaldata.com/ws/us?api_token=x', 'eodhd'],
    ['wss://advanced-trade-ws.coinbase.com', null],
    ['wss://stream.bybit.com/v5/public/inverse', null],
    ['not an address', null]
  ])('of %s is %s', (url, expected) => {
    expect(findVenueOf(url, venues)?.id ?? null).toBe(expected)
  })
})

describe('chooseVenue', () => {
  test('takes the venue asked for, before what the capture tells', () => {
    const urls = ['wss://stream.bybit.com/v5/public/linear']
    expect(chooseVenue(venues, { ...nothing, asked: 'bybit-spot', urls }).id).toBe('bybit-spot')
    expect(chooseVenue(venues, { ...nothing, instruments: ['coinbase'], urls }).id).toBe('coinbase')
    expect(chooseVenue(venues, { ...nothing, urls }).id).toBe('bybit-linear')
    expect(chooseVenue(venues, { ...nothing, told: 'eodhd', urls }).id).toBe('eodhd')
  })

  test.each([
    [{ asked: 'kraken' }, /^--venue: unknown venue kraken; known are coinbase, .*eodhd$/],
    [
      { asked: 'coinbase', instruments: ['eodhd'] },
      /^--venue: one venue at a time, received coinbase, eodhd$/
    ],
    [
      { asked: 'coinbase', told: 'eodhd' },
      /^--venue: one venue at a time, received coinbase, eodhd; the capture is of eodhd$/
    ],
    [{}, /^--venue is needed: the capture does not tell where its frames come from; known are /],
    [
      { urls: ['wss://ws.kraken.com', 'wss://ws.kraken.com/v2'] },
      /^--venue is needed: the capture was made at ws\.kraken\.com, where no known venue is; /
    ],
    [
      {
        urls: ['wss://stream.bybit.com/v5/public/linear', 'wss://stream.bybit.com/v5/public/spot']
      },
      /^--venue is needed: the capture holds frames of bybit-linear and bybit-spot$/
    ]
  ])('says in one line what it lacks for %j', (hints, message) => {
    expect(() => chooseVenue(venues, { ...nothing, ...hints })).toThrow(message)
  })
})
