import type { SimInstrument, SimMarket } from '../market.ts'

/** An answer of REST: a body, or the venue's code and words for what is wrong. */
export type BinanceAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }

/** Thrown while a question is read; carries the answer. */
export class RefusedQuestion extends Error {
  override readonly name = 'RefusedQuestion'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** The query of one REST request, read parameter by parameter. */
export class RestQuestion {
  readonly #query: URLSearchParams

  constructor(query: URLSearchParams) {
    this.#query = query
  }

  /** Null where it was not sent, or is empty. */
  text(name: string): string | null {
    const text = this.#query.get(name)
    return text === '' ? null : text
  }

  /** @throws RefusedQuestion unless it is a whole number, or missing. */
  count(name: string): number | null {
    const text = this.text(name)
    if (text === null) return null
    if (/^\d{1,20}$/.test(text)) return Number(text)
    throw new RefusedQuestion(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`
    )
  }

  /** @throws RefusedQuestion when it is 0 or no number; more than `most` means `most`. */
  limit(usual: number, most: number): number {
    const limit = this.count('limit') ?? usual
    if (limit === 0)
      throw new RefusedQuestion(-1130, "Data sent for parameter 'limit' is not valid.")
    return Math.min(limit, most)
  }

  /** @throws RefusedQuestion when no such symbol exists. */
  instrument(market: SimMarket): SimInstrument {
    const symbol = this.text('symbol')
    if (symbol === null) {
      throw new RefusedQuestion(
        -1102,
        "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
      )
    }
    return findSymbol(market, symbol)
  }

  /**
   * The symbols asked for by `symbol` or `symbols`; null when by neither.
   *
   * @throws RefusedQuestion when one of them does not exist.
   */
  symbols(market: SimMarket): readonly SimInstrument[] | null {
    const list = this.text('symbols')
    if (list !== null) return readList(list).map((symbol) => findSymbol(market, symbol))
    return this.text('symbol') === null ? null : [this.instrument(market)]
  }
}

function findSymbol(market: SimMarket, symbol: string): SimInstrument {
  const found = market.find('binance-spot', symbol)
  if (found === null) throw new RefusedQuestion(-1121, 'Invalid symbol.')
  return found
}

/** `["BTCUSDT","ETHUSDT"]`. */
function readList(text: string): readonly string[] {
  const list = text.replace(/^\[|\]$/g, '').split(',')
  return list.map((item) => item.trim().replaceAll('"', ''))
}
