/** A JSON object of untrusted content: every field may be missing or of another type. */
export type Unchecked<Shape> = { readonly [Field in keyof Shape]?: unknown }

/** One US trade. No id, no sequence, no side. */
export type EodhdTradeFrame = {
  readonly s: string
  /** USD. */
  readonly p: number
  /** Shares; can be fractional. */
  readonly v: number
  /** Sale conditions: documented as a number, live an array, sometimes missing. */
  readonly c?: number | readonly number[] | null
  /** Printed off exchange. */
  readonly dp?: boolean
  /** `open`, `closed`, `extended-hours`; documents spell the last with a space. */
  readonly ms?: string
  /** Epoch ms; other feeds of the venue write seconds. */
  readonly t: number
}

/** Best bid and ask, of a feed that we do not open. */
export type EodhdQuoteFrame = { readonly ap: number; readonly bp: number }

/** `status_code` tells 200 and 422, `status` 403 and 500. */
export type EodhdStatusFrame = {
  readonly status_code: number
  readonly status: number
  readonly message: string
}

/** Item of `exchange-symbol-list/US`; fields we read. */
export type EodhdSymbol = { readonly Code: string; readonly Currency: string | null }

/** Item of `intraday/…`; prices are null in minutes without a trade. */
export type EodhdCandle = {
  readonly timestamp: number
  readonly open: number | null
  readonly high: number | null
  readonly low: number | null
  readonly close: number | null
  readonly volume: number | null
}

/** Whether a decoded value is an object with keys; arrays and null are not. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
