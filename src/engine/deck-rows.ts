import type { LedgerRow, PriceRow } from '../contracts/state-rows.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import type { TapeCursor } from './replay/tape-cursor.ts'

/** What an instrument traded at last at the cursor. It is never called live. */
export function priceRowAt(cursor: TapeCursor, id: InstrumentId): PriceRow {
  const { prices } = cursor.day.replay
  const state = prices.price(id)
  const latest = state?.latest ?? null
  return {
    id,
    price: state?.price ?? null,
    size: latest?.size ?? null,
    side: latest?.side ?? null,
    bid: null,
    ask: null,
    eventMs: latest?.eventMs ?? null,
    receivedMs: latest?.receivedMs ?? null,
    freshness: latest === null ? 'none' : 'stale',
    open24h: null,
    high24h: null,
    low24h: null,
    volume24h: null,
    tradesPerMinute: prices.tradesLastMinute(id)
  }
}

/** How many gaps of an instrument were known at the cursor. */
export function ledgerRowAt(cursor: TapeCursor, id: InstrumentId): LedgerRow {
  const none = { openGaps: 0, missingTrades: 0, lostGaps: 0, revision: 0 }
  return { id, ...(cursor.day.replay.ledger(id)?.figures(cursor.atMs) ?? none) }
}
