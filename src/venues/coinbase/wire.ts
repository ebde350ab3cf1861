/** A frame of untrusted content: every field may be missing or of another type. */
export type Unchecked<Frame> = { readonly [Field in keyof Frame]?: unknown }

/** One execution, or (`last_match`) the newest one before the subscription. `side` is the MAKER's. */
export type CoinbaseTradeFrame = {
  readonly type: 'match' | 'last_match'
  readonly trade_id: number
  readonly maker_order_id: string
  readonly taker_order_id: string
  readonly side: 'buy' | 'sell'
  readonly size: string
  readonly price: string
  readonly product_id: string
  readonly sequence: number
  readonly time: string
}

/** Best bid and ask with the rolling figures. `side` is the TAKER's; trade ids are skipped here. */
export type CoinbaseTickerFrame = {
  readonly type: 'ticker'
  readonly sequence: number
  readonly product_id: string
  readonly price: string
  readonly open_24h: string
  readonly volume_24h: string
  readonly low_24h: string
  readonly high_24h: string
  readonly volume_30d: string
  readonly best_bid: string
  /** Absent in frames of 2021. */
  readonly best_bid_size?: string
  readonly best_ask: string
  readonly best_ask_size?: string
  readonly side: 'buy' | 'sell'
  readonly time: string
  readonly trade_id: number
  readonly last_size: string
}

/** One a second and product; key order varies. */
export type CoinbaseHeartbeatFrame = {
  readonly type: 'heartbeat'
  readonly sequence: number
  readonly last_trade_id: number
  readonly product_id: string
  readonly time: string
}

/** The connection's complete list, in any order, after each subscribe and unsubscribe. */
export type CoinbaseSubscriptionsFrame = {
  readonly type: 'subscriptions'
  readonly channels: readonly CoinbaseChannel[]
}

export type CoinbaseChannel = { readonly name: string; readonly product_ids: readonly string[] }

/** A refusal: nothing of the message was taken. */
export type CoinbaseErrorFrame = {
  readonly type: 'error'
  readonly message: string
  readonly reason?: string
}

/** All products and currencies, on the venue's own interval; fields we read. */
export type CoinbaseStatusFrame = {
  readonly type: 'status'
  readonly products: readonly CoinbaseProductStatus[]
}

export type CoinbaseProductStatus = { readonly id: string; readonly status: string }

/** Item of `GET /products`; fields we read. */
export type CoinbaseProduct = {
  readonly id: string
  readonly base_currency: string
  readonly quote_currency: string
  readonly base_increment: string
  readonly quote_increment: string
  readonly status: string
  readonly trading_disabled: boolean
}

/** Item of `GET /products/{id}/trades`. `side` is the MAKER's. */
export type CoinbaseRestTrade = {
  readonly trade_id: number
  readonly side: 'buy' | 'sell'
  readonly size: string
  readonly price: string
  readonly time: string
}

/** Item of `GET /products/volume-summary`; fields we read. */
export type CoinbaseVolume = { readonly id: string; readonly spot_volume_24hour: string }
