import type { Candle } from '../core/market/candle.ts'
import type { MarketEvent, Trade } from '../core/market/event.ts'
import type { Instrument, InstrumentId, VenueId } from '../core/market/instrument.ts'

/** Where a venue is reached. `settings.toml` may override both. No trailing slash. */
export type VenueEndpoints = { readonly wsUrl: string; readonly restUrl: string }

/** What the venue allows, from its protocol sheet, with our safety margin already taken off. */
export type VenueLimits = {
  /** Connection attempts: at most `burst` at once, refilled at `perSecond`, never more than `per5Minutes`. */
  readonly connects: {
    readonly burst: number
    readonly perSecond: number
    readonly per5Minutes: number | null
    /** After an outage of the venue; at most half of what its sheet allows. Half of `perSecond` unless given. */
    readonly releasePerSecond?: number
  }
  /** Venues of one name count together at the far end, and share connects, REST and pauses here; else its own. */
  readonly shared?: string
  /** Client messages per second on one connection. */
  readonly messagesPerSecond: number
  /** REST requests: token bucket. */
  readonly rest: { readonly burst: number; readonly perSecond: number }
  /** Answers of REST that tell of a ban, and how long it lasts where the answer does not say; none unless given. */
  readonly bans?: readonly BanRule[]
  /** Instruments on one connection: our default, and the most the venue takes. */
  readonly instrumentsPerConnection: { readonly usual: number; readonly most: number }
  /** Largest frame accepted, in bytes (ws `maxPayload`). */
  readonly maxFrameBytes: number
}

/** By what a venue tells that it has shut an address out for a while. */
export type BanRule = {
  /** HTTP status. */
  readonly status: number
  /** What the body says; anything unless given. */
  readonly says?: RegExp
  readonly pauseMs: number
}

/** Why a connection ended, as counted and shown. */
export type CloseClass =
  | 'normal'
  | 'reset'
  | 'eof'
  | 'timeout'
  | 'silence'
  | 'refused'
  | 'policy'
  | 'rate'
  | 'auth'
  | 'protocol'
  | 'oversized'
  | 'server'
  | 'maintenance'
  | 'dns'
  | 'unreachable'
  | 'tls'

/** What a close frame means. */
export type CloseRule = {
  /** One code, or all from the first to the last. */
  readonly code: number | readonly [number, number]
  /** Only with these words of the venue. */
  readonly says?: RegExp
  readonly class: CloseClass
  /** The next attempt comes no sooner, ms; 0 unless given. */
  readonly leastDelayMs?: number
  /** Random time on top, so that all connections do not return at once, ms; 0 unless given. */
  readonly spreadMs?: number
}

/** One subscribe or unsubscribe message, ready to send. */
export type VenueRequest = {
  readonly frame: string
  /** Echoed in the acknowledgement; null where the venue has no request ids. */
  readonly requestId: string | null
  /** What it asks for, in request order. */
  readonly instruments: readonly InstrumentId[]
}

/** What one received frame means. A frame that cannot be read is `rejected`, never thrown. */
export type ParsedFrame =
  | { readonly kind: 'events'; readonly events: readonly MarketEvent[] }
  /** The venue lets us in; subscribe only now (`handshake: 'authorized'`). */
  | { readonly kind: 'authorized' }
  /** `subscribed`: the connection's complete list as the venue sees it, or null when the ack names only the request. */
  | {
      readonly kind: 'acknowledged'
      readonly requestId: string | null
      readonly subscribed: readonly InstrumentId[] | null
    }
  /** `request`: nothing of the message was taken. `instruments`: those the venue named, may be empty. */
  | {
      readonly kind: 'refused'
      readonly requestId: string | null
      readonly scope: 'request' | 'instrument' | 'connection'
      readonly code:
        'unknown-instrument' | 'already-subscribed' | 'limit' | 'authentication' | 'other'
      readonly instruments: readonly InstrumentId[]
      readonly reason: string
    }
  | { readonly kind: 'pong' }
  | {
      readonly kind: 'notice'
      readonly code: 'shutdown' | 'rate' | 'maintenance' | 'other'
      readonly message: string
    }
  /** Known to the protocol, of no use to us. */
  | { readonly kind: 'ignored'; readonly type: string }
  /** Not in the protocol sheet: counted, sampled once. */
  | { readonly kind: 'unknown'; readonly type: string }
  /** Malformed, wrong-typed or implausible: quarantined with its reason. */
  | { readonly kind: 'rejected'; readonly reason: string }

/**
 * Says why a frame is quarantined: which field, what it should hold and what it holds.
 *
 * @param received Text is cut to 40 characters; of anything bigger only the type is told.
 */
export function rejected(field: string, expected: string, received: unknown): ParsedFrame {
  return { kind: 'rejected', reason: `${field}: expected ${expected}, received ${brief(received)}` }
}

function brief(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}

/** Reads the frames of one connection, in order; may remember what deltas need. */
export interface FrameParser {
  /**
   * @param frame The whole text frame, UTF-8.
   * @param receivedMs Epoch ms at which it arrived.
   */
  parse(frame: Buffer, receivedMs: number): ParsedFrame
  /**
   * Replaces the list of expected instruments and keeps what is remembered of the others. Optional:
   * where it is missing, an added instrument costs the connection a new parser.
   */
  expect?(instruments: readonly Instrument[]): void
}

/** The HTTP client a venue is handed: budgeted and observed by its owner. */
export interface RestClient {
  /**
   * Fetches and decodes JSON.
   *
   * @param url Absolute.
   * @throws VenueError on transport failure, a non-2xx status or a body that is not JSON.
   */
  getJson(
    url: string,
    signal: AbortSignal
  ): Promise<{ readonly body: unknown; readonly headers: Headers }>
}

/** What discovery found. A slow or partly broken venue gives what it could. */
export type Discovery = {
  readonly instruments: readonly Instrument[]
  /** False when a page failed and more instruments may exist. */
  readonly complete: boolean
  /** One line for each thing that went wrong or was left out, for the log. */
  readonly problems: readonly string[]
}

/** How REST is reached for one call. */
export type RestContext = {
  readonly rest: RestClient
  readonly restUrl: string
  /** Key for venues that want one; null where none is set. Never logged. */
  readonly apiKey: string | null
  readonly signal: AbortSignal
}

/** Trades by id, both ends included; ascending. */
export type TradeIdRange = { readonly fromId: number; readonly toId: number }

/** One page of a venue's history of trades, as the venue told it: who asked judges it. */
export type TradePage = {
  /** Oldest first where the venue keeps its documented order; never sorted or thinned out. May be empty. */
  readonly trades: readonly Trade[]
  /** Rows that are no trade of the instrument, or hold what no trade can. */
  readonly unreadable: number
}

/**
 * A venue, as Tapedeck connects to it: facts and pure translation; sockets, budgets and retries
 * belong to the collector.
 */
export interface Venue {
  readonly id: VenueId
  /** As people write it: `Coinbase`. */
  readonly name: string
  readonly endpoints: VenueEndpoints
  readonly limits: VenueLimits
  /**
   * `contiguous`: +1 per trade, so holes are visible and ids order trades. `unique`: identity only.
   * `none`: the venue numbers nothing; ids are made of connection and ordinal, and overlap is forbidden.
   */
  readonly tradeIds: 'contiguous' | 'unique' | 'none'
  /** `open`: subscribe as soon as the socket is open. `authorized`: wait for the venue's word. */
  readonly handshake: 'open' | 'authorized'
  /** `list`: acks carry the cumulative list. `request`: one ack per request id. `none`: silence means yes. */
  readonly acknowledges: 'list' | 'request' | 'none'
  /** Application-level ping, where the venue wants one. */
  readonly keepAlive: { readonly everyMs: number; frame(ordinal: number): string } | null
  /** Longest usual silence between the venue's own signs of life, ms; null where it sends none. */
  readonly heartbeatMs: number | null
  /** Tells the newest trade of its own accord, on subscribing and in its heartbeats; else REST is asked. */
  readonly tellsLastTrade: boolean
  /** After which the venue ends a connection, ms; null where it names no limit. */
  readonly lifetimeMs: number | null
  /** Seconds after which no more late trades are expected: a candle is final then. */
  readonly graceMs: number
  /** What its close frames mean where that is more than RFC 6455 says; the first that fits counts. */
  readonly closeRules?: readonly CloseRule[]
  /** A key is needed for live data. */
  readonly needsKey: boolean
  /** Whether frames should be compressed on the wire (permessage-deflate offered). */
  readonly compress: boolean

  /** The URL to open; carries the key where the venue wants it there, so it is redacted in logs. */
  connectUrl(wsUrl: string, apiKey: string | null): string
  /** Splits `instruments` into as few messages as the venue's limits allow. */
  subscribe(instruments: readonly Instrument[], firstRequestId: number): readonly VenueRequest[]
  unsubscribe(instruments: readonly Instrument[], firstRequestId: number): readonly VenueRequest[]
  /**
   * @param instruments Those whose frames are expected; others are `unknown`.
   * @param connection Unique for all time in this data folder; names trades where the venue does not.
   */
  createParser(instruments: readonly Instrument[], connection: string): FrameParser

  /** Lists what the venue offers. @throws VenueError when nothing at all could be had. */
  discover(context: RestContext): Promise<Discovery>
  /**
   * Builds an instrument from its symbol in our spelling, for captures that hold no list of instruments;
   * null where the venue's own spelling does not follow from ours. Optional: without it such a capture
   * cannot be replayed.
   */
  assumeInstrument?(symbol: string): Instrument | null
  /** Venue clock, epoch ms. @throws VenueError */
  fetchTimeMs(context: RestContext): Promise<number>
  /**
   * The venue's own candles in [fromMs, toMs), oldest first, minutes without a trade left out.
   * Null where the venue serves no such interval.
   *
   * @throws VenueError
   */
  fetchCandles(
    context: RestContext,
    request: {
      readonly instrument: Instrument
      readonly interval: string
      readonly fromMs: number
      readonly toMs: number
    }
  ): Promise<readonly Candle[] | null>
  /**
   * One request: the newest trades of the range, as many as fit on a page. Only for `contiguous` ids, else
   * null. What a whole page brings along beyond the range, where the venue's paging does that, is left out.
   *
   * @throws VenueError
   */
  fetchTradesById(
    context: RestContext,
    instrument: Instrument,
    range: TradeIdRange
  ): Promise<TradePage | null>
  /**
   * One request: the newest trades the venue still serves. Null where it serves none.
   *
   * @param limit At most so many, the newest; as many as the venue gives where not said.
   * @throws VenueError
   */
  fetchRecentTrades(
    context: RestContext,
    instrument: Instrument,
    limit?: number
  ): Promise<TradePage | null>
}
