import type { Gap } from '../../src/core/market/ledger/gap.ts'

/** Ids 11 to 14 missing for half a second: noise by default, what matters by the caller. */
export function aGap(fields: Partial<Gap> = {}): Gap {
  return {
    instrument: 'coinbase:BTC-USD',
    firstId: 11,
    lastId: 14,
    fromMs: 1_790_000_000_000,
    toMs: 1_790_000_000_500,
    state: 'open',
    cause: 'missing-ids',
    reason: null,
    missedTrades: 4,
    source: null,
    ...fields
  }
}
