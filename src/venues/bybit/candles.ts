import type { Candle } from '../../core/market/candle.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import { parseInterval } from '../../core/market/interval.ts'
import { VenueError } from '../../core/venue-error.ts'
import type { RestContext } from '../venue.ts'
import { badAnswer, openEnvelope } from './request.ts'
import type { BybitCategory } from './wire.ts'

/** Intervals of both sides; `market/kline.mdx`, read 2026-11-22. */
const served = new Set(['1m', '5m', '15m', '1h', '4h', '1d'])

const pageLimit = 1_000

type CandleRequest = {
  readonly instrument: Instrument
  readonly interval: string
  readonly fromMs: number
  readonly toMs: number
}

/** The part of ccxt's exchange class that we use: it builds the request and orders the rows. */
type CandleSource = {
  fetchOHLCV(
    symbol: string,
    interval: string,
    sinceMs: number,
    limit: number,
    params: Readonly<Record<string, unknown>>
  ): Promise<readonly (readonly unknown[])[]>
}

/**
 * Fetches the venue's own candles that lie wholly in [fromMs, toMs), oldest first. The venue also lists
 * intervals without a trade, as flat candles of volume 0: they are left out.
 *
 * `toMs` is the caller's now or before: a candle still open then is left out, so every candle given is
 * closed and `refilled-candles`. Trade count and buy volume are not told by the venue: 0.
 */
export async function fetchBybitCandles(
  category: BybitCategory,
  context: RestContext,
  { instrument, interval, fromMs, toMs }: CandleRequest
): Promise<readonly Candle[] | null> {
  const spec = parseInterval(interval)
  if (spec?.kind !== 'time' || !served.has(interval)) return null
  const { lengthMs } = spec
  const source = await openSource(category, context, instrument)
  const candles = new Map<number, Candle>()
  const firstMs = Math.ceil(fromMs / lengthMs) * lengthMs
  const endMs = Math.floor(toMs / lengthMs) * lengthMs
  for (let pageMs = firstMs; pageMs < endMs; pageMs += pageLimit * lengthMs) {
    const lastOpenMs = Math.min(pageMs + pageLimit * lengthMs, endMs) - lengthMs
    const rows = await readRows(source, instrument, { interval, pageMs, lastOpenMs })
    for (const row of rows) {
      const candle = parseRow(row, { instrument, interval, lengthMs })
      if (candle === 'empty') continue
      if (candle.openMs >= pageMs && candle.openMs <= lastOpenMs) candles.set(candle.openMs, candle)
    }
  }
  return [...candles.values()].sort((a, b) => a.openMs - b.openMs)
}

/** ccxt without its transport: requests go through our budgeted client, markets are what we know already. */
async function openSource(
  category: BybitCategory,
  context: RestContext,
  instrument: Instrument
): Promise<CandleSource> {
  const { default: Exchange } = await import('../../../node_modules/ccxt/js/src/bybit.js')
  const exchange = new Exchange({
    enableRateLimit: false,
    urls: { api: { public: context.restUrl } }
  })
  exchange.setMarkets([
    {
      id: instrument.venueSymbol,
      symbol: instrument.symbol,
      base: instrument.base,
      quote: instrument.quote,
      settle: instrument.quote,
      type: category === 'spot' ? 'spot' : 'swap',
      spot: category === 'spot',
      swap: category === 'linear',
      contract: category === 'linear',
      linear: category === 'linear',
      inverse: false
    }
  ])
  exchange.fetch = async (url: string) =>
    openEnvelope((await context.rest.getJson(url, context.signal)).body, '/v5/market/kline')
  return exchange
}

async function readRows(
  source: CandleSource,
  instrument: Instrument,
  page: { readonly interval: string; readonly pageMs: number; readonly lastOpenMs: number }
): Promise<readonly (readonly unknown[])[]> {
  try {
    return await source.fetchOHLCV(instrument.symbol, page.interval, page.pageMs, pageLimit, {
      until: page.lastOpenMs
    })
  } catch (error) {
    if (error instanceof VenueError) throw error
    throw badAnswer(`candles of ${instrument.id} cannot be read`, error)
  }
}

/** Row of ccxt: `[open ms, open, high, low, close, volume]`. */
function parseRow(
  row: readonly unknown[],
  of: { readonly instrument: Instrument; readonly interval: string; readonly lengthMs: number }
): Candle | 'empty' {
  const [openMs, open, high, low, close, volume] = row.map((value) =>
    typeof value === 'number' && Number.isFinite(value) ? value : NaN
  )
  if (volume === 0) return 'empty'
  if (
    openMs === undefined ||
    open === undefined ||
    high === undefined ||
    low === undefined ||
    close === undefined ||
    volume === undefined ||
    openMs % of.lengthMs !== 0 ||
    !(low > 0 && low <= open && low <= close && high >= open && high >= close && volume > 0)
  ) {
    throw badAnswer(`candles of ${of.instrument.id} cannot be read`)
  }
  return {
    instrument: of.instrument.id,
    interval: of.interval,
    openMs,
    closeMs: openMs + of.lengthMs,
    dayMs: 0,
    index: 0,
    open,
    high,
    low,
    close,
    volume,
    buyVolume: 0,
    trades: 0,
    firstOrder: { major: 0, minor: 0 },
    lastOrder: { major: 0, minor: 0 },
    revision: 0,
    final: true,
    source: 'venue',
    state: 'refilled-candles'
  }
}
