import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { LinkMark } from '../../../src/core/market/ledger/link-mark.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const nowMs = Date.UTC(2026, 9, 1, 12)
const id = 'coinbase:BTC-USD'
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const graceMs = 2_000

/** A run on a link that stands; times count from `nowMs`. */
function start(tradeIds: TradeIds) {
  const specs = ['1s', '10t'].flatMap((text) => parseInterval(text) ?? [])
  const store = new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs })
  const pipeline = new Pipeline({ clock: 'wall', intervals: specs, rows: store, firstArrival: 0 })
  pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: null })
  const mark = (state: LinkMark['state'], ms: number) => {
    const reason = state === 'up' ? null : 'reset'
    const times = { atMs: nowMs + ms, lastFrameMs: nowMs + ms }
    const whole = { state, connection: 'a', instruments: [id], ...times, reason } as const
    pipeline.mark(whole, nowMs + ms)
  }
  const trade = (tradeId: number | string, ms: number) =>
    pipeline.apply(aTrade({ id: tradeId, eventMs: nowMs + ms }), nowMs + ms)
  const gaps = () => {
    store.commit(pipeline)
    return store.ledger.gaps().map((gap) => ({
      ids: [gap.firstId, gap.lastId],
      fromMs: (gap.fromMs ?? NaN) - nowMs,
      toMs: gap.toMs - nowMs,
      state: gap.state,
      cause: gap.cause
    }))
  }
  const stateOf = (fromMs: number, toMs: number) =>
    pipeline
      .ledgerRanges(id, nowMs + fromMs, nowMs + toMs)
      .map((range) => [range.fromMs - nowMs, range.toMs - nowMs, range.state])
  mark('up', 0)
  return { pipeline, store, mark, trade, gaps, stateOf }
}

/** Kept `a`, had no room for `b` at 6 s and `c` at 7 s, and has room again. */
function startWithDrops(tradeIds: TradeIds) {
  const run = start(tradeIds)
  run.trade('a', 5_000)
  run.store.isFull = true
  run.trade('b', 6_000)
  run.trade('c', 7_000)
  run.store.isFull = false
  return run
}

describe('trades that there is no room for', () => {
  test('are missing by their ids, for want of room, once one is kept again', () => {
    const run = start('contiguous')
    run.trade(1, 0)
    run.store.isFull = true
    expect([run.trade(2, 100), run.trade(3, 200)]).toEqual(['dropped', 'dropped'])
    run.store.isFull = false
    expect(run.trade(4, 300)).toBe('stored')
    expect(run.gaps()).toEqual([
      { ids: [2, 3], fromMs: 0, toMs: 300, state: 'open', cause: 'store-full' }
    ])
    expect(run.pipeline.counters()).toMatchObject({ dropped: 2, stored: 2 })
  })

  test('leave no gap where only a repeat was dropped', () => {
    const run = start('contiguous')
    run.trade(1, 0)
    run.store.isFull = true
    run.trade(1, 100)
    run.store.isFull = false
    run.trade(2, 200)
    expect(run.gaps()).toEqual([])
  })

  test('are found by the word of the venue where no trade follows', () => {
    const run = start('contiguous')
    run.trade(1, 0)
    run.store.isFull = true
    run.trade(2, 100)
    const word = { ...aTrade({ id: 2, eventMs: nowMs + 100 }), kind: 'anchor' } as const
    run.pipeline.apply(word, nowMs + 5_000)
    expect(run.gaps()).toMatchObject([{ ids: [2, 2], cause: 'store-full' }])
  })

  test('stay missing when history brings them while there still is no room', () => {
    const run = start('contiguous')
    run.trade(1, 0)
    run.trade(3, 100)
    run.store.isFull = true
    const late = aTrade({ id: 2, eventMs: nowMs + 50 })
    expect(run.pipeline.apply(late, nowMs + 200, 'backfill')).toBe('dropped')
    expect(run.pipeline.holes(id)).toEqual([{ fromId: 2, toId: 2 }])
    run.store.isFull = false
    expect(run.pipeline.apply(late, nowMs + 300, 'backfill')).toBe('stored')
    expect(run.pipeline.holes(id)).toEqual([])
  })

  test.each([
    ['unique', 'open'],
    ['none', 'unproven']
  ] as const)('are a gap of time where ids are %s', (tradeIds, state) => {
    const run = startWithDrops(tradeIds)
    run.trade('d', 9_000)
    run.trade('e', 12_000)
    expect(run.gaps()).toEqual([
      { ids: [null, null], fromMs: 4_000, toMs: 9_000, state, cause: 'store-full' }
    ])
    expect(run.stateOf(4_000, 11_000)).toEqual([
      [4_000, 9_000, state],
      [9_000, 11_000, tradeIds === 'none' ? 'unproven' : 'complete']
    ])
  })

  test.each([
    ['an older one', 'd'],
    ['a repeat', 'a']
  ])('are a gap of time to the newest of them where %s is kept first', (...[, kept]) => {
    const run = startWithDrops('unique')
    run.trade(kept, 5_000)
    run.trade('e', 12_000)
    expect(run.gaps()).toMatchObject([{ fromMs: 4_000, toMs: 7_001, cause: 'store-full' }])
  })

  test('are a gap of time up to the end of a link that brought nothing more that was kept', () => {
    const run = start('unique')
    run.trade('a', 5_000)
    run.store.isFull = true
    run.trade('b', 6_000)
    run.mark('down', 8_000)
    run.store.isFull = false
    run.mark('up', 10_000)
    run.trade('c', 12_000)
    expect(run.gaps()).toMatchObject([
      { fromMs: 4_000, toMs: 8_000, cause: 'store-full' },
      { fromMs: 8_000, toMs: 10_000, cause: 'disconnected' }
    ])
  })

  test.each(['contiguous', 'unique'] as const)(
    'are missing too where taking one in failed, ids being %s',
    (tradeIds) => {
      const run = start(tradeIds)
      run.trade(1, 5_000)
      run.pipeline.failed(aTrade({ id: 2, eventMs: nowMs + 6_000 }))
      run.trade(3, 9_000)
      run.gaps()
      expect(run.store.ledger.gaps()).toMatchObject([
        { cause: 'missing-ids', reason: 'taking it in failed', toMs: nowMs + 9_000 }
      ])
      expect(run.pipeline.counters().dropped).toBe(0)
    }
  )

  test('still tell a price', () => {
    const run = start('contiguous')
    run.store.isFull = true
    run.trade(1, 0)
    expect(run.pipeline.price(id)?.latest?.receivedMs).toBe(nowMs + 40)
  })

  test('are missing exactly, whatever was dropped, and candles are those of what was kept', () => {
    const drops = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(drops, (isDropped) => {
        const run = start('contiguous')
        run.trade(0, 0)
        for (const [at, isFull] of isDropped.entries()) {
          run.store.isFull = isFull
          run.trade(at + 1, (at + 1) * 300)
        }
        run.store.isFull = false
        run.trade(isDropped.length + 1, (isDropped.length + 1) * 300)
        const missing = (run.pipeline.holes(id) ?? []).flatMap(({ fromId, toId }) =>
          Array.from(Array(toId - fromId + 1).keys(), (step) => fromId + step)
        )
        const dropped = isDropped.flatMap((isFull, at) => (isFull ? [at + 1] : []))
        expect(missing).toEqual(dropped)
        run.store.settle(run.pipeline)
        expect(run.store.candles()).toEqual(run.store.oracle(run.pipeline.runNowMs()))
        const causes = new Set(run.store.ledger.gaps().map(({ cause }) => cause))
        expect([...causes]).toEqual(dropped.length > 0 ? ['store-full'] : [])
      })
    )
  })
})
