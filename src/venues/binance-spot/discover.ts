import { instrumentId, type Instrument } from '../../core/market/instrument.ts'
import { parseDecimal, parsePositive } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { Discovery, RestContext } from '../venue.ts'
import {
  isObject,
  type BinanceExchangeInfo,
  type BinanceFilter,
  type BinanceSymbol,
  type BinanceTurnover,
  type Unchecked
} from './wire.ts'

/** Lists the spot markets; turnover is best effort and costs a problem line when it cannot be had. */
export async function discoverBinanceSpot(context: RestContext): Promise<Discovery> {
  const url = `${context.restUrl}/api/v3/exchangeInfo?permissions=SPOT`
  const { body } = await context.rest.getJson(url, context.signal)
  const { symbols }: Unchecked<BinanceExchangeInfo> = isObject(body) ? body : {}
  if (!Array.isArray(symbols)) {
    throw new VenueError('venue-bad-answer', 'GET exchangeInfo: expected symbols', {
      retry: 'after'
    })
  }
  const problems: string[] = []
  const turnover = await fetchTurnover(context, problems)
  const instruments = new Map<string, Instrument>()
  for (const [index, symbol] of symbols.entries()) {
    const instrument = parseSymbol(symbol, turnover)
    if (instrument === null) problems.push(`symbol ${index} cannot be read: left out`)
    else if (instruments.has(instrument.id)) {
      problems.push(`${instrument.id} is listed twice: first kept`)
    } else instruments.set(instrument.id, instrument)
  }
  return { instruments: [...instruments.values()], complete: true, problems }
}

/** A market is spelled as ours without the hyphen: `BTC-USDT` is `BTCUSDT`. */
export function assumeBinanceInstrument(symbol: string): Instrument | null {
  const [base, quote, ...more] = symbol.split('-')
  if (!isName(base) || !isName(quote) || more.length > 0) return null
  return {
    id: instrumentId('binance-spot', symbol),
    venue: 'binance-spot',
    symbol,
    venueSymbol: `${base}${quote}`,
    base,
    quote,
    tickSize: null,
    lotSize: null,
    calendar: null,
    status: 'trading',
    turnover24h: null
  }
}

function parseSymbol(item: unknown, turnover: ReadonlyMap<string, number>): Instrument | null {
  if (!isObject(item)) return null
  const { symbol, status, baseAsset, quoteAsset, filters }: Unchecked<BinanceSymbol> = item
  if (!isName(symbol) || !isName(baseAsset) || !isName(quoteAsset)) return null
  if (typeof status !== 'string' || !Array.isArray(filters)) return null
  return {
    id: instrumentId('binance-spot', `${baseAsset}-${quoteAsset}`),
    venue: 'binance-spot',
    symbol: `${baseAsset}-${quoteAsset}`,
    venueSymbol: symbol,
    base: baseAsset,
    quote: quoteAsset,
    tickSize: parsePositive(findFilter(filters, 'PRICE_FILTER').tickSize),
    lotSize: parsePositive(findFilter(filters, 'LOT_SIZE').stepSize),
    calendar: null,
    status: status === 'TRADING' ? 'trading' : 'halted',
    turnover24h: turnover.get(symbol) ?? null
  }
}

/** A step of 0 means that the filter is off (rest-api.md, "Filters", read 2026-11-22): not positive, so null. */
function findFilter(filters: readonly unknown[], type: string): Unchecked<BinanceFilter> {
  for (const item of filters) {
    if (!isObject(item)) continue
    const filter: Unchecked<BinanceFilter> = item
    if (filter.filterType === type) return filter
  }
  return {}
}

async function fetchTurnover(
  context: RestContext,
  problems: string[]
): Promise<ReadonlyMap<string, number>> {
  const turnover = new Map<string, number>()
  try {
    const url = `${context.restUrl}/api/v3/ticker/24hr?type=MINI`
    const { body } = await context.rest.getJson(url, context.signal)
    for (const item of Array.isArray(body) ? body : []) {
      const { symbol, quoteVolume }: Unchecked<BinanceTurnover> = isObject(item) ? item : {}
      const volume = parseDecimal(quoteVolume)
      if (isName(symbol) && volume !== null && volume >= 0) turnover.set(symbol, volume)
    }
  } catch (error) {
    if (!(error instanceof VenueError) || context.signal.aborted) throw error
    problems.push(`turnover of the last 24 h is unknown: ${error.message}`)
  }
  return turnover
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
