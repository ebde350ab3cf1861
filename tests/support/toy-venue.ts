import type { MarketEvent } from '../../src/core/market/event.ts'
import { instrumentId } from '../../src/core/market/instrument.ts'
import type { Instrument, InstrumentId } from '../../src/core/market/instrument.ts'
import type { FrameParser, ParsedFrame, Venue, VenueRequest } from '../../src/venues/venue.ts'

/** An instrument of the toy venue. */
export function aToy(symbol: string, changes: Partial<Instrument> = {}): Instrument {
  const [base = symbol, quote = 'USD'] = symbol.split('-')
  return {
    id: instrumentId('toy', symbol),
    venue: 'toy',
    symbol,
    venueSymbol: symbol,
    base,
    quote,
    tickSize: 0.01,
    lotSize: 0.0001,
    calendar: null,
    status: 'trading',
    turnover24h: null,
    ...changes
  }
}

/** `count` instruments, T001-USD and up. */
export function someToys(count: number): readonly Instrument[] {
  return [...Array(count).keys()].map((index) => aToy(`T${String(index + 1).padStart(3, '0')}-USD`))
}

/** What a subscribe or unsubscribe frame of the toy venue holds. */
export type ToyRequest = {
  readonly op: 'subscribe' | 'unsubscribe'
  readonly id: string
  readonly symbols: readonly string[]
}

/**
 * A venue with a protocol as small as may be: `{ack}`, `{list}`, `{refused}`, `{trade}`, `{quote}`,
 * `{beat}`, `{welcome}`, `{pong}`, `{notice}`; other objects are unknown, the rest is rejected.
 */
export function toyVenue(changes: Partial<Venue> = {}): Venue {
  return {
    id: 'toy',
    name: 'Toy',
    endpoints: { wsUrl: 'ws://toy.test', restUrl: 'http://toy.test' },
    limits: {
      connects: { burst: 100, perSecond: 10, per5Minutes: null },
      messagesPerSecond: 50,
      rest: { burst: 5, perSecond: 5 },
      instrumentsPerConnection: { usual: 3, most: 10 },
      maxFrameBytes: 65_536
    },
    tradeIds: 'contiguous',
    handshake: 'open',
    acknowledges: 'request',
    keepAlive: null,
    heartbeatMs: 1_000,
    lifetimeMs: null,
    tellsLastTrade: true,
    graceMs: 2_000,
    needsKey: false,
    compress: false,
    connectUrl: (wsUrl, apiKey) => (apiKey === null ? wsUrl : `${wsUrl}/?key=${apiKey}`),
    subscribe: (instruments, firstId) => [toyRequest('subscribe', instruments, firstId)],
    unsubscribe: (instruments, firstId) => [toyRequest('unsubscribe', instruments, firstId)],
    createParser: (instruments) => toyParser(instruments),
    discover: () => Promise.resolve({ instruments: someToys(6), complete: true, problems: [] }),
    fetchTimeMs: () => Promise.resolve(0),
    fetchCandles: () => Promise.resolve(null),
    fetchTradesById: () => Promise.resolve(null),
    fetchRecentTrades: () => Promise.resolve(null),
    ...changes
  }
}

/** One toy request for all of `instruments`. */
export function toyRequest(
  op: ToyRequest['op'],
  instruments: readonly Instrument[],
  id: number
): VenueRequest {
  const symbols = instruments.map(({ venueSymbol }) => venueSymbol)
  return {
    frame: JSON.stringify({ op, id: `r${id}`, symbols } satisfies ToyRequest),
    requestId: `r${id}`,
    instruments: instruments.map((instrument) => instrument.id)
  }
}

/** Reads a frame that a toy client sent. */
export function readToyRequest(text: string): ToyRequest {
  return JSON.parse(text) as ToyRequest
}

type ToyFrame = {
  readonly ack?: string
  readonly list?: readonly string[]
  readonly refused?: string | null
  readonly names?: readonly string[]
  readonly scope?: 'request' | 'instrument' | 'connection'
  readonly code?: Extract<ParsedFrame, { kind: 'refused' }>['code']
  readonly trade?: string
  readonly quote?: string
  readonly anchor?: string
  readonly beat?: string | null
  readonly id?: number
  readonly last?: number
  readonly at?: number
  readonly welcome?: true
  readonly pong?: true
  readonly notice?: 'rate' | 'shutdown' | 'maintenance'
}

function toyParser(instruments: readonly Instrument[]): FrameParser {
  const expected = new Set(instruments.map(({ venueSymbol }) => venueSymbol))
  return {
    parse(frame, receivedMs) {
      let content: unknown
      try {
        content = JSON.parse(frame.toString())
      } catch {
        return { kind: 'rejected', reason: 'not JSON' }
      }
      return typeof content === 'object' && content !== null
        ? parseToy(content, { receivedMs, expected })
        : { kind: 'rejected', reason: 'not an object' }
    }
  }
}

function parseToy(
  frame: ToyFrame,
  context: { readonly receivedMs: number; readonly expected: ReadonlySet<string> }
): ParsedFrame {
  if (frame.ack !== undefined) {
    return { kind: 'acknowledged', requestId: frame.ack, subscribed: null }
  }
  if (frame.list !== undefined) {
    return { kind: 'acknowledged', requestId: null, subscribed: frame.list.map(toyId) }
  }
  if (frame.refused !== undefined) {
    return {
      kind: 'refused',
      requestId: frame.refused,
      scope: frame.scope ?? 'request',
      code: frame.code ?? 'unknown-instrument',
      instruments: (frame.names ?? []).map(toyId),
      reason: 'no such symbol'
    }
  }
  if (frame.welcome) return { kind: 'authorized' }
  if (frame.pong) return { kind: 'pong' }
  if (frame.notice) return { kind: 'notice', code: frame.notice, message: 'hear, hear' }
  const event = parseToyEvent(frame, context.receivedMs)
  if (event === null) return { kind: 'unknown', type: Object.keys(frame).join(' ') }
  const symbol = frame.trade ?? frame.quote ?? frame.anchor ?? frame.beat ?? null
  return symbol === null || context.expected.has(symbol)
    ? { kind: 'events', events: [event] }
    : { kind: 'unknown', type: 'unexpected instrument' }
}

function parseToyEvent(frame: ToyFrame, receivedMs: number): MarketEvent | null {
  const { trade, quote, anchor, beat, id = 1, last = null, at: eventMs = receivedMs } = frame
  const execution = { id, eventMs, receivedMs, price: 1, size: 1, side: null }
  if (trade !== undefined) return { kind: 'trade', instrument: toyId(trade), ...execution }
  if (anchor !== undefined) return { kind: 'anchor', instrument: toyId(anchor), ...execution }
  if (quote !== undefined) {
    const sides = { bid: 1, bidSize: 1, ask: 2, askSize: 1 }
    return { kind: 'quote', instrument: toyId(quote), eventMs, receivedMs, ...sides }
  }
  if (beat === undefined) return null
  const instrument = beat === null ? null : toyId(beat)
  return { kind: 'heartbeat', instrument, eventMs, receivedMs, lastTradeId: last }
}

function toyId(symbol: string): InstrumentId {
  return instrumentId('toy', symbol)
}
