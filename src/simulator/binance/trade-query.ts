import type { InstrumentId } from '../../core/market/instrument.ts'
import type { SimInstrument, SimMarket, SimTrade } from '../market.ts'
import type { AggregateLog, AggregateTrade } from './aggregate-log.ts'
import { decimalText, eightDecimals } from './decimal-text.ts'
import { RefusedQuestion, type RestQuestion } from './rest-question.ts'

const usualLimit = 500
const mostLimit = 1000

function tradeBody(trade: SimTrade): object {
  return {
    id: trade.id,
    price: eightDecimals(trade.priceText),
    qty: eightDecimals(trade.sizeText),
    quoteQty: decimalText(trade.price * trade.size),
    time: Math.floor(trade.eventMs),
    isBuyerMaker: trade.takerSide === 'sell',
    isBestMatch: true
  }
}

function aggregateBody(aggregate: AggregateTrade): object {
  return {
    a: aggregate.id,
    p: eightDecimals(aggregate.priceText),
    q: decimalText(aggregate.size),
    f: aggregate.firstId,
    l: aggregate.lastId,
    T: Math.floor(aggregate.eventMs),
    m: aggregate.takerSide === 'sell',
    M: true
  }
}

/** Trades from an id on, oldest first; where the market keeps none that old, from its oldest. */
function tradesFrom(
  market: SimMarket,
  instrument: InstrumentId,
  { fromId, limit }: { readonly fromId: number; readonly limit: number }
): readonly SimTrade[] {
  const page = market.tradesById(instrument, fromId, fromId + limit - 1)
  if (page.length > 0) return page
  return market.tradesById(instrument, fromId, Number.MAX_SAFE_INTEGER).slice(0, limit)
}

/** Answers `trades`: the newest, oldest of them first. */
export function recentTrades(
  market: SimMarket,
  instrument: SimInstrument,
  question: RestQuestion
): object[] {
  const limit = question.limit(usualLimit, mostLimit)
  return market.newestTrades(instrument.id, limit).map(tradeBody)
}

/** Answers `historicalTrades`: from an id on, or the newest. */
export function historicalTrades(
  market: SimMarket,
  instrument: SimInstrument,
  question: RestQuestion
): object[] {
  const fromId = question.count('fromId')
  if (fromId === null) return recentTrades(market, instrument, question)
  const limit = question.limit(usualLimit, mostLimit)
  return tradesFrom(market, instrument.id, { fromId, limit }).map(tradeBody)
}

/** Answers `aggTrades`: from an id on, within a time, or the newest. */
export function aggregateTrades(
  log: AggregateLog,
  instrument: SimInstrument,
  question: RestQuestion
): object[] {
  const limit = question.limit(usualLimit, mostLimit)
  const fromId = question.count('fromId')
  const fromMs = question.count('startTime')
  const toMs = question.count('endTime')
  if (fromId !== null) {
    if (fromMs !== null || toMs !== null) {
      throw new RefusedQuestion(-1128, 'Combination of optional parameters invalid.')
    }
    return log.from(instrument.id, fromId, limit).map(aggregateBody)
  }
  if (fromMs === null && toMs === null) {
    return log.newest(instrument.id, limit).map(aggregateBody)
  }
  const span = { fromMs: fromMs ?? 0, toMs: toMs ?? Infinity, limit }
  return log.between(instrument.id, span).map(aggregateBody)
}
