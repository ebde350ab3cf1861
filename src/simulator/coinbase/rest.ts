import type { IncomingMessage } from 'node:http'
import type { JsonAnswer } from '../http/json-answer.ts'
import type { SimInstrument, SimLevel, SimMarket } from '../market.ts'
import { maxCandles, readCandleQuery } from './candle-query.ts'
import { makerSide } from './frames.ts'
import type { IsoMicros } from './iso-micros.ts'
import { currencies, restProduct } from './products.ts'
import { tradePage } from './trade-pages.ts'

export type CoinbaseRestDeps = { readonly market: SimMarket; readonly iso: IsoMicros }

const maxTrades = 1000

function ok(body: unknown): JsonAnswer {
  return { status: 200, body }
}

function refused(status: number, message: string): JsonAnswer {
  return { status, body: { message } }
}

const notFound = refused(404, 'NotFound')

function readId(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  return text === null || text === '' ? null : Number(text)
}

function answerTrades(
  { market, iso }: CoinbaseRestDeps,
  instrument: SimInstrument,
  query: URLSearchParams
): JsonAnswer {
  const limit = readId(query, 'limit') ?? maxTrades
  const after = readId(query, 'after')
  const before = readId(query, 'before')
  if (!Number.isInteger(limit) || limit < 1) return refused(400, 'Invalid limit')
  if (after !== null && !Number.isInteger(after)) return refused(400, 'Invalid after')
  if (before !== null && !Number.isInteger(before)) return refused(400, 'Invalid before')
  const page = tradePage(market, instrument.id, {
    limit: Math.min(limit, maxTrades),
    after,
    before
  })
  const newest = page[0]
  const oldest = page.at(-1)
  const body = page.map((trade) => ({
    trade_id: trade.id,
    side: makerSide(trade),
    size: trade.sizeText,
    price: trade.priceText,
    time: iso(trade.eventMs)
  }))
  if (newest === undefined || oldest === undefined) return ok(body)
  const headers = { 'cb-before': String(newest.id), 'cb-after': String(oldest.id) }
  return { status: 200, body, headers }
}

function answerCandles(
  { market }: CoinbaseRestDeps,
  instrument: SimInstrument,
  query: URLSearchParams
): JsonAnswer {
  const asked = readCandleQuery(query, market.nowMs())
  if (asked.kind === 'refused') return refused(400, asked.message)
  const { lengthMs, fromMs, lastMs } = asked
  const candles = market.candles(instrument.id, lengthMs, fromMs, lastMs + lengthMs)
  const rows = candles
    .slice(-maxCandles)
    .reverse()
    .map((candle) => [
      candle.openMs / 1000,
      candle.low,
      candle.high,
      candle.open,
      candle.close,
      Number(candle.volume.toFixed(instrument.sizeDigits))
    ])
  return ok(rows)
}

function withOrders(levels: readonly SimLevel[]): (string | number)[][] {
  return levels.map(([price, size]) => [price, size, 1])
}

/** Level 3 lists single orders, which this market does not have. */
function answerBook(
  { market, iso }: CoinbaseRestDeps,
  instrument: SimInstrument,
  query: URLSearchParams
): JsonAnswer {
  const level = query.get('level') ?? '1'
  if (level !== '1' && level !== '2') return refused(400, 'Invalid level')
  const state = market.state(instrument.id)
  return ok({
    bids: withOrders(level === '1' ? [state.bid] : state.bids),
    asks: withOrders(level === '1' ? [state.ask] : state.asks),
    sequence: state.sequence,
    auction_mode: false,
    auction: null,
    time: iso(market.nowMs())
  })
}

function answerStats({ market }: CoinbaseRestDeps, instrument: SimInstrument): JsonAnswer {
  const state = market.state(instrument.id)
  return ok({
    open: state.open24hText,
    high: state.high24hText,
    low: state.low24hText,
    last: state.lastTrade?.priceText ?? state.open24hText,
    volume: state.volume24hText,
    volume_30day: state.volume30dText
  })
}

function answerVolumes({ market }: CoinbaseRestDeps): JsonAnswer {
  const rows = market.instruments('coinbase').map((instrument) => {
    const state = market.state(instrument.id)
    return {
      id: instrument.venueSymbol,
      base_currency: instrument.base,
      quote_currency: instrument.quote,
      display_name: `${instrument.base}/${instrument.quote}`,
      market_types: ['spot'],
      spot_volume_24hour: state.volume24hText,
      spot_volume_30day: state.volume30dText,
      rfq_volume_24hour: '0',
      rfq_volume_30day: '0',
      conversion_volume_24hour: '0',
      conversion_volume_30day: '0'
    }
  })
  return ok(rows)
}

function answerProduct(
  deps: CoinbaseRestDeps,
  path: readonly string[],
  query: URLSearchParams
): JsonAnswer {
  const [, id = '', part, extra] = path
  const instrument = deps.market.find('coinbase', id)
  if (instrument === null || extra !== undefined) return notFound
  switch (part) {
    case undefined:
      return ok(restProduct(instrument))
    case 'trades':
      return answerTrades(deps, instrument, query)
    case 'candles':
      return answerCandles(deps, instrument, query)
    case 'book':
      return answerBook(deps, instrument, query)
    case 'stats':
      return answerStats(deps, instrument)
    default:
      return notFound
  }
}

function answerTime({ market, iso }: CoinbaseRestDeps): JsonAnswer {
  const nowMs = Math.floor(market.nowMs())
  return ok({ iso: `${iso(nowMs).slice(0, 23)}Z`, epoch: nowMs / 1000 })
}

/** Answers one REST request. The caller has asked the rate limit before. */
export function answerCoinbaseRest(deps: CoinbaseRestDeps, request: IncomingMessage): JsonAnswer {
  if (request.method !== 'GET') return notFound
  if (request.headers['user-agent'] === undefined) {
    return refused(400, 'User-Agent header is required.')
  }
  const url = URL.parse(request.url ?? '/', 'http://localhost')
  if (url === null) return notFound
  const path = url.pathname.split('/').filter((segment) => segment !== '')
  switch (path.join('/')) {
    case 'time':
      return answerTime(deps)
    case 'currencies':
      return ok(currencies(deps.market))
    case 'products':
      return ok(deps.market.instruments('coinbase').map(restProduct))
    case 'products/volume-summary':
      return answerVolumes(deps)
    default:
      return path[0] === 'products' ? answerProduct(deps, path, url.searchParams) : notFound
  }
}
