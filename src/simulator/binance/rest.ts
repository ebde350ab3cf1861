import type { SimInstrument, SimMarket } from '../market.ts'
import { dayFigures, type DayFigures } from './day-figures.ts'
import { exchangeInfo, symbolStatus } from './exchange-info.ts'
import type { BinanceFeeds } from './feeds.ts'
import { klineAnswer } from './kline-query.ts'
import { RefusedQuestion, type BinanceAnswer, type RestQuestion } from './rest-question.ts'
import { aggregateTrades, historicalTrades, recentTrades } from './trade-query.ts'

export type BinanceRestDeps = {
  readonly market: SimMarket
  readonly feeds: Pick<BinanceFeeds, 'aggregates' | 'books' | 'flows'>
  readonly weightPerMinute: number
}

/** A question that can be asked, with what it costs. */
type Endpoint = {
  readonly weight: (query: URLSearchParams) => number
  readonly answer: (deps: BinanceRestDeps, question: RestQuestion) => unknown
}

const maxBookLevels = 5000

function always(weight: number): () => number {
  return () => weight
}

function depthWeight(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 100)
  if (limit <= 100) return 5
  if (limit <= 500) return 25
  return limit <= 1000 ? 50 : 250
}

function dayWeight(query: URLSearchParams): number {
  const symbols = query.get('symbols')?.split(',').length ?? 0
  if (query.has('symbol') || (symbols > 0 && symbols <= 20)) return 2
  return symbols > 0 && symbols <= 100 ? 40 : 80
}

function instrumentsAsked(
  { market }: BinanceRestDeps,
  question: RestQuestion
): readonly SimInstrument[] {
  const asked = question.symbols(market)
  if (asked !== null) return asked
  const status = question.text('symbolStatus')
  const permissions = question.text('permissions') ?? 'SPOT'
  if (!/\b(SPOT|MARGIN)\b/.test(permissions)) return []
  return market
    .instruments('binance-spot')
    .filter((instrument) => status === null || symbolStatus(instrument) === status)
}

function depth({ market, feeds }: BinanceRestDeps, question: RestQuestion): object {
  const instrument = question.instrument(market)
  const limit = question.limit(100, maxBookLevels)
  const { updateId, bids, asks } = feeds.books.view(instrument.id)
  return { lastUpdateId: updateId, bids: bids.slice(0, limit), asks: asks.slice(0, limit) }
}

function dayBody(figures: DayFigures, type: 'FULL' | 'MINI'): object {
  const head = { symbol: figures.symbol }
  const prices = {
    openPrice: figures.open,
    highPrice: figures.high,
    lowPrice: figures.low
  }
  const tail = {
    volume: figures.volume,
    quoteVolume: figures.quoteVolume,
    openTime: figures.openMs,
    closeTime: figures.closeMs,
    firstId: figures.firstId,
    lastId: figures.lastId,
    count: figures.trades
  }
  if (type === 'MINI') return { ...head, ...prices, lastPrice: figures.last, ...tail }
  return {
    ...head,
    priceChange: figures.change,
    priceChangePercent: figures.changePercent,
    weightedAvgPrice: figures.weightedAverage,
    prevClosePrice: figures.open,
    lastPrice: figures.last,
    lastQty: figures.lastSize,
    bidPrice: figures.bid,
    bidQty: figures.bidSize,
    askPrice: figures.ask,
    askQty: figures.askSize,
    ...prices,
    ...tail
  }
}

/** One object for `symbol`, a list otherwise. */
function dayTicker({ market }: BinanceRestDeps, question: RestQuestion): unknown {
  const type = question.text('type') === 'MINI' ? 'MINI' : 'FULL'
  const asked = question.symbols(market) ?? market.instruments('binance-spot')
  const bodies = asked.map((instrument) => dayBody(dayFigures(market, instrument), type))
  return question.text('symbol') === null ? bodies : bodies[0]
}

const endpoints = new Map<string, Endpoint>([
  ['ping', { weight: always(1), answer: () => ({}) }],
  [
    'time',
    { weight: always(1), answer: ({ market }) => ({ serverTime: Math.floor(market.nowMs()) }) }
  ],
  [
    'exchangeInfo',
    {
      weight: always(20),
      answer: (deps, question) =>
        exchangeInfo(instrumentsAsked(deps, question), {
          nowMs: deps.market.nowMs(),
          weightPerMinute: deps.weightPerMinute
        })
    }
  ],
  ['depth', { weight: depthWeight, answer: depth }],
  [
    'trades',
    {
      weight: always(25),
      answer: ({ market }, question) => recentTrades(market, question.instrument(market), question)
    }
  ],
  [
    'historicalTrades',
    {
      weight: always(25),
      answer: ({ market }, question) =>
        historicalTrades(market, question.instrument(market), question)
    }
  ],
  [
    'aggTrades',
    {
      weight: always(4),
      answer: ({ market, feeds }, question) =>
        aggregateTrades(feeds.aggregates, question.instrument(market), question)
    }
  ],
  [
    'klines',
    {
      weight: always(2),
      answer: ({ market, feeds }, question) =>
        klineAnswer({ market, flows: feeds.flows }, question.instrument(market), question)
    }
  ],
  ['ticker/24hr', { weight: dayWeight, answer: dayTicker }]
])

/** Finds what a path asks; null where the venue has nothing there. */
export function findEndpoint(pathname: string): Endpoint | null {
  const [, name] = /^\/api\/v3\/([\w/]+)$/.exec(pathname) ?? []
  return endpoints.get(name ?? '') ?? null
}

/** Answers a question, or says what is wrong with it. The caller has taken its weight before. */
export function answerBinanceRest(
  deps: BinanceRestDeps,
  endpoint: Endpoint,
  question: RestQuestion
): BinanceAnswer {
  try {
    return { kind: 'ok', body: endpoint.answer(deps, question) }
  } catch (error) {
    if (!(error instanceof RefusedQuestion)) throw error
    return { kind: 'refused', code: error.code, message: error.message }
  }
}
