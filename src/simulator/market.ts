import type { InstrumentId } from '../core/market/instrument.ts'

/** The venues that the simulator can speak as. */
export type SimVenueId = 'coinbase' | 'bybit-spot' | 'bybit-linear' | 'eodhd' | 'binance-spot'

/** One tradable thing of the simulated market. */
export type SimInstrument = {
  /** Our id, `coinbase:BTC-USD`; the truth is kept under it. */
  readonly id: InstrumentId
  readonly venue: SimVenueId
  /** As the venue spells it: `BTC-USD`, `BTCUSDT`, `QLD`. */
  readonly venueSymbol: string
  readonly base: string
  readonly quote: string
  readonly priceDigits: number
  readonly sizeDigits: number
  /** False once delisted. */
  readonly trading: boolean
}

/** One execution of the simulated market. Texts carry exactly what goes on the wire. */
export type SimTrade = {
  readonly instrument: InstrumentId
  /** +1 per trade and instrument. */
  readonly id: number
  /** Text id in the style of venues that use one (UUID, or a decimal beyond 2^53 for Bybit spot). */
  readonly textId: string
  /** Epoch ms; the fraction carries microseconds. */
  readonly eventMs: number
  readonly price: number
  readonly priceText: string
  readonly size: number
  readonly sizeText: string
  readonly takerSide: 'buy' | 'sell'
  /** Venue sequence at this trade: rising, not contiguous. */
  readonly sequence: number
  /** US sale conditions; empty elsewhere. */
  readonly conditions: readonly number[]
}

export type SimLiquidation = {
  readonly instrument: InstrumentId
  readonly eventMs: number
  readonly position: 'long' | 'short'
  readonly priceText: string
  readonly sizeText: string
}

/** [price text, size text]. */
export type SimLevel = readonly [string, string]

/** What the market looks like now. */
export type SimState = {
  readonly lastTrade: SimTrade | null
  readonly sequence: number
  readonly bid: SimLevel
  readonly ask: SimLevel
  /** Best first. */
  readonly bids: readonly SimLevel[]
  readonly asks: readonly SimLevel[]
  readonly open24hText: string
  readonly high24hText: string
  readonly low24hText: string
  readonly volume24hText: string
  readonly volume30dText: string
  readonly openInterestText: string
}

export type SimCandle = {
  readonly openMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

export interface SimMarketListener {
  trade?(trade: SimTrade): void
  /** Best bid or ask moved, with or without a trade. */
  quote?(instrument: InstrumentId): void
  liquidation?(liquidation: SimLiquidation): void
  /**
   * True while a client reads too slowly for more. Asked only by a tape at speed `max`, between
   * slices of a few hundred trades: it waits instead of filling memory.
   */
  congested?(): boolean
}

/** The market behind the simulated venues: seeded, or fed from a tape. One clock for all of it. */
export interface SimMarket {
  /** Simulator clock, epoch ms: the wall clock at speed 1, the tape's own clock when fed from a tape. */
  nowMs(): number
  instruments(venue: SimVenueId): readonly SimInstrument[]
  find(venue: SimVenueId, venueSymbol: string): SimInstrument | null
  state(instrument: InstrumentId): SimState
  /** Kept trades with fromId <= id <= toId, ascending; older ones than kept are missing. */
  tradesById(instrument: InstrumentId, fromId: number, toId: number): readonly SimTrade[]
  /** Newest kept trades, ascending. */
  newestTrades(instrument: InstrumentId, limit: number): readonly SimTrade[]
  /** Candles in [fromMs, toMs), ascending, empty intervals left out; history before the start is made up from the seed and joins without a seam. */
  candles(
    instrument: InstrumentId,
    lengthMs: number,
    fromMs: number,
    toMs: number
  ): readonly SimCandle[]
  listen(listener: SimMarketListener): () => void
}

/** The ground truth: told of each subscription and of each trade frame that goes out. */
export interface SimTruth {
  subscribed(connection: string, instrument: InstrumentId): void
  unsubscribed(connection: string, instrument: InstrumentId): void
  closed(connection: string): void
  sent(connection: string, trade: SimTrade): void
}

/** What a fault does to a connection, most of it its end. */
export type SimCut =
  /** TCP reset; FIN without a close frame; TCP reset after a part of a frame. */
  | { readonly how: 'reset' | 'eof' | 'mid-frame' }
  /** A close frame, then the end; a null code is a close frame without one. Codes that may not be sent are sent all the same. */
  | { readonly how: 'close'; readonly code: number | null }
  /** It stays open, and from here on hears and says nothing; `partial`: a part of a frame goes out first. */
  | { readonly how: 'freeze'; readonly partial: boolean }
  /** Bytes as they are, past the library. */
  | { readonly how: 'raw'; readonly bytes: Buffer }
  /** One message in so many fragments of 64 KiB, one every `everyMs`, and no last one. */
  | { readonly how: 'fragments'; readonly most: number; readonly everyMs: number }
  /** One text frame, as the venue would send it. */
  | { readonly how: 'say'; readonly frame: string }

/** Says by its id whether a connection is meant. */
export type SimChoice = (connection: string) => boolean

/** How a lasting fault ends connections of an age. */
export type SimLifetime = { readonly ms: number; readonly cut: SimCut }

/** An HTTP answer that takes the place of the venue's own. */
export type SimRefusal = {
  readonly status: number
  /** What is said of it to who asked for an upgrade; nothing unless given. */
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
}

/** What faults may do to frames, connections and requests; the default does nothing. */
export interface SimFaults {
  /** Asked before each frame goes out. */
  onSend(venue: SimVenueId, connection: string, instrument: InstrumentId | null): 'send' | 'drop'
  /** What goes out in the place of a frame; null: nothing does, though the venue takes it for sent. */
  onFrame(venue: SimVenueId, instrument: InstrumentId | null, frame: string): string | null
  /** Asked for each message of a client: whether the venue takes notice. */
  onMessage(venue: SimVenueId): 'hear' | 'ignore'
  /** Asked before each upgrade. `mute`: it is never answered. */
  onConnect(venue: SimVenueId): 'admit' | 'reset' | 'mute' | SimRefusal
  /**
   * Asked before each REST request; null: the venue answers itself.
   *
   * @param target Path and query.
   */
  onRequest(venue: SimVenueId, target: string): SimRefusal | null
  /** How much later a REST request is answered, ms. */
  answerDelayMs(venue: SimVenueId, target: string): number
  /** How old a connection of the venue may become, and how it is ended then; null: any age. */
  lifetime(venue: SimVenueId, connection: string): SimLifetime | null
  /** Whether nothing listens on the venue's port. */
  isPortClosed(venue: SimVenueId): boolean
}

/** Moves a market that is made up as it goes; a tape has nothing of it. */
export interface SimMarketControl {
  /** Lets so many trades happen at once. */
  burst(instrument: InstrumentId, trades: number): void
  /** Nothing trades for so long; what was due comes later. */
  hold(instrument: InstrumentId, forMs: number): void
  /** The next trade gets this id, those after it the following ones. */
  restartIds(instrument: InstrumentId, nextId: number): void
}

/** One venue's servers, running. */
export interface SimVenueServer {
  readonly wsUrl: string
  readonly restUrl: string
  /** Does to connections what a fault would; to all of them unless some are chosen. */
  dropConnections(cut: SimCut, isMeant?: SimChoice): void
  /** Tells every connection that the server is about to end, and closes them so much later; only where the venue does so. */
  announceShutdown?(leadMs: number): void
  /** How often each limit was met since the start; only where limits are enforced. */
  breaches?(): object
  close(): Promise<void>
}

export type SimVenueOptions = {
  readonly market: SimMarket
  readonly truth: SimTruth
  readonly faults: SimFaults
  /** 0: any free port. WebSocket and REST share it. */
  readonly port: number
}
