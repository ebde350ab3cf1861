/** Our name of a venue, the folder under `src/venues` and the key in `settings.toml`: `coinbase`, `bybit-linear`. */
export type VenueId = string

/** `venue:SYMBOL` in our spelling, `coinbase:BTC-USD`, `eodhd:QLD`. */
export type InstrumentId = `${string}:${string}`

/** One tradable thing on one venue. */
export type Instrument = {
  readonly id: InstrumentId
  readonly venue: VenueId
  /** Our spelling, `BASE-QUOTE`; a bare ticker symbol for equities. */
  readonly symbol: string
  /** The venue's own spelling. Opaque outside the venue's folder. */
  readonly venueSymbol: string
  readonly base: string
  /** Quote currency, `USD` for US equities. */
  readonly quote: string
  /** Smallest price step, in quote currency; null where the venue does not say. Gives the digits shown. */
  readonly tickSize: number | null
  /** Smallest size step, in base units; null where the venue does not say. */
  readonly lotSize: number | null
  /** Market calendar that rules its hours; null for round-the-clock markets. */
  readonly calendar: 'XNYS' | null
  readonly status: 'trading' | 'halted' | 'delisted'
  /** Turnover of the last 24 h in quote currency, for `top:N`; null where discovery does not tell. */
  readonly turnover24h: number | null
}

/** Builds an id from its two parts. */
export function instrumentId(venue: VenueId, symbol: string): InstrumentId {
  return `${venue}:${symbol}`
}

/** Splits an id; the symbol may itself hold colons, the venue never does. */
export function splitInstrumentId(id: InstrumentId): {
  readonly venue: VenueId
  readonly symbol: string
} {
  const colon = id.indexOf(':')
  return { venue: id.slice(0, colon), symbol: id.slice(colon + 1) }
}
