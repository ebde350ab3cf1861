import { instrumentId, type Instrument } from '../../core/market/instrument.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { Discovery, RestContext } from '../venue.ts'
import { requireKey } from './endpoints.ts'
import { isObject, type EodhdStatusFrame, type EodhdSymbol, type Unchecked } from './wire.ts'

/** A cheap request that answers at any hour; only its `Date` header is read. */
const clockPath = 'real-time/AAPL.US'

/** Lists what the venue knows of US markets; 10,000s of rows, of which the feed carries the listed stocks. */
export async function discoverEodhd(context: RestContext): Promise<Discovery> {
  const path = 'exchange-symbol-list/US'
  const { body } = await getJson(context, path)
  if (!Array.isArray(body)) throw refusalOf(path, body, context)
  const problems: string[] = []
  const instruments = new Map<string, Instrument>()
  for (const [index, item] of body.entries()) {
    const instrument = parseSymbol(item)
    if (instrument === null) problems.push(`symbol ${index} cannot be read: left out`)
    else if (instruments.has(instrument.id)) {
      problems.push(`${instrument.id} is listed twice: first kept`)
    } else instruments.set(instrument.id, instrument)
  }
  return { instruments: [...instruments.values()], complete: true, problems }
}

/**
 * Tells the venue's time by the `Date` header: the venue has no clock endpoint (eodhd.md, "REST", read
 * 2026-11-22). The header counts whole seconds, so the middle of that second is given.
 */
export async function fetchEodhdTimeMs(context: RestContext): Promise<number> {
  const { headers } = await getJson(context, clockPath)
  const dateMs = Date.parse(headers.get('date') ?? '')
  if (!Number.isNaN(dateMs)) return dateMs + 500
  throw new VenueError('venue-bad-answer', `GET ${clockPath}: no Date header`, { retry: 'after' })
}

/** Fetches JSON with the key and the format set; `query` begins with `&` or is empty. */
export async function getJson(
  context: RestContext,
  path: string,
  query = ''
): Promise<{ readonly body: unknown; readonly headers: Headers }> {
  const key = encodeURIComponent(requireKey(context.apiKey))
  const url = `${context.restUrl}/${path}?api_token=${key}&fmt=json${query}`
  return context.rest.getJson(url, context.signal)
}

/** Reads what stands where rows were expected: many refusals come with HTTP 200. */
export function refusalOf(path: string, body: unknown, context: RestContext): VenueError {
  const {
    status_code: code,
    status = code,
    message
  }: Unchecked<EodhdStatusFrame> = isObject(body) ? body : {}
  const text = typeof message === 'string' ? message : 'not the list that was asked for'
  const said = text.replaceAll(context.apiKey ?? text, '…').slice(0, 200)
  const detail = { status: typeof status === 'number' ? status : null }
  const about = `GET ${path}: ${said}`
  switch (status) {
    case 401:
    case 402:
    case 403:
      return new VenueError('venue-refused', about, { retry: 'never', detail })
    case 404:
      return new VenueError('venue-unknown-instrument', about, { retry: 'never', detail })
    case 429:
      return new VenueError('venue-rate-limited', about, { retry: 'after', detail })
    default:
      return new VenueError('venue-bad-answer', about, { retry: 'after', detail })
  }
}

function parseSymbol(item: unknown): Instrument | null {
  if (!isObject(item)) return null
  const { Code: code, Currency: currency }: Unchecked<EodhdSymbol> = item
  if (typeof code !== 'string') return null
  const assumed = assumeEodhdInstrument(code)
  if (assumed === null || typeof currency !== 'string' || currency === '') return assumed
  return { ...assumed, quote: currency }
}

/** A symbol is spelled as we spell it, and quoted in USD where the venue names no currency. */
export function assumeEodhdInstrument(symbol: string): Instrument | null {
  if (!/^[^\s,:]+$/.test(symbol)) return null
  return {
    id: instrumentId('eodhd', symbol),
    venue: 'eodhd',
    symbol,
    venueSymbol: symbol,
    base: symbol,
    quote: 'USD',
    tickSize: null,
    lotSize: null,
    calendar: 'XNYS',
    status: 'trading',
    turnover24h: null
  }
}
