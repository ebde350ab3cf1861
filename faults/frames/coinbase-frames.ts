import { coinbase } from '../../src/venues/coinbase/coinbase.ts'
import { amountText, isoTime, positiveText, wholeNumber, word } from './field-values.ts'
import { bare, free, noise, read, shapedVenue, type FrameShape } from './frame-shape.ts'

const product = read('product_id', word({ 'BTC-USD': null }))
const sequence = noise('sequence', '80000000007')
const time = read('time', isoTime)

function type(name: string) {
  return read('type', word({ [name]: null }))
}

function trades(name: 'match' | 'last_match', kind: 'trade' | 'anchor'): FrameShape {
  return bare({
    name,
    fields: [
      type(name),
      read('trade_id', wholeNumber(1)),
      noise('maker_order_id', '"0f2d9c1e-7b3a-4e55-9d61-3a8c5b7e9f10"'),
      noise('taker_order_id', '"c4b8e7a2-15d6-4f09-8e3b-6d2f1a9c0b57"'),
      // The maker's.
      read('side', word({ buy: 'sell', sell: 'buy' })),
      read('size', positiveText),
      read('price', positiveText),
      product,
      sequence,
      time
    ],
    events: (of) => [
      {
        kind,
        id: of['trade_id'],
        eventMs: of['time'],
        price: of['price'],
        size: of['size'],
        side: of['side']
      }
    ]
  })
}

const ticker = bare({
  name: 'ticker',
  fields: [
    type('ticker'),
    sequence,
    product,
    noise('price', '"214748.37"'),
    free('open_24h', amountText(null)),
    free('volume_24h', amountText(0)),
    free('low_24h', amountText(null)),
    free('high_24h', amountText(null)),
    noise('volume_30d', '"209162.21626191"'),
    read('best_bid', amountText(null)),
    free('best_bid_size', amountText(null)),
    read('best_ask', amountText(null)),
    free('best_ask_size', amountText(null)),
    noise('side', '"sell"'),
    time,
    noise('trade_id', '900000002'),
    noise('last_size', '"0.00000001"')
  ],
  events: (of) => [
    {
      kind: 'quote',
      eventMs: of['time'],
      bid: of['best_bid'],
      bidSize: of['best_bid_size'] ?? null,
      ask: of['best_ask'],
      askSize: of['best_ask_size'] ?? null
    },
    {
      kind: 'statistics',
      eventMs: of['time'],
      open24h: of['open_24h'] ?? null,
      high24h: of['high_24h'] ?? null,
      low24h: of['low_24h'] ?? null,
      volume24h: of['volume_24h'] ?? null
    }
  ]
})

const heartbeat = bare({
  name: 'heartbeat',
  fields: [type('heartbeat'), sequence, read('last_trade_id', wholeNumber(0)), product, time],
  events: (of) => [{ kind: 'heartbeat', eventMs: of['time'], lastTradeId: of['last_trade_id'] }]
})

/** What Coinbase sends of market data. */
export const coinbaseFrames = shapedVenue(coinbase, 'BTC-USD', [
  trades('match', 'trade'),
  trades('last_match', 'anchor'),
  ticker,
  heartbeat
])
