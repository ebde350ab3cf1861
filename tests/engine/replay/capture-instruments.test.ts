import { describe, expect, test } from 'vitest'
import { findInstruments, venuesNamed } from '../../../src/engine/replay/capture-instruments.ts'
import type { RecordedFrame } from '../../../src/recordings/recorded-frame.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { binanceSpot } from '../../../src/venues/binance-spot/binance-spot.ts'
import { bybitLinear } from '../../../src/venues/bybit/bybit.ts'

const market = { status: 'TRADING', quoteAsset: 'USDT', filters: [] }
const listing: RecordedFrame = {
  receivedMs: 1,
  direction: 'rest',
  connection: 'http',
  url: 'https://api.binance.com/api/v3/exchangeInfo',
  frame: JSON.stringify({
    symbols: [
      { ...market, symbol: 'BTCUSDT', baseAsset: 'BTC' },
      { ...market, symbol: 'ETHUSDT', baseAsset: 'ETH' }
    ]
  })
}

describe('findInstruments', () => {
  test('takes the list of the capture, all of it or what is asked for', async () => {
    const all = await findInstruments(binanceSpot, { answers: [listing], instruments: null }, null)
    expect(all.known.map(({ id }) => id)).toEqual([
      'binance-spot:BTC-USDT',
      'binance-spot:ETH-USDT'
    ])
    expect(all.chosen).toBeNull()
    const asked = ['eth-usdt', 'binance-spot:BTC-USDT']
    const some = await findInstruments(
      binanceSpot,
      { answers: [listing], instruments: null },
      asked
    )
    expect(some.chosen).toEqual(new Set(['binance-spot:ETH-USDT', 'binance-spot:BTC-USDT']))
  })

  test('takes the list of our own recorder before all', async () => {
    const btc = anInstrument({
      venue: 'binance-spot',
      symbol: 'BTC-USDT',
      venueSymbol: 'BTCUSDT',
      tickSize: 0.01
    })
    const opening = { answers: [listing], instruments: JSON.stringify([btc]) }
    expect(await findInstruments(binanceSpot, opening, null)).toEqual({
      known: [btc],
      chosen: null
    })
    const ofAnother = { answers: [listing], instruments: JSON.stringify([{ ...btc, venue: 'x' }]) }
    expect((await findInstruments(binanceSpot, ofAnother, null)).known).toHaveLength(2)
  })

  test('assumes what is asked for where the capture holds no list', async () => {
    const { known } = await findInstruments(binanceSpot, { answers: [], instruments: null }, [
      'btc-usdt'
    ])
    expect(known).toMatchObject([{ id: 'binance-spot:BTC-USDT', venueSymbol: 'BTCUSDT' }])
  })

  test.each([
    [binanceSpot, [], null, /^--instruments is needed: the capture holds no list of Binance's/],
    [binanceSpot, [], [], /^--instruments: no symbol in it$/],
    [binanceSpot, [listing], ['BTC-USD'], /^--instruments: BTC-USD is not offered .*BTC-USDT/],
    [bybitLinear, [], ['BTC-PERP'], /^--instruments: how Bybit Linear spells "BTC-PERP" is not/]
  ])('of %o with %o and %j says in one line what is wrong', async (venue, answers, asked, line) => {
    await expect(findInstruments(venue, { answers, instruments: null }, asked)).rejects.toThrow(
      line
    )
  })
})

describe('venuesNamed', () => {
  test('lists the venues of ids, each once, and none of bare symbols', () => {
    expect(venuesNamed(['eodhd:SPY', 'BTC-USD', 'eodhd:IBM', 'coinbase:BTC-USD'])).toEqual([
      'eodhd',
      'coinbase'
    ])
  })
})
