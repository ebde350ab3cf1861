import { binanceSpot } from '../../../src/venues/binance-spot/binance-spot.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { receivedMs, type DocumentedFrame, type VenueCase } from '../venue-case.ts'

const instrument = 'binance-spot:BTC-USDT'

/** Shape of `<s>@trade`. */
export const trade = {
  e: 'trade',
  E: 1723161255343,
  s: 'BTCUSDT',
  t: 3735683259,
  p: '61837.63000000',
  q: '0.02000000',
  T: 1723161255342,
  m: true,
  M: true
}

/** Shape of `<s>@bookTicker`. */
export const quote = {
  u: 50093239212,
  s: 'BTCUSDT',
  b: '61837.63000000',
  B: '3.78826000',
  a: '61837.64000000',
  A: '1.54698000'
}

/** Shape of `<s>@miniTicker`. */
export const statistics = {
  e: '24hrMiniTicker',
  E: 1723161255999,
  s: 'BTCUSDT',
  c: '61837.63000000',
  o: '55000.00000000',
  h: '62000.00000000',
  l: '54000.00000000',
  v: '41234.50000000',
  q: '2400000000.00000000'
}

const soldTrade = {
  kind: 'trade',
  instrument,
  id: 3735683259,
  eventMs: 1723161255342,
  receivedMs,
  price: 61837.63,
  size: 0.02,
  side: 'sell'
} as const

const frames: readonly DocumentedFrame[] = [
  {
    name: 'an acknowledgement',
    page: 'binance-spot.md, Control',
    frame: '{"result":null,"id":1}',
    expected: { kind: 'acknowledged', requestId: '1', subscribed: null }
  },
  {
    name: 'the list of subscriptions',
    page: 'binance-spot.md, Control',
    frame: '{"result":["btcusdt@trade","btcusdt@bookTicker"],"id":3}',
    expected: { kind: 'acknowledged', requestId: '3', subscribed: [instrument] }
  },
  {
    name: 'an error',
    page: 'binance-spot.md, Control',
    frame: '{"code":2,"msg":"Invalid request: too many parameters","id":7}',
    expected: {
      kind: 'refused',
      requestId: '7',
      scope: 'request',
      code: 'other',
      instruments: [],
      reason: '2 Invalid request: too many parameters'
    }
  },
  {
    name: 'a trade whose buyer was the maker',
    page: 'binance-spot.md, Streams',
    frame: JSON.stringify(trade),
    expected: { kind: 'events', events: [soldTrade] }
  },
  {
    name: 'a trade of the combined stream whose buyer was the taker',
    page: 'binance-spot.md, Endpoints',
    frame: JSON.stringify({ stream: 'btcusdt@trade', data: { ...trade, m: false } }),
    expected: { kind: 'events', events: [{ ...soldTrade, side: 'buy' }] }
  },
  {
    name: 'a best quote',
    page: 'binance-spot.md, Streams',
    frame: JSON.stringify(quote),
    expected: {
      kind: 'events',
      events: [
        {
          kind: 'quote',
          instrument,
          eventMs: receivedMs,
          receivedMs,
          bid: 61837.63,
          bidSize: 3.78826,
          ask: 61837.64,
          askSize: 1.54698
        }
      ]
    }
  },
  {
    name: '24 h figures',
    page: 'binance-spot.md, Streams; web-socket-streams.md, mini ticker',
    frame: JSON.stringify(statistics),
    expected: {
      kind: 'events',
      events: [
        {
          kind: 'statistics',
          instrument,
          eventMs: 1723161255999,
          receivedMs,
          open24h: 55000,
          high24h: 62000,
          low24h: 54000,
          volume24h: 41234.5
        }
      ]
    }
  },
  {
    name: 'a delta of the book',
    page: 'binance-spot.md, Streams',
    frame: '{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":1,"u":2,"b":[],"a":[]}',
    expected: { kind: 'ignored', type: 'depthUpdate' }
  },
  {
    name: 'word that the server is about to close',
    page: 'binance-spot.md, Lifetime',
    frame: '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}',
    expected: { kind: 'notice', code: 'shutdown', message: 'the server is about to close' }
  }
]

/** Binance spot, for the contract suite. */
export const binanceSpotCase: VenueCase = {
  venue: binanceSpot,
  instruments: [
    anInstrument({ venue: 'binance-spot', symbol: 'BTC-USDT', venueSymbol: 'BTCUSDT' })
  ],
  frames
}
