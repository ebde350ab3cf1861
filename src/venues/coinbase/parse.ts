import type { MarketEvent } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { parseDecimal, parsePositive } from '../numbers.ts'
import { rejected } from '../venue.ts'
import type { FrameParser, ParsedFrame } from '../venue.ts'
import { parseAcknowledgement, parseRefusal, parseStatus } from './answer.ts'
import { parseIsoTime } from './iso-time.ts'
import { buildProductTable } from './product-table.ts'
import { createScanner } from './scan.ts'
import type {
  CoinbaseHeartbeatFrame,
  CoinbaseTickerFrame,
  CoinbaseTradeFrame,
  Unchecked
} from './wire.ts'

type ProductFrame = Unchecked<CoinbaseTradeFrame> &
  Unchecked<CoinbaseTickerFrame> &
  Unchecked<CoinbaseHeartbeatFrame>

/** Reads the frames of one connection: from their bytes where they look as documented, else as JSON. */
export function createCoinbaseParser(instruments: readonly Instrument[]): FrameParser {
  let products = buildProductTable(instruments)
  let scan = createScanner(products)
  return {
    expect(expected) {
      products = buildProductTable(expected)
      scan = createScanner(products)
    },
    parse(frame, receivedMs) {
      const events = scan(frame, receivedMs)
      return events === null
        ? parseCoinbaseFrame(frame, receivedMs, products.byText)
        : { kind: 'events', events }
    }
  }
}

/** Reads one frame as JSON, whatever its key order; the measure of what the byte scanner may answer. */
export function parseCoinbaseFrame(
  frame: Buffer,
  receivedMs: number,
  products: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  let content: unknown
  try {
    content = JSON.parse(frame.toString())
  } catch {
    return { kind: 'rejected', reason: 'frame: not JSON' }
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return rejected('frame', 'an object', content)
  }
  return parseObject(content, receivedMs, products)
}

function parseObject(
  frame: ProductFrame,
  receivedMs: number,
  products: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  const { type } = frame
  switch (type) {
    case 'match':
    case 'last_match':
    case 'ticker':
    case 'heartbeat':
      return parseProductFrame(type, frame, receivedMs, products)
    case 'subscriptions':
      return parseAcknowledgement(frame, products)
    case 'error':
      return parseRefusal(frame, products)
    case 'status':
      return parseStatus(frame, products)
    case 'snapshot':
    case 'l2update':
      return { kind: 'ignored', type }
    default:
      return typeof type === 'string'
        ? { kind: 'unknown', type: type.slice(0, 40) }
        : rejected('type', 'text', type)
  }
}

function parseProductFrame(
  type: 'match' | 'last_match' | 'ticker' | 'heartbeat',
  frame: ProductFrame,
  receivedMs: number,
  products: ReadonlyMap<string, InstrumentId>
): ParsedFrame {
  const product = frame.product_id
  if (typeof product !== 'string') return rejected('product_id', 'text', product)
  const instrument = products.get(product)
  if (instrument === undefined) return { kind: 'unknown', type: `${type} of another product` }
  const eventMs = parseIsoTime(frame.time)
  if (eventMs === null) return rejected('time', 'an ISO-8601 UTC time', frame.time)
  const stamp = { instrument, eventMs, receivedMs }
  if (type === 'ticker') return parseTicker(frame, stamp)
  if (type === 'heartbeat') return parseHeartbeat(frame, stamp)
  return parseTrade(type === 'match' ? 'trade' : 'anchor', frame, stamp)
}

type Stamp = Pick<MarketEvent, 'eventMs' | 'receivedMs'> & { readonly instrument: InstrumentId }

function parseTrade(
  kind: 'trade' | 'anchor',
  frame: Unchecked<CoinbaseTradeFrame>,
  { instrument, eventMs, receivedMs }: Stamp
): ParsedFrame {
  const { trade_id: id, side: makerSide } = frame
  if (!isId(id) || id === 0) return rejected('trade_id', 'a safe integer above 0', id)
  const price = parsePositive(frame.price)
  if (price === null) return rejected('price', 'a decimal above 0', frame.price)
  const size = parsePositive(frame.size)
  if (size === null) return rejected('size', 'a decimal above 0', frame.size)
  if (makerSide !== 'buy' && makerSide !== 'sell') {
    return rejected('side', 'buy or sell', makerSide)
  }
  const side = takerSide(makerSide)
  return {
    kind: 'events',
    events: [{ kind, instrument, id, eventMs, receivedMs, price, size, side }]
  }
}

/** `side` names the maker's side; …/websocket-feed/channels (match), read 2026-11-22. */
export function takerSide(makerSide: 'buy' | 'sell'): 'buy' | 'sell' {
  return makerSide === 'sell' ? 'buy' : 'sell'
}

function parseTicker(
  frame: Unchecked<CoinbaseTickerFrame>,
  { instrument, eventMs, receivedMs }: Stamp
): ParsedFrame {
  const required = ['best_bid', 'best_ask'] as const
  for (const field of required) {
    if (frame[field] === undefined) return rejected(field, 'a decimal, at least 0', undefined)
  }
  const checked = [
    'best_bid_size',
    'best_ask_size',
    'open_24h',
    'high_24h',
    'low_24h',
    'volume_24h'
  ] as const
  for (const field of [...required, ...checked]) {
    const value = frame[field]
    if (value !== undefined && !((parseDecimal(value) ?? -1) >= 0)) {
      return rejected(field, 'a decimal, at least 0', value)
    }
  }
  const quote: MarketEvent = {
    kind: 'quote',
    instrument,
    eventMs,
    receivedMs,
    bid: parsePositive(frame.best_bid),
    bidSize: parsePositive(frame.best_bid_size),
    ask: parsePositive(frame.best_ask),
    askSize: parsePositive(frame.best_ask_size)
  }
  const statistics: MarketEvent = {
    kind: 'statistics',
    instrument,
    eventMs,
    receivedMs,
    open24h: parsePositive(frame.open_24h),
    high24h: parsePositive(frame.high_24h),
    low24h: parsePositive(frame.low_24h),
    volume24h: parseDecimal(frame.volume_24h)
  }
  return { kind: 'events', events: [quote, statistics] }
}

function parseHeartbeat(
  frame: Unchecked<CoinbaseHeartbeatFrame>,
  { instrument, eventMs, receivedMs }: Stamp
): ParsedFrame {
  const lastTradeId = frame.last_trade_id
  if (!isId(lastTradeId))
    return rejected('last_trade_id', 'a safe integer, at least 0', lastTradeId)
  return {
    kind: 'events',
    events: [{ kind: 'heartbeat', instrument, eventMs, receivedMs, lastTradeId }]
  }
}

/** Ids count from 1; 0 stands for a product that never traded. */
function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
