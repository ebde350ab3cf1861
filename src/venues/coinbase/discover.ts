import { instrumentId } from '../../core/market/instrument.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { Discovery, RestContext } from '../venue.ts'
import type { CoinbaseProduct, CoinbaseVolume, Unchecked } from './wire.ts'

/** Lists the products; turnover is best effort and costs a problem line when it cannot be had. */
export async function discoverCoinbase(context: RestContext): Promise<Discovery> {
  const { body } = await context.rest.getJson(`${context.restUrl}/products`, context.signal)
  if (!Array.isArray(body)) {
    throw new VenueError('venue-bad-answer', 'GET /products: expected an array', { retry: 'after' })
  }
  const problems: string[] = []
  const turnover = await fetchTurnover(context, problems)
  const instruments = new Map<string, Instrument>()
  for (const [index, product] of body.entries()) {
    const instrument = parseProduct(product, turnover)
    if (instrument === null) problems.push(`product ${index} cannot be read: left out`)
    else if (instruments.has(instrument.id))
      problems.push(`${instrument.id} is listed twice: first kept`)
    else instruments.set(instrument.id, instrument)
  }
  return { instruments: [...instruments.values()], complete: true, problems }
}

/** A product is spelled as we spell it. */
export function assumeCoinbaseInstrument(symbol: string): Instrument | null {
  const [base, quote, ...more] = symbol.split('-')
  if (!isName(base) || !isName(quote) || more.length > 0) return null
  return {
    id: instrumentId('coinbase', symbol),
    venue: 'coinbase',
    symbol,
    venueSymbol: symbol,
    base,
    quote,
    tickSize: null,
    lotSize: null,
    calendar: null,
    status: 'trading',
    turnover24h: null
  }
}

function parseProduct(product: unknown, turnover: ReadonlyMap<string, number>): Instrument | null {
  if (typeof product !== 'object' || product === null) return null
  const fields: Unchecked<CoinbaseProduct> = product
  const { id, base_currency: base, quote_currency: quote } = fields
  if (!isName(id) || !isName(base) || !isName(quote)) return null
  const symbol = `${base}-${quote}`
  return {
    id: instrumentId('coinbase', symbol),
    venue: 'coinbase',
    symbol,
    venueSymbol: id,
    base,
    quote,
    tickSize: parsePositive(fields.quote_increment),
    lotSize: parsePositive(fields.base_increment),
    calendar: null,
    status: statusOf(fields),
    turnover24h: turnover.get(id) ?? null
  }
}

/** Trade only what is `online` and not `trading_disabled`; GET /products, read 2026-11-22. */
function statusOf(product: Unchecked<CoinbaseProduct>): Instrument['status'] {
  if (product.status === 'delisted') return 'delisted'
  return product.status === 'online' && product.trading_disabled !== true ? 'trading' : 'halted'
}

/**
 * Finds each product's turnover: base volume of `GET /products/volume-summary` times the newest close of
 * `GET /products/spark-lines` (rows `[time s, low, high, open, close]`, newest first; ccxt 4.5.84 reads
 * it so). Neither is needed to trade, so a failure only leaves turnover unknown.
 */
async function fetchTurnover(
  context: RestContext,
  problems: string[]
): Promise<ReadonlyMap<string, number>> {
  const turnover = new Map<string, number>()
  try {
    const url = `${context.restUrl}/products`
    const volumes = await context.rest.getJson(`${url}/volume-summary`, context.signal)
    const lines = await context.rest.getJson(`${url}/spark-lines`, context.signal)
    const closes = newestCloses(lines.body)
    for (const volume of Array.isArray(volumes.body) ? volumes.body : []) {
      if (!isVolume(volume)) continue
      const base = parsePositive(volume.spot_volume_24hour) ?? 0
      const close = closes.get(volume.id)
      if (close !== undefined) turnover.set(volume.id, base * close)
    }
  } catch (error) {
    if (!(error instanceof VenueError) || context.signal.aborted) throw error
    problems.push(`turnover of the last 24 h is unknown: ${error.message}`)
  }
  return turnover
}

function newestCloses(body: unknown): ReadonlyMap<string, number> {
  const closes = new Map<string, number>()
  if (typeof body !== 'object' || body === null) return closes
  for (const [product, rows] of Object.entries<unknown>({ ...body })) {
    const newest: unknown = Array.isArray(rows) ? rows[0] : null
    const close: unknown = Array.isArray(newest) ? newest[4] : null
    if (typeof close === 'number' && close > 0) closes.set(product, close)
  }
  return closes
}

function isVolume(value: unknown): value is CoinbaseVolume {
  if (typeof value !== 'object' || value === null) return false
  const { id, spot_volume_24hour: volume }: Unchecked<CoinbaseVolume> = value
  return typeof id === 'string' && typeof volume === 'string'
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
