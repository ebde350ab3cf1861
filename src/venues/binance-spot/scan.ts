/**
 * Reads the two hottest frames without JSON.parse: trades and best quotes exactly as Binance writes
 * them, bare or in the combined stream's wrapper. Whatever differs by one byte is left to the full
 * parser, so these patterns never decide that a frame is bad.
 */

const wrapper = String.raw`(\{"stream":"[^"\\]+","data":)?`
const symbol = String.raw`"s":"([^"\\]+)"`
const timeMs = String.raw`([1-9]\d{12})`
const integer = String.raw`(0|[1-9]\d{0,14})`
const decimal = String.raw`"(\d{1,12}(?:\.\d{1,12})?)"`

const tradePattern = new RegExp(
  `^${wrapper}\\{"e":"trade","E":${timeMs},${symbol},"t":${integer},"p":${decimal},"q":${decimal},` +
    `"T":${timeMs},"m":(true|false),"M":(?:true|false)\\}(\\}?)$`
)
const quotePattern = new RegExp(
  `^${wrapper}\\{"u":${integer},${symbol},"b":${decimal},"B":${decimal},"a":${decimal},"A":${decimal}\\}(\\}?)$`
)

/** A trade as scanned: numbers finite, not yet checked to be above 0. */
export type ScannedTrade = {
  readonly symbol: string
  readonly id: number
  readonly eventMs: number
  readonly price: number
  readonly size: number
  readonly buyerIsMaker: boolean
}

/** A best quote as scanned: numbers finite, not yet checked to be above 0. */
export type ScannedQuote = {
  readonly symbol: string
  readonly bid: number
  readonly bidSize: number
  readonly ask: number
  readonly askSize: number
}

/** Finds a trade in the frame's text (Latin-1: other text never matches a symbol), else null. */
export function scanTrade(text: string): ScannedTrade | null {
  const parts = tradePattern.exec(text)
  if (parts === null || !isClosed(parts[1], parts[9])) return null
  return {
    symbol: parts[3] ?? '',
    id: Number(parts[4]),
    price: Number(parts[5]),
    size: Number(parts[6]),
    eventMs: Number(parts[7]),
    buyerIsMaker: parts[8] === 'true'
  }
}

/** Finds a best quote in the frame's text, else null. */
export function scanQuote(text: string): ScannedQuote | null {
  const parts = quotePattern.exec(text)
  if (parts === null || !isClosed(parts[1], parts[8])) return null
  return {
    symbol: parts[3] ?? '',
    bid: Number(parts[4]),
    bidSize: Number(parts[5]),
    ask: Number(parts[6]),
    askSize: Number(parts[7])
  }
}

function isClosed(opening: string | undefined, closing: string | undefined): boolean {
  return (opening === undefined) === (closing === '')
}
