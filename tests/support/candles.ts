import type { Candle } from '../../src/core/market/candle.ts'

/** A candle: noise by default, what matters by the caller. */
export function aCandle(fields: Partial<Candle> = {}): Candle {
  return {
    instrument: 'coinbase:BTC-USD',
    interval: '1s',
    openMs: 1_790_000_000_000,
    closeMs: 1_790_000_001_000,
    dayMs: 0,
    index: 0,
    open: 10,
    high: 12,
    low: 9,
    close: 11,
    volume: 5,
    buyVolume: 2,
    trades: 3,
    firstOrder: { major: 1, minor: 0 },
    lastOrder: { major: 3, minor: 0 },
    revision: 0,
    final: false,
    source: 'trades',
    state: 'unproven',
    ...fields
  }
}
