import type { TradeOrder } from './candle.ts'
import type { Trade } from './event.ts'

/**
 * What a venue's trade ids are good for. `contiguous`: +1 per trade, so ids order trades and holes
 * show. `unique`: identity only. `none`: made up by us from connection and ordinal.
 */
export type TradeIds = 'contiguous' | 'unique' | 'none'

/** A trade with its place of arrival among all stored trades of the run. */
export type ArrivedTrade = {
  readonly trade: Trade
  /** Rises by at least 1 with each stored trade of the run, across instruments and restarts. */
  readonly arrival: number
}

/** Gives a trade its place: by id where ids order trades, else by venue time and arrival. */
export function orderOf(arrived: ArrivedTrade, tradeIds: TradeIds): TradeOrder {
  const { trade, arrival } = arrived
  if (tradeIds === 'contiguous') return { major: Number(trade.id), minor: 0 }
  return { major: trade.eventMs, minor: arrival }
}

/** Compares two places: negative when `a` comes first, 0 only for one and the same trade. */
export function compareOrders(a: TradeOrder, b: TradeOrder): number {
  return a.major - b.major || a.minor - b.minor
}
