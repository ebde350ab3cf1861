/** A JSON object of untrusted content: every field may be missing or of another type. */
export type Unchecked<Shape> = { readonly [Field in keyof Shape]?: unknown }

/** Any frame, as far as telling its kind goes. */
export type BinanceFrame = {
  /** Combined streams wrap: `{"stream":…,"data":…}`. */
  readonly stream: string
  readonly data: object
  readonly e: string
  readonly u: number
  readonly lastUpdateId: number
  readonly result: unknown
  readonly code: number
}

/** One execution; `m`: the buyer was the maker. */
export type BinanceTradeFrame = {
  readonly e: 'trade'
  readonly E: number
  readonly s: string
  readonly t: number
  readonly p: string
  readonly q: string
  readonly T: number
  readonly m: boolean
  readonly M: boolean
}

/** Best bid and ask; carries neither a type nor a time. */
export type BinanceQuoteFrame = {
  readonly u: number
  readonly s: string
  readonly b: string
  readonly B: string
  readonly a: string
  readonly A: string
}

/** 24 h figures: close, open, high, low, volume in base and in quote. */
export type BinanceStatisticsFrame = {
  readonly e: '24hrMiniTicker'
  readonly E: number
  readonly s: string
  readonly c: string
  readonly o: string
  readonly h: string
  readonly l: string
  readonly v: string
  readonly q: string
}

/** Answer to a request that was understood; unknown streams are answered so too. */
export type BinanceResultFrame = { readonly result: unknown; readonly id: number | string | null }

/** Answer to a request that was not. */
export type BinanceErrorFrame = {
  readonly code: number
  readonly msg: string
  readonly id: number | string | null
}

/** Answer of `exchangeInfo`; fields we read. */
export type BinanceExchangeInfo = { readonly symbols: readonly BinanceSymbol[] }

/** Item of `exchangeInfo`'s `symbols`; fields we read. */
export type BinanceSymbol = {
  readonly symbol: string
  readonly status: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly filters: readonly BinanceFilter[]
}

export type BinanceFilter = {
  readonly filterType: string
  readonly tickSize: string
  readonly stepSize: string
}

/** Item of `trades` and `historicalTrades`; fields we read. */
export type BinanceRestTrade = {
  readonly id: number
  readonly price: string
  readonly qty: string
  readonly time: number
  readonly isBuyerMaker: boolean
}

/** Answer of `time`. */
export type BinanceTime = { readonly serverTime: number }

/** Item of `ticker/24hr`; fields we read. */
export type BinanceTurnover = { readonly symbol: string; readonly quoteVolume: string }

/** Whether a decoded value is an object with keys; arrays and null are not. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
