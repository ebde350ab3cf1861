import type { Trade } from '../../src/core/market/event.ts'

/** A trade: noise by default, what matters by the caller. */
export function aTrade(fields: Partial<Trade> = {}): Trade {
  const eventMs = fields.eventMs ?? 1_790_000_000_000
  return {
    kind: 'trade',
    instrument: 'coinbase:BTC-USD',
    id: 1,
    eventMs,
    receivedMs: eventMs + 40,
    price: 100,
    size: 1,
    side: 'buy',
    ...fields
  }
}
