/** A frame of untrusted content: every field may be missing or of another type. */
export type Unchecked<Frame> = { readonly [Field in keyof Frame]?: unknown }

/** The two kinds of market we read; a symbol may exist in both. */
export type BybitCategory = 'spot' | 'linear'

/** `publicTrade.{symbol}`: up to 1,024 trades, ascending by time. */
export type BybitTradeFrame = {
  readonly topic: string
  readonly type: 'snapshot'
  readonly ts: number
  readonly data: readonly BybitTrade[]
}

/** `T` ms, `s` symbol, `S` taker's side, `v` size, `p` price, `i` id. */
export type BybitTrade = {
  readonly T: number
  readonly s: string
  readonly S: 'Buy' | 'Sell'
  readonly v: string
  readonly p: string
  readonly i: string
}

/**
 * `data` of `tickers.{symbol}`, the fields we read; a delta carries what changed, and only linear sends
 * deltas. Spot carries no best bid and ask. `""` where not applicable.
 */
export type BybitTicker = {
  readonly symbol: string
  readonly prevPrice24h?: string
  readonly highPrice24h?: string
  readonly lowPrice24h?: string
  readonly volume24h?: string
  readonly bid1Price?: string
  readonly bid1Size?: string
  readonly ask1Price?: string
  readonly ask1Size?: string
}

/** `orderbook.1.{symbol}`: snapshots only; `cts` is the matching engine's time. */
export type BybitBookFrame = {
  readonly topic: string
  readonly type: 'snapshot'
  readonly ts: number
  readonly cts: number
  readonly data: {
    readonly s: string
    readonly b: readonly (readonly [price: string, size: string])[]
    readonly a: readonly (readonly [price: string, size: string])[]
    readonly u: number
    readonly seq: number
  }
}

/** One of `data` of `allLiquidation.{symbol}`: `S` is the position's side, `Buy` for a long. */
export type BybitLiquidation = Omit<BybitTrade, 'i'>

/** Answer to a request. `req_id` may be absent (spot) or empty (linear); a pong has `op` `ping`. */
export type BybitAnswerFrame = {
  readonly success: boolean
  readonly ret_msg: string
  readonly conn_id: string
  readonly req_id?: string
  readonly op: string
}

/** Every REST answer; `retCode` 0 is success. */
export type BybitEnvelope = {
  readonly retCode: number
  readonly retMsg: string
  readonly result: unknown
  readonly time: number
}

/** Item of `/v5/market/instruments-info`; fields we read. */
export type BybitInstrument = {
  readonly symbol: string
  readonly contractType?: string
  readonly status: string
  readonly baseCoin: string
  readonly quoteCoin: string
  readonly deliveryTime?: string
  readonly priceFilter: { readonly tickSize: string }
  readonly lotSizeFilter: { readonly qtyStep?: string; readonly basePrecision?: string }
}

/** Item of `/v5/market/recent-trade`; `side` is the taker's. */
export type BybitRestTrade = {
  readonly execId: string
  readonly symbol: string
  readonly price: string
  readonly size: string
  readonly side: 'Buy' | 'Sell'
  readonly time: string
}
