import type { TradeRow } from '../../src/recordings/trade-row.ts'

/** A row of a table of trades: noise by default, what matters by the caller. */
export function aTradeRow(fields: Partial<TradeRow> = {}): TradeRow {
  return {
    row: 1,
    instrument: null,
    id: '1',
    eventMs: 1_790_000_000_000,
    receivedMs: null,
    price: 100,
    size: 1,
    side: 'buy',
    mode: null,
    ...fields
  }
}
