import type { Trade } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import type { RestContext, TradePage } from '../venue.ts'
import { badAnswer, fetchResult, listOf } from './request.ts'
import type { BybitCategory, BybitRestTrade, Unchecked } from './wire.ts'

/** The whole window the venue serves: `market/recent-trade.mdx`, read 2026-11-22; there is no paging. */
const recentTrades: Readonly<Record<BybitCategory, number>> = { spot: 60, linear: 1_000 }

/** Asks the venue's clock, to the microsecond. */
export async function fetchBybitTimeMs(context: RestContext): Promise<number> {
  const { result } = await fetchResult(context, '/v5/market/time')
  const { timeNano }: { readonly timeNano?: unknown } = result
  if (typeof timeNano !== 'string' || !/^\d{19}$/.test(timeNano)) {
    throw badAnswer('GET /v5/market/time: expected timeNano')
  }
  return Number(timeNano.slice(0, -3)) / 1_000
}

/** Fetches the newest trades the venue still serves, turned round: it lists the newest first. */
export async function fetchBybitRecentTrades(
  category: BybitCategory,
  context: RestContext,
  of: { readonly instrument: Instrument; readonly limit?: number | undefined }
): Promise<TradePage> {
  const { instrument } = of
  const symbol = encodeURIComponent(instrument.venueSymbol)
  const limit = Math.min(of.limit ?? Infinity, recentTrades[category])
  const path = `/v5/market/recent-trade?category=${category}&symbol=${symbol}&limit=${limit}`
  const { result } = await fetchResult(context, path)
  const receivedMs = Date.now()
  const read = listOf(result, path).map((item) => parseTrade(item, instrument, receivedMs))
  const trades = read.filter((trade) => trade !== null).reverse()
  return { trades, unreadable: read.length - trades.length }
}

function parseTrade(item: unknown, instrument: Instrument, receivedMs: number): Trade | null {
  if (typeof item !== 'object' || item === null) return null
  const fields: Unchecked<BybitRestTrade> = item
  const { execId: id, side } = fields
  if (fields.symbol !== instrument.venueSymbol) return null
  const price = parsePositive(fields.price)
  const size = parsePositive(fields.size)
  const eventMs = parsePositive(fields.time)
  if (typeof id !== 'string' || id === '') return null
  if (price === null || size === null || eventMs === null) return null
  if (side !== 'Buy' && side !== 'Sell') return null
  return {
    kind: 'trade',
    instrument: instrument.id,
    id,
    eventMs,
    receivedMs,
    price,
    size,
    side: side === 'Buy' ? 'buy' : 'sell'
  }
}
