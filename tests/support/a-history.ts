import type { Trade } from '../../src/core/market/event.ts'
import { VenueError } from '../../src/core/venue-error.ts'
import type { TradeIdRange, TradePage, Venue } from '../../src/venues/venue.ts'
import { toyCandle, toyTrade } from './backfill-rig.ts'

/** How a history is served. */
export type History = {
  /** Ids below are gone. */
  keptFromId?: number
  /** Ids the venue leaves out of its pages. */
  withheld?: ReadonlySet<number>
  pageLimit?: number
  change?: (trade: Trade) => Trade
  /** Answers instead, by the number of the request from 0. */
  instead?: (request: number) => TradePage | VenueError | null
}

/** A venue that serves its history of trades by id, and what it was asked. */
export function aHistory(history: History = {}): {
  readonly venue: Partial<Venue>
  readonly asked: TradeIdRange[]
  readonly askedCandles: { readonly fromMs: number; readonly toMs: number }[]
} {
  const asked: TradeIdRange[] = []
  const askedCandles: { readonly fromMs: number; readonly toMs: number }[] = []
  const { keptFromId = 0, withheld = new Set<number>(), pageLimit = 1_000 } = history
  const { change = (trade: Trade) => trade, instead = () => null } = history
  return {
    asked,
    askedCandles,
    venue: {
      fetchTradesById: (...[, { id }, range]) => {
        asked.push(range)
        const given = instead(asked.length - 1)
        if (given instanceof VenueError) return Promise.reject(given)
        if (given !== null) return Promise.resolve(given)
        const trades: Trade[] = []
        const fromId = Math.max(range.fromId, keptFromId)
        for (let each = range.toId; each >= fromId && trades.length < pageLimit; each -= 1) {
          if (!withheld.has(each)) trades.unshift(change(toyTrade(each, { instrument: id })))
        }
        return Promise.resolve({ trades, unreadable: 0 })
      },
      fetchCandles: (...[, { fromMs, toMs }]) => {
        askedCandles.push({ fromMs, toMs })
        return Promise.resolve([toyCandle(fromMs)])
      }
    }
  }
}
