import { binanceSpot } from '../../src/venues/binance-spot/binance-spot.ts'
import type { Random } from '../../src/core/market/random.ts'
import { amountText, boolean, positiveText, wholeNumber, word } from './field-values.ts'
import { noise, read, shapedVenue, type FrameShape } from './frame-shape.ts'

const timeMs = wholeNumber(1e12, 1e13 - 1)
const symbol = read('s', word({ BTCUSDT: null }))

/** Bare, or as the combined stream has it. */
function perhapsCombined([object = '{}']: readonly string[], random: Random): string {
  return random() < 0.5 ? object : `{"stream":"btcusdt@any","data":${object}}`
}

const trades: FrameShape = {
  name: 'trade',
  fields: [
    read('e', word({ trade: null })),
    read('E', timeMs),
    symbol,
    read('t', wholeNumber(0)),
    read('p', positiveText),
    read('q', positiveText),
    read('T', timeMs),
    read('m', boolean),
    noise('M', 'true')
  ],
  most: 1,
  wrap: perhapsCombined,
  events: (of) => [
    {
      kind: 'trade',
      id: of['t'],
      eventMs: of['T'],
      price: of['p'],
      size: of['q'],
      // `m`: the buyer was the maker.
      side: of['m'] === true ? 'sell' : 'buy'
    }
  ]
}

const quotes: FrameShape = {
  name: 'bookTicker',
  fields: [
    read('u', wholeNumber(0)),
    symbol,
    read('b', positiveText),
    read('B', positiveText),
    read('a', positiveText),
    read('A', positiveText)
  ],
  most: 1,
  wrap: perhapsCombined,
  events: (of) => [
    {
      kind: 'quote',
      eventMs: null,
      bid: of['b'],
      bidSize: of['B'],
      ask: of['a'],
      askSize: of['A']
    }
  ]
}

const statistics: FrameShape = {
  name: '24hrMiniTicker',
  fields: [
    read('e', word({ '24hrMiniTicker': null })),
    read('E', timeMs),
    symbol,
    noise('c', '"61837.63000000"'),
    read('o', amountText(null)),
    read('h', amountText(null)),
    read('l', amountText(null)),
    read('v', amountText(0)),
    noise('q', '"2400000000.00000000"')
  ],
  most: 1,
  wrap: perhapsCombined,
  events: (of) => [
    {
      kind: 'statistics',
      eventMs: of['E'],
      open24h: of['o'],
      high24h: of['h'],
      low24h: of['l'],
      volume24h: of['v']
    }
  ]
}

/** What Binance sends of spot. */
export const binanceFrames = shapedVenue(binanceSpot, 'BTC-USDT', [trades, quotes, statistics])
