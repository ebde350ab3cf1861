import type { DecimalSum, SizeScale } from './decimal-sum.ts'
import { emptySum } from './decimal-sum.ts'
import type { Trade } from './event.ts'
import type { TradeIds } from './trade-order.ts'

/** One trade on its way into the candles; a single one is refilled for each trade, so copy to keep. */
export type TradeEntry = {
  eventMs: number
  price: number
  /** As parsed, base units. */
  size: number
  /** The same size, exact. */
  readonly units: DecimalSum
  /** The aggressor bought. */
  isBuy: boolean
  /** Its TradeOrder. */
  major: number
  minor: number
  arrival: number
  /** Run clock when it was applied, epoch ms. */
  runNowMs: number
}

/** Makes an entry to be filled. */
export function emptyEntry(): TradeEntry {
  return {
    eventMs: 0,
    price: 0,
    size: 0,
    units: emptySum(),
    isBuy: false,
    major: 0,
    minor: 0,
    arrival: 0,
    runNowMs: 0
  }
}

/** Copies an entry so that it outlives the next trade. */
export function keepEntry(entry: TradeEntry): TradeEntry {
  return { ...entry, units: { ...entry.units } }
}

/** How the trades of one instrument are ordered and their sizes read. */
export type EntryRule = { readonly tradeIds: TradeIds; readonly scale: SizeScale }

/** Fills an entry from a trade, with its TradeOrder; the run clock is left as it is. */
export function fillEntry(into: TradeEntry, trade: Trade, arrival: number, rule: EntryRule): void {
  const isOrderedById = rule.tradeIds === 'contiguous'
  into.eventMs = trade.eventMs
  into.price = trade.price
  into.size = trade.size
  into.isBuy = trade.side === 'buy'
  into.major = isOrderedById ? Number(trade.id) : trade.eventMs
  into.minor = isOrderedById ? 0 : arrival
  into.arrival = arrival
  rule.scale.read(trade.size, into.units)
}
