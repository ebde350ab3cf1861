import type { MarketEvent, Quote } from '../../core/market/event.ts'
import type { Instrument, InstrumentId } from '../../core/market/instrument.ts'
import { parseDecimal, parsePositive } from '../numbers.ts'
import { rejected, type FrameParser, type ParsedFrame } from '../venue.ts'
import { parseError, parseResult } from './control.ts'
import { parseTimeMs, parseTradeId } from './fields.ts'
import { scanQuote, scanTrade } from './scan.ts'
import {
  isObject,
  type BinanceFrame,
  type BinanceQuoteFrame,
  type BinanceStatisticsFrame,
  type BinanceTradeFrame,
  type Unchecked
} from './wire.ts'

/** Event types of the sheet (binance-spot.md, "Streams", read 2026-11-22) that we do not subscribe to. */
const ignoredTypes: ReadonlySet<unknown> = new Set([
  'aggTrade',
  'avgPrice',
  'blockTrade',
  'depthUpdate',
  'kline',
  'referencePrice',
  '24hrTicker'
])

/** Makes the parser of one connection, bare (`/ws`) or combined (`/stream`) alike. */
export function createParser(instruments: readonly Instrument[]): FrameParser {
  let symbols = symbolsOf(instruments)
  return {
    expect(expected) {
      symbols = symbolsOf(expected)
    },
    parse: (frame, receivedMs) =>
      parseScanned(frame, receivedMs, symbols) ?? parseDecoded(frame, receivedMs, symbols)
  }
}

type Symbols = ReadonlyMap<string, InstrumentId>

function symbolsOf(instruments: readonly Instrument[]): Symbols {
  return new Map(instruments.map(({ venueSymbol, id }) => [venueSymbol, id]))
}

/** Bytes; deltas of a book are longer than any trade or quote and are not worth scanning. */
const longestHotFrame = 512

/** Reads the hot frames in their exact documented form; null leaves the frame to `parseDecoded`. */
function parseScanned(frame: Buffer, receivedMs: number, symbols: Symbols): ParsedFrame | null {
  if (frame.length > longestHotFrame) return null
  const text = frame.toString('latin1')
  const trade = scanTrade(text)
  if (trade !== null) {
    const instrument = symbols.get(trade.symbol)
    const { id, eventMs, price, size } = trade
    if (instrument === undefined || !(price > 0 && size > 0)) return null
    const side = trade.buyerIsMaker ? 'sell' : 'buy'
    return events({ kind: 'trade', instrument, id, eventMs, receivedMs, price, size, side })
  }
  const quote = scanQuote(text)
  if (quote === null) return null
  const instrument = symbols.get(quote.symbol)
  const { bid, bidSize, ask, askSize } = quote
  if (instrument === undefined || !(bid > 0 && bidSize > 0 && ask > 0 && askSize > 0)) return null
  return events({
    kind: 'quote',
    instrument,
    eventMs: receivedMs,
    receivedMs,
    bid,
    bidSize,
    ask,
    askSize
  })
}

function parseDecoded(frame: Buffer, receivedMs: number, symbols: Symbols): ParsedFrame {
  let value: unknown
  try {
    value = JSON.parse(frame.toString('utf8'))
  } catch {
    return { kind: 'rejected', reason: 'frame: not JSON' }
  }
  if (!isObject(value)) return rejected('frame', 'an object', value)
  const { stream, data }: Unchecked<BinanceFrame> = value
  const isWrapped = typeof stream === 'string' && isObject(data)
  return parsePayload(isWrapped ? data : value, receivedMs, symbols)
}

function parsePayload(
  payload: Unchecked<BinanceFrame>,
  receivedMs: number,
  symbols: Symbols
): ParsedFrame {
  const type = payload.e
  if (type === 'trade') return parseTrade(payload, receivedMs, symbols)
  if (type === '24hrMiniTicker') return parseStatistics(payload, receivedMs, symbols)
  if (type === 'serverShutdown') {
    return { kind: 'notice', code: 'shutdown', message: 'the server is about to close' }
  }
  if (typeof type === 'string')
    return { kind: ignoredTypes.has(type) ? 'ignored' : 'unknown', type }
  if (type !== undefined) return rejected('e', 'text', type)
  if (payload.result !== undefined) return parseResult(payload, symbols)
  if (payload.code !== undefined) return parseError(payload)
  if (payload.u !== undefined) return parseQuote(payload, receivedMs, symbols)
  if (payload.lastUpdateId !== undefined) return { kind: 'ignored', type: 'partialDepth' }
  return { kind: 'unknown', type: 'untyped' }
}

function parseTrade(
  frame: Unchecked<BinanceTradeFrame>,
  receivedMs: number,
  symbols: Symbols
): ParsedFrame {
  const instrument = findInstrument(frame.s, symbols)
  if (typeof instrument === 'object') return instrument
  const id = parseTradeId(frame.t)
  const eventMs = parseTimeMs(frame.T)
  const price = parsePositive(frame.p)
  const size = parsePositive(frame.q)
  if (id === null) return rejected('t', 'a trade id', frame.t)
  if (eventMs === null) return rejected('T', 'epoch milliseconds', frame.T)
  if (parseTimeMs(frame.E) === null) return rejected('E', 'epoch milliseconds', frame.E)
  if (price === null) return rejected('p', 'decimal text above 0', frame.p)
  if (size === null) return rejected('q', 'decimal text above 0', frame.q)
  if (typeof frame.m !== 'boolean') return rejected('m', 'a boolean', frame.m)
  const side = frame.m ? 'sell' : 'buy'
  return events({ kind: 'trade', instrument, id, eventMs, receivedMs, price, size, side })
}

function parseQuote(
  frame: Unchecked<BinanceQuoteFrame>,
  receivedMs: number,
  symbols: Symbols
): ParsedFrame {
  const instrument = findInstrument(frame.s, symbols)
  if (typeof instrument === 'object') return instrument
  const bid = parseLevel(frame.b, frame.B)
  const ask = parseLevel(frame.a, frame.A)
  if (parseTradeId(frame.u) === null) return rejected('u', 'an update id', frame.u)
  if (bid === null) return rejected('b with B', levelForm, frame.b)
  if (ask === null) return rejected('a with A', levelForm, frame.a)
  const quote: Quote = {
    kind: 'quote',
    instrument,
    // The frame carries no time (binance-spot.md, "Quirks seen", read 2026-11-22).
    eventMs: receivedMs,
    receivedMs,
    bid: bid.price,
    bidSize: bid.size,
    ask: ask.price,
    askSize: ask.size
  }
  return events(quote)
}

const levelForm = 'decimal texts, both above 0 or both 0'

/** A side without orders is published with zeros in both fields; a zero in one of them is no level. */
function parseLevel(
  priceText: unknown,
  sizeText: unknown
): { readonly price: number | null; readonly size: number | null } | null {
  const price = parseDecimal(priceText)
  const size = parseDecimal(sizeText)
  if (price === 0 && size === 0) return { price: null, size: null }
  return price !== null && size !== null && price > 0 && size > 0 ? { price, size } : null
}

function parseStatistics(
  frame: Unchecked<BinanceStatisticsFrame>,
  receivedMs: number,
  symbols: Symbols
): ParsedFrame {
  const instrument = findInstrument(frame.s, symbols)
  if (typeof instrument === 'object') return instrument
  const eventMs = parseTimeMs(frame.E)
  if (eventMs === null) return rejected('E', 'epoch milliseconds', frame.E)
  for (const field of ['o', 'h', 'l', 'v'] as const) {
    const figure = parseDecimal(frame[field])
    if (figure === null || figure < 0) {
      return rejected(field, 'decimal text of at least 0', frame[field])
    }
  }
  return events({
    kind: 'statistics',
    instrument,
    eventMs,
    receivedMs,
    // A market without trades in 24 h is published with prices of 0.
    open24h: parsePositive(frame.o),
    high24h: parsePositive(frame.h),
    low24h: parsePositive(frame.l),
    volume24h: parseDecimal(frame.v)
  })
}

function findInstrument(symbol: unknown, symbols: Symbols): InstrumentId | ParsedFrame {
  if (typeof symbol !== 'string') return rejected('s', 'text', symbol)
  return symbols.get(symbol) ?? { kind: 'unknown', type: 'instrument' }
}

function events(event: MarketEvent): ParsedFrame {
  return { kind: 'events', events: [event] }
}
