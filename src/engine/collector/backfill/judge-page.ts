import type { Trade } from '../../../core/market/event.ts'
import type { InstrumentId } from '../../../core/market/instrument.ts'
import type { TradeIdRange, TradePage } from '../../../venues/venue.ts'
import { findContradiction } from './known-trades.ts'
import type { KnownTrades } from './known-trades.ts'

/** How far a refilled trade may lie outside the trades on either side of its gap, ms. */
const slackMs = 1_000
/** How far a venue's clock may be ahead of ours, ms. */
const mostAheadMs = 60_000

/**
 * Tells what is wrong with a page of trades asked for by id; null when nothing is.
 *
 * It is one or the other as a whole: a history that is wrong in one row is not believed in the next.
 *
 * @param asked `fromMs`, `toMs`: venue times of the neighbours of the gap; `fromMs` null where not known.
 *   `known`: trades that the page must repeat as they are where it holds them.
 */
export function judgeNumberedPage(
  page: TradePage,
  asked: {
    readonly instrument: InstrumentId
    readonly range: TradeIdRange
    readonly fromMs: number | null
    readonly toMs: number
    readonly known: KnownTrades
  }
): string | null {
  const { fromId, toId } = asked.range
  const earliestMs = (asked.fromMs ?? -Infinity) - slackMs
  const latestMs = asked.toMs + slackMs
  let previousId = -Infinity
  return firstFault(page, asked.instrument, (trade) => {
    const { id, eventMs } = trade
    if (typeof id !== 'number' || !Number.isSafeInteger(id)) return 'an id is no number'
    if (id < fromId || id > toId) return `id ${id} was not asked for (${fromId} to ${toId})`
    if (id <= previousId) return `id ${id} after ${previousId}`
    previousId = id
    if (asked.known.has(id)) return findContradiction(trade, asked.known)
    const isTimely = eventMs >= earliestMs && eventMs <= latestMs
    return isTimely ? null : `id ${id} is not of the time of its neighbours`
  })
}

/** Tells in what a page differs from what is known of its trades; null when in nothing. */
export function findContradictionIn({ trades }: TradePage, known: KnownTrades): string | null {
  for (const trade of trades) {
    const fault = findContradiction(trade, known)
    if (fault !== null) return fault
  }
  return null
}

/** Tells what is wrong with a page of the newest trades, whose ids have no order; null when nothing is. */
export function judgeRecentPage(
  page: TradePage,
  asked: { readonly instrument: InstrumentId; readonly nowMs: number }
): string | null {
  const seen = new Set<number | string>()
  let previousMs = -Infinity
  return firstFault(page, asked.instrument, ({ id, eventMs }) => {
    if (seen.has(id)) return `id ${id} stands there twice`
    if (eventMs < previousMs) return `id ${id} is older than the one before it`
    if (eventMs > asked.nowMs + mostAheadMs) return `id ${id} lies in the future`
    seen.add(id)
    previousMs = eventMs
    return null
  })
}

function firstFault(
  page: TradePage,
  instrument: InstrumentId,
  faultOf: (trade: Trade) => string | null
): string | null {
  if (page.unreadable > 0) return `${page.unreadable} rows are no trades of ${instrument}`
  for (const trade of page.trades) {
    const { id, price, size, eventMs } = trade
    if (trade.instrument !== instrument) return `id ${id} is of ${trade.instrument}`
    if (!isPositive(price) || !isPositive(size)) return `id ${id} has no price or size`
    if (!isPositive(eventMs)) return `id ${id} has no time`
    const fault = faultOf(trade)
    if (fault !== null) return fault
  }
  return null
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0
}
