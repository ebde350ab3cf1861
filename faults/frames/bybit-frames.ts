import { bybitLinear, bybitSpot } from '../../src/venues/bybit/bybit.ts'
import { amountOrNoneText, positiveText, textId, wholeNumber, word } from './field-values.ts'
import { free, noise, read, shapedVenue, type FrameShape } from './frame-shape.ts'

const toldMs = 1_789_997_600_200

const execution = [
  read('T', wholeNumber(1)),
  read('s', word({ BTCUSDT: null })),
  read('v', positiveText),
  read('p', positiveText)
]

function topic(name: string, data: string): string {
  return `{"topic":"${name}.BTCUSDT","type":"snapshot","ts":${toldMs},"data":${data}}`
}

const trades: FrameShape = {
  name: 'publicTrade',
  fields: [
    ...execution,
    read('S', word({ Buy: 'buy', Sell: 'sell' })),
    read('i', textId),
    noise('seq', '753843954913')
  ],
  most: 3,
  wrap: (objects) => topic('publicTrade', `[${objects.join(',')}]`),
  events: (of) => [
    {
      kind: 'trade',
      id: of['i'],
      eventMs: of['T'],
      price: of['p'],
      size: of['v'],
      side: of['S']
    }
  ]
}

const liquidations: FrameShape = {
  name: 'allLiquidation',
  fields: [...execution, read('S', word({ Buy: 'long', Sell: 'short' }))],
  most: 3,
  wrap: (objects) => topic('allLiquidation', `[${objects.join(',')}]`),
  events: (of) => [
    { kind: 'liquidation', eventMs: of['T'], position: of['S'], price: of['p'], size: of['v'] }
  ]
}

const quoted = ['bid1Price', 'bid1Size', 'ask1Price', 'ask1Size'] as const
const summed = ['prevPrice24h', 'highPrice24h', 'lowPrice24h'] as const

/** Snapshots only: what they leave out is none. */
const tickers: FrameShape = {
  name: 'tickers',
  fields: [
    read('symbol', word({ BTCUSDT: null })),
    noise('lastPrice', '"65114.20"'),
    ...[...quoted, ...summed].map((name) => free(name, amountOrNoneText(null))),
    free('volume24h', amountOrNoneText(0))
  ],
  most: 1,
  wrap: ([object = '{}']) => topic('tickers', object),
  events: (of) => {
    const hasQuote = quoted.some((name) => name in of)
    const hasStatistics = [...summed, 'volume24h'].some((name) => name in of)
    const quote = {
      kind: 'quote',
      eventMs: toldMs,
      bid: of['bid1Price'] ?? null,
      bidSize: of['bid1Size'] ?? null,
      ask: of['ask1Price'] ?? null,
      askSize: of['ask1Size'] ?? null
    }
    const statistics = {
      kind: 'statistics',
      eventMs: toldMs,
      open24h: of['prevPrice24h'] ?? null,
      high24h: of['highPrice24h'] ?? null,
      low24h: of['lowPrice24h'] ?? null,
      volume24h: of['volume24h'] ?? null
    }
    return [...(hasQuote ? [quote] : []), ...(hasStatistics ? [statistics] : [])]
  }
}

/** The best ask, without a bid. */
const book: FrameShape = {
  name: 'orderbook.1',
  fields: [read('price', positiveText), read('size', positiveText)],
  isList: true,
  most: 1,
  wrap: ([level = '[]']) => topic('orderbook.1', `{"s":"BTCUSDT","b":[],"a":[${level}]}`),
  events: ({ price: ask, size: askSize }) => [
    { kind: 'quote', eventMs: toldMs, bid: null, bidSize: null, ask, askSize }
  ]
}

/** What Bybit sends of linear contracts. */
export const bybitLinearFrames = shapedVenue(bybitLinear, 'BTC-USDT', [
  trades,
  liquidations,
  tickers
])

/** What Bybit sends of spot. */
export const bybitSpotFrames = shapedVenue(bybitSpot, 'BTC-USDT', [trades, tickers, book])
