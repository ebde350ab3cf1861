import type { MarketEvent } from '../../core/market/event.ts'
import { decimalOfBytes, parseDecimal } from '../numbers.ts'
import { createIsoTimeReader } from './iso-time.ts'
import { buildLayout, scanLayout } from './layout.ts'
import type { ProductTable } from './product-table.ts'

const matchLayout = buildLayout([
  ['type', 'text'],
  ['trade_id', 'integer'],
  ['maker_order_id', 'text'],
  ['taker_order_id', 'text'],
  ['side', 'text'],
  ['size', 'text'],
  ['price', 'text'],
  ['product_id', 'text'],
  ['sequence', 'integer'],
  ['time', 'text']
])

const tickerLayout = buildLayout([
  ['type', 'text'],
  ['sequence', 'integer'],
  ['product_id', 'text'],
  ['price', 'text'],
  ['open_24h', 'text'],
  ['volume_24h', 'text'],
  ['low_24h', 'text'],
  ['high_24h', 'text'],
  ['volume_30d', 'text'],
  ['best_bid', 'text'],
  ['best_bid_size', 'text'],
  ['best_ask', 'text'],
  ['best_ask_size', 'text'],
  ['side', 'text'],
  ['time', 'text'],
  ['trade_id', 'integer'],
  ['last_size', 'text']
])

/** Its key order varies; these are the documented one and the one seen in 2026. */
const heartbeatOrders = [
  {
    layout: buildLayout([
      ['type', 'text'],
      ['sequence', 'integer'],
      ['last_trade_id', 'integer'],
      ['product_id', 'text'],
      ['time', 'text']
    ]),
    lastTradeId: 2,
    product: 3
  },
  {
    layout: buildLayout([
      ['type', 'text'],
      ['last_trade_id', 'integer'],
      ['product_id', 'text'],
      ['sequence', 'integer'],
      ['time', 'text']
    ]),
    lastTradeId: 1,
    product: 2
  }
] as const

/** Place of the first letter of the type in `{"type":"match"`. */
const typeAt = 9
const mostFields = 17

/**
 * Reads a frame straight from its bytes where it is written exactly as documented; null leaves it to the
 * full parser, which gives the same events for every frame this one reads.
 */
export type FrameScanner = (frame: Uint8Array, receivedMs: number) => readonly MarketEvent[] | null

/** Makes the scanner of one connection: `match`, `ticker` and `heartbeat` in their usual key order. */
export function createScanner(products: ProductTable): FrameScanner {
  const starts = new Int32Array(mostFields)
  const ends = new Int32Array(mostFields)
  const bounds = { starts, ends }
  const readTime = createIsoTimeReader()

  const startOf = (field: number) => starts[field] ?? 0
  const endOf = (field: number) => ends[field] ?? 0
  const integerOf = (frame: Uint8Array, field: number) =>
    decimalOfBytes(frame, startOf(field), endOf(field))
  const numberOf = (frame: Uint8Array, field: number) => {
    const plain = decimalOfBytes(frame, startOf(field), endOf(field))
    return Number.isNaN(plain) ? anyDecimal(frame, startOf(field), endOf(field)) : plain
  }
  const timeOf = (frame: Uint8Array, field: number) => readTime(frame, startOf(field), endOf(field))
  const productOf = (frame: Uint8Array, field: number) =>
    products.find(frame, startOf(field), endOf(field))

  function scanMatch(frame: Uint8Array, receivedMs: number): readonly MarketEvent[] | null {
    if (!scanLayout(frame, matchLayout, bounds) || !isWord(frame, startOf(0), endOf(0), 'match'))
      return null
    const instrument = productOf(frame, 7)
    const id = integerOf(frame, 1)
    const size = numberOf(frame, 5)
    const price = numberOf(frame, 6)
    const eventMs = timeOf(frame, 9)
    const makerSells = isWord(frame, startOf(4), endOf(4), 'sell')
    if (!makerSells && !isWord(frame, startOf(4), endOf(4), 'buy')) return null
    if (instrument === null || !(id > 0) || !(size > 0) || !(price > 0) || Number.isNaN(eventMs)) {
      return null
    }
    const side = makerSells ? 'buy' : 'sell'
    return [{ kind: 'trade', instrument, id, eventMs, receivedMs, price, size, side }]
  }

  function scanTicker(frame: Uint8Array, receivedMs: number): readonly MarketEvent[] | null {
    if (!scanLayout(frame, tickerLayout, bounds) || !isWord(frame, startOf(0), endOf(0), 'ticker'))
      return null
    const instrument = productOf(frame, 2)
    const eventMs = timeOf(frame, 14)
    const open24h = numberOf(frame, 4)
    const volume24h = numberOf(frame, 5)
    const low24h = numberOf(frame, 6)
    const high24h = numberOf(frame, 7)
    const bid = numberOf(frame, 9)
    const bidSize = numberOf(frame, 10)
    const ask = numberOf(frame, 11)
    const askSize = numberOf(frame, 12)
    if (instrument === null || Number.isNaN(eventMs)) return null
    if (!(open24h > 0 && low24h > 0 && high24h > 0 && volume24h >= 0)) return null
    if (!(bid > 0 && bidSize > 0 && ask > 0 && askSize > 0)) return null
    return [
      { kind: 'quote', instrument, eventMs, receivedMs, bid, bidSize, ask, askSize },
      { kind: 'statistics', instrument, eventMs, receivedMs, open24h, high24h, low24h, volume24h }
    ]
  }

  function scanHeartbeat(frame: Uint8Array, receivedMs: number): readonly MarketEvent[] | null {
    const order = heartbeatOrders.find(({ layout }) => scanLayout(frame, layout, bounds))
    if (order === undefined || !isWord(frame, startOf(0), endOf(0), 'heartbeat')) return null
    const instrument = productOf(frame, order.product)
    const lastTradeId = integerOf(frame, order.lastTradeId)
    const eventMs = timeOf(frame, 4)
    if (instrument === null || Number.isNaN(lastTradeId) || Number.isNaN(eventMs)) return null
    return [{ kind: 'heartbeat', instrument, eventMs, receivedMs, lastTradeId }]
  }

  return (frame, receivedMs) => {
    switch (frame[typeAt]) {
      case 0x6d:
        return scanMatch(frame, receivedMs)
      case 0x74:
        return scanTicker(frame, receivedMs)
      case 0x68:
        return scanHeartbeat(frame, receivedMs)
      default:
        return null
    }
  }
}

/** Volumes of busy products have more digits than are read exactly from bytes. NaN for no decimal. */
function anyDecimal(frame: Uint8Array, start: number, end: number): number {
  return parseDecimal(String.fromCharCode(...frame.subarray(start, end))) ?? NaN
}

function isWord(frame: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false
  for (let offset = 0; offset < word.length; offset += 1) {
    if (frame[start + offset] !== word.charCodeAt(offset)) return false
  }
  return true
}
