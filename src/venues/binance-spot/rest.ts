import type { Trade } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext, TradeIdRange, TradePage } from '../venue.ts'
import { parseTimeMs, parseTradeId } from './fields.ts'
import { isObject, type BinanceRestTrade, type BinanceTime, type Unchecked } from './wire.ts'

/** Most trades on a page; rest-api.md, read 2026-11-22. */
const pageLimit = 1_000

type NumberedTrade = Trade & { readonly id: number }

/** Asks the venue's clock. */
export async function fetchBinanceTimeMs(context: RestContext): Promise<number> {
  const { body } = await context.rest.getJson(`${context.restUrl}/api/v3/time`, context.signal)
  const { serverTime }: Unchecked<BinanceTime> = isObject(body) ? body : {}
  const timeMs = parseTimeMs(serverTime)
  if (timeMs === null) throw badAnswer('GET time: expected serverTime')
  return timeMs
}

/**
 * Fetches the newest page of an id range: `fromId` gives that trade and those after it, oldest first;
 * where the venue no longer has it, those after are newer ones than asked.
 */
export async function fetchBinanceTrades(
  context: RestContext,
  instrument: Instrument,
  range: TradeIdRange
): Promise<TradePage> {
  const fromId = Math.max(range.fromId, range.toId - pageLimit + 1)
  const limit = range.toId - fromId + 1
  const query = { path: 'historicalTrades', limit, fromId }
  const page = await fetchPage(context, instrument, query)
  return { ...page, trades: page.trades.filter(({ id }) => id <= range.toId) }
}

/** Fetches the newest trades. */
export async function fetchBinanceRecentTrades(
  context: RestContext,
  instrument: Instrument,
  limit = pageLimit
): Promise<TradePage> {
  return fetchPage(context, instrument, { path: 'trades', limit: Math.min(limit, pageLimit) })
}

type NumberedPage = {
  readonly trades: readonly NumberedTrade[]
  readonly unreadable: number
}

/** One page; the venue lists the oldest first. */
async function fetchPage(
  context: RestContext,
  instrument: Instrument,
  query: { readonly path: string; readonly limit: number; readonly fromId?: number }
): Promise<NumberedPage> {
  const { path, limit, fromId } = query
  const from = fromId === undefined ? '' : `&fromId=${fromId}`
  const symbol = encodeURIComponent(instrument.venueSymbol)
  const url = `${context.restUrl}/api/v3/${path}?symbol=${symbol}&limit=${limit}${from}`
  const { body } = await context.rest.getJson(url, context.signal)
  if (!Array.isArray(body)) throw badAnswer(`GET ${path}: expected an array`)
  const receivedMs = Date.now()
  const read = body.map((item) => parseRestTrade(item, instrument, receivedMs))
  const trades = read.filter((trade) => trade !== null)
  return { trades, unreadable: read.length - trades.length }
}

function parseRestTrade(
  item: unknown,
  instrument: Instrument,
  receivedMs: number
): NumberedTrade | null {
  if (!isObject(item)) return null
  const fields: Unchecked<BinanceRestTrade> = item
  const id = parseTradeId(fields.id)
  const eventMs = parseTimeMs(fields.time)
  const price = parsePositive(fields.price)
  const size = parsePositive(fields.qty)
  if (id === null || eventMs === null || price === null || size === null) return null
  if (typeof fields.isBuyerMaker !== 'boolean') return null
  const side = fields.isBuyerMaker ? 'sell' : 'buy'
  return { kind: 'trade', instrument: instrument.id, id, eventMs, receivedMs, price, size, side }
}

function badAnswer(message: string): VenueError {
  return new VenueError('venue-bad-answer', message, { retry: 'after' })
}
