import type { SimInstrument, SimMarket } from '../market.ts'
import type { EodhdKeys } from './keys.ts'

/** An answer of EODHD's REST: JSON, or plain text where the venue forgets itself. */
export type EodhdAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string }

const minuteMs = 60_000
const dayMs = 86_400_000

type Span = { readonly lengthMs: number; readonly maxMs: number }

const intervals: Readonly<Record<string, Span>> = {
  '1m': { lengthMs: minuteMs, maxMs: 120 * dayMs },
  '5m': { lengthMs: 5 * minuteMs, maxMs: 600 * dayMs },
  '1h': { lengthMs: 60 * minuteMs, maxMs: 7200 * dayMs }
}

/**
 * Answers one request. Candles come up to the last whole one: the market never closes here, so there
 * is no wait of hours for them.
 */
export function answerEodhdRest(market: SimMarket, keys: EodhdKeys, url: URL): EodhdAnswer {
  if (!keys.isGood(url.searchParams.get('api_token') ?? '')) {
    return { status: 403, text: 'Forbidden. Please contact support@eodhistoricaldata.com' }
  }
  const [room, section, name = '', ...rest] = url.pathname.split('/').slice(1)
  if (room !== 'api' || rest.length > 0) return { status: 404, text: 'Not found' }
  if (section === 'exchange-symbol-list') return listSymbols(market, name)
  if (section === 'intraday') return listCandles(market, name, url.searchParams)
  return { status: 404, text: 'Not found' }
}

function listSymbols(market: SimMarket, exchange: string): EodhdAnswer {
  if (exchange !== 'US') return { status: 404, text: 'Exchange Not Found.' }
  return { status: 200, json: market.instruments('eodhd').map(describe) }
}

function describe({ venueSymbol }: SimInstrument) {
  return {
    Code: venueSymbol,
    Name: `${venueSymbol} (simulated)`,
    Country: 'USA',
    Exchange: 'NYSE',
    Currency: 'USD',
    Type: 'Common Stock',
    Isin: null
  }
}

function listCandles(market: SimMarket, name: string, query: URLSearchParams): EodhdAnswer {
  const symbol = name.endsWith('.US') ? name.slice(0, -3) : name
  const instrument = market.find('eodhd', symbol)
  if (instrument === null) return { status: 404, text: 'Ticker Not Found.' }
  const span = intervals[query.get('interval') ?? '5m']
  if (span === undefined) {
    return { status: 200, json: { errors: { interval: ['The selected interval is invalid.'] } } }
  }
  const toMs = readSeconds(query.get('to')) ?? market.nowMs()
  const fromMs = readSeconds(query.get('from')) ?? toMs - span.maxMs
  if (toMs - fromMs > span.maxMs) {
    const days = span.maxMs / dayMs
    return { status: 200, json: { errors: { to: [`The range is limited to ${days} days.`] } } }
  }
  const lastMs = market.nowMs() - span.lengthMs
  const rows = market
    .candles(instrument.id, span.lengthMs, fromMs, Math.min(toMs, lastMs) + 1)
    .map(({ openMs, open, high, low, close, volume }) => ({
      timestamp: openMs / 1000,
      gmtoffset: 0,
      datetime: new Date(openMs).toISOString().slice(0, 19).replace('T', ' '),
      open,
      high,
      low,
      close,
      volume
    }))
  return { status: 200, json: rows }
}

function readSeconds(text: string | null): number | null {
  if (text === null || !/^\d{1,12}$/.test(text)) return null
  return Number(text) * 1000
}
