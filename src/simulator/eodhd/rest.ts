import { CandleFold } from '../candle-fold.ts'
import type { SimCandle, SimInstrument, SimMarket } from '../market.ts'
import type { EodhdKeys } from './keys.ts'

/** An answer of EODHD's REST: JSON, or plain text where the venue forgets itself. */
export type EodhdAnswer =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string }

const minuteMs = 60_000
const dayMs = 86_400_000
/** How old a price `real-time` tells. */
const delayMs = 15 * minuteMs

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
  if (section === 'real-time') return tellPrice(market, name)
  return { status: 404, text: 'Not found' }
}

/** The last day as it stood a quarter of an hour ago; `NA` where there is nothing to tell. */
function tellPrice(market: SimMarket, name: string): EodhdAnswer {
  const atMs = market.nowMs() - delayMs
  const instrument = market.find('eodhd', symbolOf(name))
  const days =
    instrument === null
      ? []
      : [atMs - 2 * dayMs, atMs - dayMs].map((fromMs) =>
          mergeAll(market.candles(instrument.id, minuteMs, fromMs, Math.min(fromMs + dayMs, atMs)))
        )
  const [before, day] = days
  if (day === undefined || day === null) return { status: 200, json: unknownPrice(name) }
  const previousClose = before?.close ?? day.open
  const change = day.close - previousClose
  return {
    status: 200,
    json: {
      code: name,
      timestamp: Math.floor(atMs / 1000),
      gmtoffset: 0,
      open: day.open,
      high: day.high,
      low: day.low,
      close: day.close,
      volume: Math.round(day.volume),
      previousClose,
      change: Number(change.toFixed(4)),
      change_p: Number(((100 * change) / previousClose).toFixed(4))
    }
  }
}

function unknownPrice(code: string): Record<string, string | number> {
  const fields = ['timestamp', 'open', 'high', 'low', 'close', 'volume', 'previousClose']
  const unknown = [...fields, 'change', 'change_p'].map((field) => [field, 'NA'] as const)
  return { code, gmtoffset: 0, ...Object.fromEntries(unknown) }
}

function mergeAll(candles: readonly SimCandle[]): SimCandle | null {
  const fold = new CandleFold(Number.MAX_SAFE_INTEGER)
  for (const candle of candles) fold.add(candle)
  return fold.finish()[0] ?? null
}

function symbolOf(name: string): string {
  return name.endsWith('.US') ? name.slice(0, -3) : name
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
  const instrument = market.find('eodhd', symbolOf(name))
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
