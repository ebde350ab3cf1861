import type { SimInstrument, SimMarket, SimTrade } from '../market.ts'
import { venueOf, type BybitCategory } from './category.ts'
import type { HourAgoPrices } from './hour-ago.ts'
import { instrumentsInfo } from './instruments-info.ts'
import { klineAnswer } from './kline-query.ts'
import { openInterest } from './open-interest.ts'
import type { TickDirections } from './tick-direction.ts'
import { linearSnapshot, linearTicker, spotTicker } from './ticker-fields.ts'

export type BybitRestDeps = {
  readonly market: SimMarket
  readonly directions: TickDirections
  readonly prices: HourAgoPrices
}

/** A result, or what was wrong with the question. */
export type BybitAnswer =
  | { readonly kind: 'ok'; readonly result: object }
  | { readonly kind: 'refused'; readonly retMsg: string }
  | { readonly kind: 'unknownPath' }

type Question = {
  readonly category: BybitCategory
  readonly query: URLSearchParams
}
type Endpoint = (deps: BybitRestDeps, question: Question) => BybitAnswer
type InstrumentEndpoint = (
  deps: BybitRestDeps,
  question: Question & { readonly instrument: SimInstrument }
) => BybitAnswer

const maxRecent: Readonly<
  Record<BybitCategory, { readonly usual: number; readonly most: number }>
> = { spot: { usual: 60, most: 60 }, linear: { usual: 500, most: 1000 } }
const maxBookLevels = 1000

function ok(result: object): BybitAnswer {
  return { kind: 'ok', result }
}

function refused(retMsg: string): BybitAnswer {
  return { kind: 'refused', retMsg }
}

function readLimit(query: URLSearchParams, usual: number, most: number): number {
  const limit = Number(query.get('limit') ?? usual)
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, most) : usual
}

function withInstrument(endpoint: InstrumentEndpoint): Endpoint {
  return (deps, question) => {
    const symbol = question.query.get('symbol') ?? ''
    const instrument = deps.market.find(venueOf(question.category), symbol)
    if (instrument === null) return refused('params error: Symbol Invalid')
    return endpoint(deps, { ...question, instrument })
  }
}

const kline = withInstrument(({ market }, { category, instrument, query }) => {
  const list = klineAnswer(market, instrument, query)
  if (list === null) return refused('Invalid period!')
  return ok({ symbol: instrument.venueSymbol, category, list })
})

const recentTrade = withInstrument(({ market }, { category, instrument, query }) => {
  const { usual, most } = maxRecent[category]
  const trades = market.newestTrades(instrument.id, readLimit(query, usual, most))
  const list = trades.toReversed().map((trade) => ({
    execId: trade.textId,
    symbol: trade.instrument === instrument.id ? instrument.venueSymbol : symbolOf(market, trade),
    price: trade.priceText,
    size: trade.sizeText,
    side: trade.takerSide === 'buy' ? 'Buy' : 'Sell',
    time: String(Math.floor(trade.eventMs)),
    isBlockTrade: false,
    isRPITrade: false,
    seq: String(trade.sequence)
  }))
  return ok({ category, list })
})

/** Of a trade that is not of the instrument asked for, which only a lying history has. */
function symbolOf(market: SimMarket, { instrument }: SimTrade): string {
  const venues = ['bybit-spot', 'bybit-linear'] as const
  const all = venues.flatMap((venue) => market.instruments(venue))
  return all.find(({ id }) => id === instrument)?.venueSymbol ?? ''
}

const interest = withInstrument(({ market }, { category, instrument, query }) => {
  if (category !== 'linear') return refused('Category is invalid')
  const result = openInterest(market, instrument, query)
  return result === null ? refused('Invalid intervalTime') : ok(result)
})

const book = withInstrument(({ market }, { category, instrument, query }) => {
  const limit = readLimit(query, category === 'spot' ? 1 : 25, maxBookLevels)
  const state = market.state(instrument.id)
  const nowMs = Math.floor(market.nowMs())
  return ok({
    s: instrument.venueSymbol,
    b: state.bids.slice(0, limit),
    a: state.asks.slice(0, limit),
    ts: nowMs,
    u: state.sequence,
    seq: state.sequence,
    cts: nowMs
  })
})

function tickers(
  { market, directions, prices }: BybitRestDeps,
  { category, query }: Question
): BybitAnswer {
  const symbol = query.get('symbol')
  const all = market.instruments(venueOf(category)).filter((one) => one.trading)
  const asked = symbol === null ? all : all.filter((one) => one.venueSymbol === symbol)
  if (symbol !== null && asked.length === 0) return refused('params error: Symbol Invalid')
  const list = asked.map((instrument) => {
    if (category === 'linear') {
      const direction = directions.of(instrument.id)
      const fields = new Map(
        linearSnapshot(linearTicker({ market, instrument, direction, prices }))
      )
      fields.delete('tickDirection')
      return Object.fromEntries(fields)
    }
    const { bid, ask } = market.state(instrument.id)
    return {
      ...Object.fromEntries(spotTicker(market, instrument)),
      bid1Price: bid[0],
      bid1Size: bid[1],
      ask1Price: ask[0],
      ask1Size: ask[1]
    }
  })
  return ok({ category, list })
}

const endpoints = new Map<string, Endpoint>([
  [
    'instruments-info',
    ({ market }, { category, query }) =>
      ok(instrumentsInfo(category, market.instruments(venueOf(category)), query))
  ],
  ['kline', kline],
  ['recent-trade', recentTrade],
  ['open-interest', interest],
  ['orderbook', book],
  ['tickers', tickers]
])

function time({ market }: BybitRestDeps): BybitAnswer {
  const nowMs = Math.floor(market.nowMs())
  return ok({
    timeSecond: String(Math.floor(nowMs / 1000)),
    timeNano: String(BigInt(nowMs) * 1_000_000n)
  })
}

/** Answers one question. One host serves both categories, as the venue's does; it has nothing else to sell. */
export function answerBybitRest(deps: BybitRestDeps, url: URL): BybitAnswer {
  const [, endpointName] = /^\/v5\/market\/([a-z-]+)$/.exec(url.pathname) ?? []
  if (endpointName === 'time') return time(deps)
  const endpoint = endpoints.get(endpointName ?? '')
  if (endpoint === undefined) return { kind: 'unknownPath' }
  const category = url.searchParams.get('category')
  switch (category) {
    case 'spot':
    case 'linear':
      return endpoint(deps, { category, query: url.searchParams })
    case 'inverse':
    case 'option':
      return ok({ category, list: [], nextPageCursor: '' })
    default:
      return refused('params error: Category is invalid')
  }
}
