import { instrumentId } from '../../core/market/instrument.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { Discovery, RestContext } from '../venue.ts'
import { fetchResult, listOf } from './request.ts'
import type { BybitCategory, BybitInstrument, Unchecked } from './wire.ts'

/** Rows asked for on a page, the most allowed; spot is not paged (`market/instrument.mdx`, read 2026-11-22). */
const pageLimit = 1_000

/** Far above what the venue lists; a cursor that never ends stops here. */
const mostPages = 50

type Listing = {
  readonly rows: readonly unknown[]
  readonly complete: boolean
  readonly problems: readonly string[]
}

/**
 * Lists a category's instruments, page by page. A later page that fails leaves the listing incomplete;
 * turnover is best effort.
 */
export async function discoverBybit(
  category: BybitCategory,
  context: RestContext
): Promise<Discovery> {
  const { rows, complete, problems } = await fetchListing(category, context)
  const notes = [...problems]
  const turnover = await fetchTurnover(category, context, notes)
  const instruments = new Map<string, Instrument>()
  for (const [index, row] of rows.entries()) {
    const instrument = parseInstrument(category, row, turnover)
    if (instrument === null) notes.push(`instrument ${index} cannot be read: left out`)
    else if (instruments.has(instrument.id))
      notes.push(`${instrument.id} is listed twice: first kept`)
    else instruments.set(instrument.id, instrument)
  }
  return { instruments: [...instruments.values()], complete, problems: notes }
}

/**
 * Spot pairs and perpetuals settled in USDT are spelled as ours without the hyphen; futures and what
 * is settled in USDC are not.
 */
export function assumeBybitInstrument(category: BybitCategory, symbol: string): Instrument | null {
  const [base, quote, ...more] = symbol.split('-')
  if (!isName(base) || !isName(quote) || more.length > 0) return null
  if (category === 'linear' && quote !== 'USDT') return null
  const venue = `bybit-${category}`
  return {
    id: instrumentId(venue, symbol),
    venue,
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

async function fetchListing(category: BybitCategory, context: RestContext): Promise<Listing> {
  const rows: unknown[] = []
  const cursors = new Set<string>()
  let cursor = ''
  for (let page = 0; page < mostPages; page += 1) {
    const next = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const path = `/v5/market/instruments-info?category=${category}&limit=${pageLimit}${next}`
    try {
      const { result } = await fetchResult(context, path)
      rows.push(...listOf(result, path))
      const { nextPageCursor = '' }: { readonly nextPageCursor?: unknown } = result
      if (nextPageCursor === '') return { rows, complete: true, problems: [] }
      if (typeof nextPageCursor !== 'string' || cursors.has(nextPageCursor)) {
        return { rows, complete: false, problems: [`page ${page + 1}: its cursor leads nowhere`] }
      }
      cursors.add(nextPageCursor)
      cursor = nextPageCursor
    } catch (error) {
      if (!(error instanceof VenueError) || page === 0 || context.signal.aborted) throw error
      return { rows, complete: false, problems: [`page ${page + 1}: ${error.message}`] }
    }
  }
  return { rows, complete: false, problems: [`more than ${mostPages} pages: the rest is left out`] }
}

async function fetchTurnover(
  category: BybitCategory,
  context: RestContext,
  problems: string[]
): Promise<ReadonlyMap<string, number>> {
  const turnover = new Map<string, number>()
  const path = `/v5/market/tickers?category=${category}`
  try {
    const { result } = await fetchResult(context, path)
    for (const row of listOf(result, path)) {
      const { symbol, turnover24h }: Unchecked<{ symbol: string; turnover24h: string }> =
        typeof row === 'object' && row !== null ? row : {}
      const value = parsePositive(turnover24h)
      if (typeof symbol === 'string' && value !== null) turnover.set(symbol, value)
    }
  } catch (error) {
    if (!(error instanceof VenueError) || context.signal.aborted) throw error
    problems.push(`turnover of the last 24 h is unknown: ${error.message}`)
  }
  return turnover
}

function parseInstrument(
  category: BybitCategory,
  row: unknown,
  turnover: ReadonlyMap<string, number>
): Instrument | null {
  if (typeof row !== 'object' || row === null) return null
  const fields: Unchecked<BybitInstrument> = row
  const { symbol: venueSymbol, baseCoin: base, quoteCoin: quote } = fields
  if (!isName(venueSymbol) || !isName(base) || !isName(quote)) return null
  const symbol = symbolOf(fields, { venueSymbol, base, quote })
  if (symbol === null) return null
  const price: Unchecked<BybitInstrument['priceFilter']> = objectOf(fields.priceFilter)
  const lot: Unchecked<BybitInstrument['lotSizeFilter']> = objectOf(fields.lotSizeFilter)
  const venue = `bybit-${category}`
  return {
    id: instrumentId(venue, symbol),
    venue,
    symbol,
    venueSymbol,
    base,
    quote,
    tickSize: parsePositive(price.tickSize),
    lotSize: parsePositive(category === 'spot' ? lot.basePrecision : lot.qtyStep),
    calendar: null,
    status: statusOf(fields.status),
    turnover24h: turnover.get(venueSymbol) ?? null
  }
}

/**
 * Our spelling: `BTC-USDT` for spot and perpetuals, `BTC-USDT-26DEC26` for futures, whose day of
 * delivery stands behind the last hyphen of the venue's symbol. Null for other contracts.
 */
function symbolOf(
  { contractType }: Unchecked<BybitInstrument>,
  names: { readonly venueSymbol: string; readonly base: string; readonly quote: string }
): string | null {
  const pair = `${names.base}-${names.quote}`
  if (contractType === undefined || contractType === 'LinearPerpetual') return pair
  const delivery = /-(\d{1,2}[A-Z]{3}\d{2})$/.exec(names.venueSymbol)?.[1]
  return contractType === 'LinearFutures' && delivery !== undefined ? `${pair}-${delivery}` : null
}

function statusOf(status: unknown): Instrument['status'] {
  if (status === 'Trading') return 'trading'
  return status === 'Closed' ? 'delisted' : 'halted'
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
