import type { Trade } from '../../core/market/event.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parsePositive } from '../numbers.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext, TradeIdRange } from '../venue.ts'
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
 * Fetches the trades of an id range, ascending, walking pages from the newest down: `after=<id>` gives
 * trades older than that id. Ends early where the venue keeps no more.
 */
export async function fetchCoinbaseTrades(
  context: RestContext,
  instrument: Instrument,
  range: TradeIdRange
): Promise<readonly Trade[]> {
  const found: NumberedTrade[] = []
  let after = range.toId + 1
  while (after > range.fromId) {
    const page = await fetchPage(context, instrument, after)
    const older = page.filter(({ id }) => id < after)
    found.push(...older.filter(({ id }) => id >= range.fromId))
    const oldest = older.at(-1)
    if (oldest === undefined) break
    after = oldest.id
  }
  return found.reverse()
}

/** Fetches the newest page of trades, ascending. */
export async function fetchCoinbaseRecentTrades(
  context: RestContext,
  instrument: Instrument
): Promise<readonly Trade[]> {
  const page = await fetchPage(context, instrument, null)
  return page.reverse()
}

/** One page, descending by id, without repeats. */
async function fetchPage(
  context: RestContext,
  instrument: Instrument,
  after: number | null
): Promise<NumberedTrade[]> {
  const path = `/products/${encodeURIComponent(instrument.venueSymbol)}/trades`
  const query = after === null ? `limit=${pageLimit}` : `limit=${pageLimit}&after=${after}`
  const { body } = await context.rest.getJson(`${context.restUrl}${path}?${query}`, context.signal)
  if (!Array.isArray(body)) throw badAnswer(`GET ${path}: expected an array`)
  const receivedMs = Date.now()
  const trades = new Map<number, NumberedTrade>()
  for (const item of body) {
    const trade = parseTrade(item, instrument, receivedMs)
    if (trade === null) throw badAnswer(`GET ${path}: a trade cannot be read`)
    trades.set(trade.id, trade)
  }
  return [...trades.values()].sort((a, b) => b.id - a.id)
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
