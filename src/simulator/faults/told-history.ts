import type { InstrumentId } from '../../core/market/instrument.ts'
import { hashUnit } from '../hash.ts'
import type { SimInstrument, SimMarket, SimTrade, SimVenueId } from '../market.ts'
import { tradeTextIds } from '../trade-text-id.ts'
import type { FaultBoard } from './fault-board.ts'
import type { FoundFault } from './fault-finder.ts'

const lieStream = 60

type Telling = {
  readonly board: FaultBoard
  readonly market: SimMarket
  readonly venue: SimVenueId
  readonly instrument: InstrumentId
}

/**
 * Tells trades of the past as a venue's REST does under the faults that are going on: older ones gone,
 * untrue, or the page cut short to its newest trades. The same trade is always told the same lie.
 *
 * @param trades As they were, oldest first.
 */
export function tellHistory(trades: readonly SimTrade[], telling: Telling): readonly SimTrade[] {
  const { board, venue, instrument } = telling
  let told = trades
  const cut = board.find('rest-cut', venue, instrument)
  if (cut !== null) told = withoutOld(told, cut, telling.market.nowMs())
  const lie = board.find('rest-lie', venue, instrument)
  if (lie !== null) told = untrue(told, lie, telling)
  const partial = board.find('rest-partial', venue, instrument)
  if (partial !== null && told.length > partial.effect.most) {
    partial.fault.strike()
    told = told.slice(-partial.effect.most)
  }
  return told
}

function withoutOld(
  trades: readonly SimTrade[],
  { fault, effect }: FoundFault<'rest-cut'>,
  nowMs: number
): readonly SimTrade[] {
  const { olderThanMs, beforeId } = effect
  const kept = trades.filter(
    ({ id, eventMs }) =>
      (olderThanMs === null || nowMs - eventMs <= olderThanMs) &&
      (beforeId === null || id >= beforeId)
  )
  if (kept.length < trades.length) fault.strike()
  return kept
}

function untrue(
  trades: readonly SimTrade[],
  { fault, effect }: FoundFault<'rest-lie'>,
  { market, venue, instrument }: Telling
): readonly SimTrade[] {
  if (effect.about === 'instrument') {
    const other = anotherThatTraded(market, venue, instrument)
    if (other === null || trades.length === 0) return trades
    fault.strike()
    return market.newestTrades(other.id, trades.length)
  }
  const subject = market.instruments(venue).find(({ id }) => id === instrument)
  return trades.map((trade) => {
    if (hashUnit(fault.seed, lieStream, trade.id) >= effect.share) return trade
    fault.strike()
    switch (effect.about) {
      case 'ids':
        return withId(trade, trade.id + effect.by)
      case 'times':
        return { ...trade, eventMs: trade.eventMs + effect.by }
      case 'price':
        return withPrice(trade, trade.price * (1 + effect.by), subject?.priceDigits ?? 2)
      default:
        return trade
    }
  })
}

function anotherThatTraded(
  market: SimMarket,
  venue: SimVenueId,
  than: InstrumentId
): SimInstrument | null {
  const others = market.instruments(venue).filter(({ id }) => id !== than)
  return others.find(({ id }) => market.newestTrades(id, 1).length > 0) ?? null
}

function withId(trade: SimTrade, id: number): SimTrade {
  return { ...trade, id, textId: tradeTextIds(trade.instrument)(id) }
}

function withPrice(trade: SimTrade, price: number, digits: number): SimTrade {
  const priceText = price.toFixed(digits)
  return { ...trade, price: Number(priceText), priceText }
}
