import type { Trade } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext, TradeIdRange, TradePage } from '../venue.ts'
import { parseIsoTime } from './iso-time.ts'
import { takerSide } from './parse.ts'
import type { CoinbaseRestTrade, Unchecked } from './wire.ts'

/** Most trades on a page; GET /products/{id}/trades, read 2026-11-22. */
const pageLimit = 1_000

type NumberedTrade = Trade & { readonly id: number }

/** Asks the venue's clock: `GET /time`, epoch seconds with a fraction. */
export async function fetchCoinbaseTimeMs(context: RestContext): Promise<number> {
  const { body } = await context.rest.getJson(`${context.restUrl}/time`, context.signal)
  const { epoch }: { readonly epoch?: unknown } =
    typeof body === 'object' && body !== null ? body : {}
  if (typeof epoch !== 'number' || !(epoch > 0)) {
    throw badAnswer('GET /time: expected epoch seconds')
  }
  return Math.round(epoch * 1_000_000) / 1_000
}

/**
 * Fetches the newest page of an id range: `after=<id>` gives trades older than that id, newest first,
 * and goes on below the range.
 */
export async function fetchCoinbaseTrades(
  context: RestContext,
  instrument: Instrument,
  range: TradeIdRange
): Promise<TradePage> {
  const limit = Math.min(pageLimit, range.toId - range.fromId + 1)
  const page = await fetchPage(context, instrument, `limit=${limit}&after=${range.toId + 1}`)
  return { ...page, trades: page.trades.filter(({ id }) => id >= range.fromId) }
}

/** Fetches the newest trades. */
export async function fetchCoinbaseRecentTrades(
  context: RestContext,
  instrument: Instrument,
  limit = pageLimit
): Promise<TradePage> {
  return fetchPage(context, instrument, `limit=${Math.min(limit, pageLimit)}`)
}

type NumberedPage = {
  readonly trades: readonly NumberedTrade[]
  readonly unreadable: number
}

/** One page, turned round: the venue lists the newest first. */
async function fetchPage(
  context: RestContext,
  instrument: Instrument,
  query: string
): Promise<NumberedPage> {
  const path = `/products/${encodeURIComponent(instrument.venueSymbol)}/trades`
  const { body } = await context.rest.getJson(`${context.restUrl}${path}?${query}`, context.signal)
  if (!Array.isArray(body)) throw badAnswer(`GET ${path}: expected an array`)
  const receivedMs = Date.now()
  const read = body.map((item) => parseTrade(item, instrument, receivedMs))
  const trades = read.filter((trade) => trade !== null).reverse()
  return { trades, unreadable: read.length - trades.length }
}

/** `side` is the maker's here too; ccxt 4.5.84 and the page on trades agree. */
function parseTrade(
  item: unknown,
  instrument: Instrument,
  receivedMs: number
): NumberedTrade | null {
  if (typeof item !== 'object' || item === null) return null
  const fields: Unchecked<CoinbaseRestTrade> = item
  const { trade_id: id, side } = fields
  const price = parsePositive(fields.price)
  const size = parsePositive(fields.size)
  const eventMs = parseIsoTime(fields.time)
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) return null
  if (price === null || size === null || eventMs === null) return null
  if (side !== 'buy' && side !== 'sell') return null
  return {
    kind: 'trade',
    instrument: instrument.id,
    id,
    eventMs,
    receivedMs,
    price,
    size,
    side: takerSide(side)
  }
}

function badAnswer(message: string): VenueError {
  return new VenueError('venue-bad-answer', message, { retry: 'after' })
}
