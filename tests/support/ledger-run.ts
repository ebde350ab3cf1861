import { expect } from 'vitest'
import type { Trade } from '../../src/core/market/event.ts'
import { parseInterval } from '../../src/core/market/interval.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import type { LinkMark } from '../../src/core/market/ledger/link-mark.ts'
import type { Settlement } from '../../src/core/market/ledger/settlement.ts'
import type { TradeIds } from '../../src/core/market/trade-order.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import { aTrade } from './a-trade.ts'
import { anInstrument } from './an-instrument.ts'
import { CandleStore } from './candle-store.ts'

/** Times of a ledger run count from here. */
export const noonMs = Date.UTC(2026, 9, 1, 12)
/** The only instrument of a ledger run. */
export const btc = 'coinbase:BTC-USD'
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const graceMs = 2_000

/** A run whose clock stands wherever its events do. */
export function aLedgerRun(tradeIds: TradeIds = 'contiguous', stored: CandleStore | null = null) {
  const specs = ['1s'].flatMap((text) => parseInterval(text) ?? [])
  const store = stored ?? new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs })
  const firstArrival = store.nextArrival
  const pipeline = new Pipeline({ clock: 'wall', intervals: specs, rows: store, firstArrival })
  pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: store.seed() })
  const clock = { ms: noonMs }
  const at = (ms: number) => (clock.ms = noonMs + ms)
  const trade = (tradeId: Trade['id'], ms: number) =>
    pipeline.apply(aTrade({ id: tradeId, eventMs: at(ms) }), clock.ms)
  const history = (tradeId: Trade['id'], ms: number) =>
    pipeline.apply(aTrade({ id: tradeId, eventMs: noonMs + ms }), clock.ms, 'backfill')
  const heartbeat = (lastTradeId: number, ms: number) =>
    pipeline.apply(
      { kind: 'heartbeat', instrument: btc, eventMs: at(ms), receivedMs: clock.ms, lastTradeId },
      clock.ms
    )
  const anchor = (tradeId: number, ms: number) => {
    const { kind, ...told } = aTrade({ id: tradeId, eventMs: noonMs + ms })
    expect(kind).toBe('trade')
    pipeline.apply({ ...told, kind: 'anchor' }, clock.ms)
  }
  const mark = (state: LinkMark['state'], ms: number, fields: Partial<LinkMark> = {}) => {
    const times = { atMs: at(ms), lastFrameMs: clock.ms }
    const reason = state === 'up' ? null : 'reset'
    const whole = {
      state,
      connection: 'a',
      instruments: [btc],
      ...times,
      reason,
      ...fields
    } as const
    pipeline.mark(whole, clock.ms)
  }
  const settle = (gap: Gap | undefined, fields: Partial<Settlement> = {}) => {
    if (gap === undefined) throw new Error('expected a gap, received none')
    const rest = { rest: 'lost', reason: 'too old', reachedFromMs: null } as const
    pipeline.settle({ key: gap, ...rest, ...fields }, clock.ms)
  }
  const commit = () => store.commit(pipeline)
  const states = (fromMs: number, toMs: number) =>
    pipeline
      .ledgerRanges(btc, noonMs + fromMs, noonMs + toMs)
      .map((range) => [range.fromMs - noonMs, range.toMs - noonMs, range.state])
  const gaps = () => store.ledger.gaps().map(shortGap)
  return { pipeline, store, trade, history, heartbeat, anchor, mark, settle, commit, states, gaps }
}

/** A gap in few words: ids, times from noon, state and cause. */
export function shortGap(gap: Gap) {
  const { firstId, lastId, fromMs, toMs, state, cause } = gap
  return [firstId, lastId, (fromMs ?? NaN) - noonMs, toMs - noonMs, state, cause]
}
