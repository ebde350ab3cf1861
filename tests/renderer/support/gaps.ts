import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import type { LedgerRange } from '../../../src/core/market/ledger/ledger-range.ts'
import type { LedgerRow } from '../../../src/contracts/state-rows.ts'

/** A gap: noise by default, what matters by the caller. */
export function aGap(fields: Partial<Gap> = {}): Gap {
  return {
    instrument: 'coinbase:BTC-USD',
    firstId: 1_001,
    lastId: 1_012,
    fromMs: 1_790_000_000_000,
    toMs: 1_790_000_060_000,
    state: 'open',
    cause: 'disconnected',
    reason: null,
    missedTrades: 12,
    source: null,
    ...fields
  }
}

/** The tile of the ledger that a gap gives. */
export function tileOf(gap: Gap): LedgerRange {
  return { fromMs: gap.fromMs ?? gap.toMs, toMs: gap.toMs, state: gap.state, gap }
}

/** A tile without a gap. */
export function aTile(fields: Partial<LedgerRange> = {}): LedgerRange {
  return {
    fromMs: 1_790_000_000_000,
    toMs: 1_790_000_060_000,
    state: 'complete',
    gap: null,
    ...fields
  }
}

export function aLedgerRow(fields: Partial<LedgerRow> = {}): LedgerRow {
  return {
    id: 'coinbase:BTC-USD',
    openGaps: 0,
    missingTrades: 0,
    lostGaps: 0,
    revision: 1,
    ...fields
  }
}
