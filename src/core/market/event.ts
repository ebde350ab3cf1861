import type { InstrumentId } from './instrument.ts'

/** The aggressor's (taker's) side; venues that publish the maker's are turned round in their parser. */
export type Side = 'buy' | 'sell'

/**
 * One execution.
 *
 * Identity is (venue, instrument, id). Venues without ids (EODHD) get one made of connection and
 * ordinal, so two identical prints stay two trades.
 */
export type Trade = {
  readonly kind: 'trade'
  readonly instrument: InstrumentId
  /** A safe integer where the venue numbers trades +1, else the venue's text. */
  readonly id: number | string
  /** Venue time, epoch ms, fraction carries microseconds. */
  readonly eventMs: number
  /** Our time, epoch ms. */
  readonly receivedMs: number
  /** Quote currency; finite, above 0. */
  readonly price: number
  /** Base units or shares; finite, above 0. */
  readonly size: number
  /** null where the venue does not tell. */
  readonly side: Side | null
}

/**
 * The newest trade before a subscription began, told by the venue on subscribing.
 *
 * It gives a price to show and an anchor for gap detection; it makes no candle.
 */
export type Anchor = Omit<Trade, 'kind'> & { readonly kind: 'anchor' }

/** Best bid and ask. Null where a side is empty or this message does not carry it (then unchanged: null means empty only when both of its fields are null by the venue's word). */
export type Quote = {
  readonly kind: 'quote'
  readonly instrument: InstrumentId
  /** Venue time, epoch ms; receive time where the venue sends none. */
  readonly eventMs: number
  readonly receivedMs: number
  readonly bid: number | null
  readonly bidSize: number | null
  readonly ask: number | null
  readonly askSize: number | null
}

/** The venue's own rolling 24 h figures. Each field null where unknown. */
export type Statistics = {
  readonly kind: 'statistics'
  readonly instrument: InstrumentId
  readonly eventMs: number
  readonly receivedMs: number
  readonly open24h: number | null
  readonly high24h: number | null
  readonly low24h: number | null
  /** Base units. */
  readonly volume24h: number | null
}

/** A sign of life from the venue, of one instrument or of the whole connection. Never counts as data. */
export type Heartbeat = {
  readonly kind: 'heartbeat'
  /** null: the whole connection. */
  readonly instrument: InstrumentId | null
  readonly eventMs: number
  readonly receivedMs: number
  /** Newest trade id the venue knows of; null where not told. */
  readonly lastTradeId: number | null
}

/** A forced order. `side` is the side of the position that was closed. */
export type Liquidation = {
  readonly kind: 'liquidation'
  readonly instrument: InstrumentId
  readonly eventMs: number
  readonly receivedMs: number
  readonly position: 'long' | 'short'
  readonly price: number
  readonly size: number
}

/** Everything a venue's parser can say about a market. */
export type MarketEvent = Trade | Anchor | Quote | Statistics | Heartbeat | Liquidation
