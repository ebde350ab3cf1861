import type { LedgerState } from '../../core/market/ledger/ledger-state.ts'

/** A state of the ledger as the chart says it; `open` without a gap only waits for the venue's grace. */
export function stateWords(state: LedgerState, hasGap: boolean): string {
  switch (state) {
    case 'complete':
      return 'complete'
    case 'quiet':
      return 'quiet, no trade'
    case 'closed':
      return 'market closed'
    case 'open':
      return hasGap ? 'gap, not settled' : 'not sealed yet'
    case 'refilled':
      return 'complete, refilled'
    case 'refilled-candles':
      return 'refilled from candles'
    case 'lost':
      return 'trades lost'
    case 'unproven':
      return hasGap ? 'gap, unproven' : 'unproven, the venue gives no way to know'
  }
}
