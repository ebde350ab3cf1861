/** States of the truth ledger; see docs/data-semantics.md. Their places are their codes in the store. */
export const ledgerStates = [
  'complete',
  'quiet',
  'closed',
  'open',
  'refilled',
  'refilled-candles',
  'lost',
  'unproven'
] as const

/** Truth-ledger state of a stretch of time. */
export type LedgerState = (typeof ledgerStates)[number]
