import { coinbase } from '../../../src/venues/coinbase/coinbase.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { receivedMs } from '../venue-case.ts'
import type { VenueCase } from '../venue-case.ts'

const page = 'coinbase-exchange.md'

export const btcUsd = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
export const ethUsd = anInstrument({ venue: 'coinbase', symbol: 'ETH-USD', venueSymbol: 'ETH-USD' })

export const matchFrame =
  '{"type":"match","trade_id":900000002,"maker_order_id":"0f2d9c1e-7b3a-4e55-9d61-3a8c5b7e9f10","taker_order_id":"c4b8e7a2-15d6-4f09-8e3b-6d2f1a9c0b57","side":"buy","size":"0.00000001","price":"214748.37","product_id":"BTC-USD","sequence":80000000007,"time":"2026-09-21T13:33:20.104422Z"}'

export const tickerFrame =
  '{"type":"ticker","sequence":80000000007,"product_id":"BTC-USD","price":"214748.37","open_24h":"210000.5","volume_24h":"7336.73471395","low_24h":"209999.99","high_24h":"215000","volume_30d":"209162.21626191","best_bid":"214748.36","best_bid_size":"0.00009686","best_ask":"214748.37","best_ask_size":"1.25000000","side":"sell","time":"2026-09-21T13:33:20.104422Z","trade_id":900000002,"last_size":"0.00000001"}'

export const heartbeatFrame =
  '{"type":"heartbeat","sequence":80000000009,"last_trade_id":900000002,"product_id":"BTC-USD","time":"2026-09-21T13:33:21.000000Z"}'

/** 2026-09-21T13:33:20.104422Z. */
const eventMs = 1_789_997_600_104.422
const stamp = { instrument: btcUsd.id, eventMs, receivedMs } as const

/** Coinbase Exchange as its sheet documents it. */
export const coinbaseCase: VenueCase = {
  venue: coinbase,
  instruments: [btcUsd, ethUsd],
  frames: [
    {
      name: 'the cumulative list, in another order, with a product of nobody',
      page: `${page}, control messages`,
      frame:
        '{"type":"subscriptions","channels":[{"name":"matches","product_ids":["ETH-USD","BTC-USD","XYZ-USD"],"account_ids":null},{"name":"ticker","product_ids":["BTC-USD"],"account_ids":null}]}',
      expected: {
        kind: 'acknowledged',
        requestId: null,
        subscribed: [ethUsd.id, btcUsd.id]
      }
    },
    {
      name: 'an empty list',
      page: `${page}, control messages`,
      frame: '{"type":"subscriptions","channels":[]}',
      expected: { kind: 'acknowledged', requestId: null, subscribed: [] }
    },
    {
      name: 'the newest trade before the subscription, whose maker sold',
      page: `${page}, matches`,
      frame: matchFrame
        .replace('"match"', '"last_match"')
        .replace('"buy"', '"sell"')
        .replace('900000002', '900000001'),
      expected: {
        kind: 'events',
        events: [
          { kind: 'anchor', ...stamp, id: 900000001, price: 214748.37, size: 1e-8, side: 'buy' }
        ]
      }
    },
    {
      name: 'a trade whose maker bought',
      page: `${page}, matches`,
      frame: matchFrame,
      expected: {
        kind: 'events',
        events: [
          { kind: 'trade', ...stamp, id: 900000002, price: 214748.37, size: 1e-8, side: 'sell' }
        ]
      }
    },
    {
      name: 'a ticker',
      page: `${page}, ticker`,
      frame: tickerFrame,
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'quote',
            ...stamp,
            bid: 214748.36,
            bidSize: 0.00009686,
            ask: 214748.37,
            askSize: 1.25
          },
          {
            kind: 'statistics',
            ...stamp,
            open24h: 210000.5,
            high24h: 215000,
            low24h: 209999.99,
            volume24h: 7336.73471395
          }
        ]
      }
    },
    {
      name: 'a ticker of 2021, without the sizes of the best orders',
      page: `${page}, ticker`,
      frame: tickerFrame
        .replace('"best_bid_size":"0.00009686",', '')
        .replace('"best_ask_size":"1.25000000",', ''),
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'quote',
            ...stamp,
            bid: 214748.36,
            bidSize: null,
            ask: 214748.37,
            askSize: null
          },
          {
            kind: 'statistics',
            ...stamp,
            open24h: 210000.5,
            high24h: 215000,
            low24h: 209999.99,
            volume24h: 7336.73471395
          }
        ]
      }
    },
    {
      name: 'a heartbeat in the documented key order',
      page: `${page}, heartbeat`,
      frame: heartbeatFrame,
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'heartbeat',
            instrument: btcUsd.id,
            eventMs: 1_789_997_601_000,
            receivedMs,
            lastTradeId: 900000002
          }
        ]
      }
    },
    {
      name: 'a heartbeat in the key order seen in 2026',
      page: `${page}, heartbeat`,
      frame:
        '{"type":"heartbeat","last_trade_id":0,"product_id":"ETH-USD","sequence":5,"time":"2026-09-21T13:33:21.000000Z"}',
      expected: {
        kind: 'events',
        events: [
          {
            kind: 'heartbeat',
            instrument: ethUsd.id,
            eventMs: 1_789_997_601_000,
            receivedMs,
            lastTradeId: 0
          }
        ]
      }
    },
    {
      name: 'a refusal that names a product',
      page: `${page}, errors`,
      frame:
        '{"type":"error","message":"Failed to subscribe","reason":"ETH-USD is not a valid product"}',
      expected: {
        kind: 'refused',
        requestId: null,
        scope: 'request',
        code: 'unknown-instrument',
        instruments: [ethUsd.id],
        reason: 'Failed to subscribe: ETH-USD is not a valid product'
      }
    },
    {
      name: 'a refusal for want of a key',
      page: `${page}, errors`,
      frame:
        '{"type":"error","message":"Failed to subscribe","reason":"level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth"}',
      expected: {
        kind: 'refused',
        requestId: null,
        scope: 'request',
        code: 'authentication',
        instruments: [],
        reason:
          'Failed to subscribe: level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth'
      }
    },
    {
      name: 'the end of a connection that reads too slowly',
      page: `${page}, errors`,
      frame: '{"type":"error","message":"ErrSlowConsume"}',
      expected: {
        kind: 'refused',
        requestId: null,
        scope: 'connection',
        code: 'limit',
        instruments: [],
        reason: 'ErrSlowConsume'
      }
    },
    {
      name: 'a level of a book we did not ask for',
      page: `${page}, level2_batch`,
      frame:
        '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","77570.01","1.5"]],"time":"0001-01-01T00:00:00Z"}',
      expected: { kind: 'ignored', type: 'l2update' }
    },
    {
      name: 'the status of all products where none of ours is online',
      page: `${page}, status`,
      frame:
        '{"type":"status","products":[{"id":"BTC-USD","status":"offline"},{"id":"ETH-USD","status":"internal"},{"id":"XYZ-USD","status":"online"}],"currencies":[]}',
      expected: {
        kind: 'notice',
        code: 'maintenance',
        message: 'no product is online: offline'
      }
    },
    {
      name: 'the status of all products where one of ours is offline',
      page: `${page}, status`,
      frame:
        '{"type":"status","products":[{"id":"BTC-USD","status":"offline"},{"id":"ETH-USD","status":"online"}],"currencies":[]}',
      expected: { kind: 'ignored', type: 'status' }
    },
    {
      name: 'the status of all products',
      page: `${page}, status`,
      frame: '{"type":"status","products":[],"currencies":[]}',
      expected: { kind: 'ignored', type: 'status' }
    },
    {
      name: 'a type the sheet does not name',
      page,
      frame: '{"type":"auction","product_id":"BTC-USD"}',
      expected: { kind: 'unknown', type: 'auction' }
    }
  ]
}
