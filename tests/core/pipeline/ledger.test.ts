import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import type { LinkMark } from '../../../src/core/market/ledger/link-mark.ts'
import type { Settlement } from '../../../src/core/market/ledger/settlement.ts'
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

/** A run whose clock stands wherever its events do; times count from `nowMs`. */
function start(tradeIds: TradeIds = 'contiguous', stored: CandleStore | null = null) {
  const specs = ['1s'].flatMap((text) => parseInterval(text) ?? [])
  const store = stored ?? new CandleStore({ tradeIds, specs, dayOf: utcDay, graceMs })
  const firstArrival = store.nextArrival
  const pipeline = new Pipeline({ clock: 'wall', intervals: specs, rows: store, firstArrival })
  pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: store.seed() })
  const clock = { ms: nowMs }
  const at = (ms: number) => (clock.ms = nowMs + ms)
  const trade = (tradeId: Trade['id'], ms: number) =>
    pipeline.apply(aTrade({ id: tradeId, eventMs: at(ms) }), clock.ms)
  const history = (tradeId: Trade['id'], ms: number) =>
    pipeline.apply(aTrade({ id: tradeId, eventMs: nowMs + ms }), clock.ms, 'backfill')
  const heartbeat = (lastTradeId: number, ms: number) =>
    pipeline.apply(
      { kind: 'heartbeat', instrument: id, eventMs: at(ms), receivedMs: clock.ms, lastTradeId },
      clock.ms
    )
  const anchor = (tradeId: number, ms: number) => {
    const { kind, ...told } = aTrade({ id: tradeId, eventMs: nowMs + ms })
    expect(kind).toBe('trade')
    pipeline.apply({ ...told, kind: 'anchor' }, clock.ms)
  }
  const mark = (state: LinkMark['state'], ms: number, fields: Partial<LinkMark> = {}) => {
    const times = { atMs: at(ms), lastFrameMs: clock.ms }
    const reason = state === 'up' ? null : 'reset'
    const whole = {
      state,
      connection: 'a',
      instruments: [id],
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
      .ledgerRanges(id, nowMs + fromMs, nowMs + toMs)
      .map((range) => [range.fromMs - nowMs, range.toMs - nowMs, range.state])
  const gaps = () => store.ledger.gaps().map(short)
  return { pipeline, store, trade, history, heartbeat, anchor, mark, settle, commit, states, gaps }
}

/** A gap in few words: ids, times from `nowMs`, state and cause. */
function short(gap: Gap) {
  const { firstId, lastId, fromMs, toMs, state, cause } = gap
  return [firstId, lastId, (fromMs ?? NaN) - nowMs, toMs - nowMs, state, cause]
}

describe('a ledger by ids', () => {
  test('opens a gap with the trade that shows it, in the batch that stores that trade', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(5, 900)
    run.commit()
    expect(run.gaps()).toEqual([[2, 4, 0, 900, 'open', 'missing-ids']])
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: nowMs, toMs: nowMs + 900 }])
    expect(run.pipeline.ledgerRow(id)).toMatchObject({ openGaps: 1, missingTrades: 3, revision: 1 })
    expect(run.pipeline.takeChangedLedgers()).toEqual([id])
    expect(run.pipeline.takeChangedLedgers()).toEqual([])
  })

  test('leaves no trace of trades that only came in another order before they were told', () => {
    const run = start()
    for (const [at, tradeId] of [1, 4, 2, 3].entries()) run.trade(tradeId, at)
    run.commit()
    expect(run.gaps()).toEqual([])
  })

  test('calls a told gap refilled by late trades when the last of them came', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(4, 100)
    run.commit()
    run.trade(3, 110)
    run.commit()
    expect(run.gaps()).toEqual([[2, 3, 0, 100, 'open', 'missing-ids']])
    expect(run.pipeline.ledgerRow(id)).toMatchObject({ openGaps: 1, missingTrades: 1 })
    run.trade(2, 120)
    run.commit()
    expect(run.store.ledger.gaps()).toMatchObject([{ state: 'refilled', source: 'late' }])
    expect(run.pipeline.ledgerRow(id)).toMatchObject({ openGaps: 0, missingTrades: 0, lostGaps: 0 })
  })

  test('says how the last link ended where trades are missing across a break, and nothing where none are', () => {
    const run = start()
    run.mark('up', 0)
    run.mark('up', 0, { connection: 'b' })
    run.trade(1, 0)
    run.mark('down', 10)
    run.trade(3, 20)
    run.mark('down', 30, { connection: 'b', reason: 'rotation' })
    run.mark('up', 40)
    run.trade(4, 50)
    run.mark('down', 60)
    run.mark('up', 70)
    run.trade(6, 80)
    run.commit()
    expect(run.store.ledger.gaps()).toMatchObject([
      { firstId: 2, cause: 'missing-ids', reason: null },
      { firstId: 5, cause: 'disconnected', reason: 'reset' }
    ])
    expect(run.store.ledger.coverage()).toHaveLength(1)
  })

  test('gives the feed two seconds to bring what a heartbeat told of', () => {
    const run = start()
    run.trade(1, 0)
    run.heartbeat(1, 1_000)
    run.heartbeat(3, 2_000)
    run.heartbeat(3, 4_000)
    expect(run.pipeline.openGaps()).toEqual([])
    expect(run.states(0, 5_000)).toEqual([
      [0, 1_000, 'complete'],
      [1_000, 4_000, 'open']
    ])
    run.heartbeat(3, 4_001)
    expect(run.pipeline.openGaps(id).map(short)).toEqual([
      [2, 3, 1_000, 2_000, 'open', 'missing-ids']
    ])
  })

  test('takes an anchor at once after a break, and with the same patience while a link stands', () => {
    const run = start()
    run.mark('up', 0)
    run.trade(1, 0)
    run.mark('down', 10)
    run.mark('up', 20)
    run.anchor(3, 15)
    expect(run.pipeline.openGaps().map(short)).toEqual([[2, 3, 0, 15, 'open', 'disconnected']])
    run.anchor(5, 30)
    run.pipeline.advance(nowMs + 2_020)
    expect(run.pipeline.openGaps()).toHaveLength(1)
    run.pipeline.advance(nowMs + 2_021)
    expect(run.pipeline.openGaps().map(short)[1]).toEqual([4, 5, 15, 30, 'open', 'missing-ids'])
  })

  test('takes the word that the newest trade is known for proof that a break took nothing', () => {
    const run = start()
    run.mark('up', 0)
    run.trade(5, 0)
    run.mark('down', 10)
    run.mark('up', 20)
    run.anchor(5, 0)
    run.trade(8, 5_000)
    expect(run.pipeline.openGaps().map(short)).toEqual([[6, 7, 0, 5_000, 'open', 'missing-ids']])
  })

  test('seals quiet by that word, as old as it may be by a clock as wrong as it may be', () => {
    const run = start()
    run.mark('up', 0)
    run.trade(5, 0)
    run.mark('up', 200_000)
    run.anchor(5, 0)
    expect(run.states(0, 200_000)).toEqual([
      [0, 125_000, 'complete'],
      [125_000, 200_000, 'open']
    ])
    run.trade(7, 210_000)
    expect(run.pipeline.openGaps().map(short)).toEqual([[6, 6, 0, 210_000, 'open', 'missing-ids']])
  })

  test('seals nothing by the word about a trade while newer ones are awaited, or no link stands', () => {
    const run = start()
    run.trade(5, 0)
    run.mark('up', 0)
    run.trade(6, 0)
    run.mark('up', 200_000)
    run.anchor(8, 0)
    run.anchor(6, 0)
    const other = start()
    other.trade(5, 0)
    other.mark('up', 200_000)
    other.mark('down', 200_000)
    other.anchor(5, 0)
    expect([run, other].map(({ pipeline }) => pipeline.coverage(id))).toEqual([null, null])
  })

  test('misses what lies between the first trade seen and one before it that came late', () => {
    const run = start()
    run.trade(10, 100)
    run.trade(7, 90)
    expect(run.pipeline.openGaps().map(short)).toEqual([[8, 9, 90, 100, 'open', 'missing-ids']])
  })

  test('settles a gap in pieces that tile its ids, each between the trades around it', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(10, 900)
    run.commit()
    for (const tradeId of [5, 6, 9]) expect(run.history(tradeId, tradeId * 100)).toBe('stored')
    run.settle(run.pipeline.openGaps()[0], { rest: 'refilled-candles' })
    run.commit()
    expect(run.gaps()).toEqual([
      [2, 4, 0, 500, 'refilled-candles', 'missing-ids'],
      [5, 6, 500, 600, 'refilled', 'missing-ids'],
      [7, 8, 600, 900, 'refilled-candles', 'missing-ids'],
      [9, 9, 900, 900, 'refilled', 'missing-ids']
    ])
    expect(run.store.ledger.gaps()).toMatchObject([
      { source: 'candles', reason: 'too old', missedTrades: 3 },
      { source: 'trades', reason: null, missedTrades: 2 },
      { source: 'candles', missedTrades: 2 },
      { source: 'trades', missedTrades: 1 }
    ])
    expect(run.pipeline.ledgerRow(id)).toMatchObject({ openGaps: 0, missingTrades: 0, lostGaps: 2 })
  })

  test('closes a gap as soon as history filled it whole, and leaves a settlement of it alone', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(3, 100)
    const [gap] = run.pipeline.openGaps()
    run.history(2, 50)
    run.settle(gap)
    run.commit()
    expect(run.store.ledger.gaps()).toMatchObject([{ state: 'refilled', source: 'trades' }])
  })

  test.each([
    ['an id that is not missing', 9, 50, 'refused'],
    ['an id before all known ones', 0, 50, 'refused'],
    ['a time long before the trade before', 2, -1_001, 'refused'],
    ['a time long after the trade after', 2, 1_101, 'refused'],
    ['a time a little out of order', 2, -1_000, 'stored'],
    ['an id that is stored', 1, 0, 'duplicate']
  ] as const)('takes from history %s as %3$s', (...[, tradeId, ms, outcome]) => {
    const run = start()
    run.trade(1, 0)
    run.trade(3, 100)
    expect(run.history(tradeId, ms)).toBe(outcome)
    expect(run.pipeline.counters().refused).toBe(outcome === 'refused' ? 1 : 0)
  })

  test('refuses history of a gap that is settled, and takes what still comes from the feed', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(4, 100)
    run.settle(run.pipeline.openGaps()[0])
    expect(run.history(2, 50)).toBe('refused')
    expect(run.trade(3, 60)).toBe('stored')
  })

  test('hands what history tells of a stored trade to the store, which keeps the first', () => {
    const run = start()
    run.trade(1, 0)
    run.commit()
    run.pipeline.apply(aTrade({ id: 1, eventMs: nowMs, price: 7 }), nowMs, 'backfill')
    run.commit()
    expect(run.store.trades()).toMatchObject([{ trade: { price: 100 } }])
  })

  test('goes on with the stored gaps after a restart, and misses what came while it stood still', () => {
    const before = start()
    before.trade(1, 0)
    before.trade(4, 100)
    before.commit()
    const run = start('contiguous', before.store)
    expect(run.pipeline.openGaps().map(short)).toEqual([[2, 3, 0, 100, 'open', 'missing-ids']])
    run.trade(7, 500)
    run.history(2, 50)
    run.history(3, 60)
    run.commit()
    expect(run.gaps()).toEqual([
      [2, 3, 0, 100, 'refilled', 'missing-ids'],
      [5, 6, 100, 500, 'open', 'not-running']
    ])
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: nowMs, toMs: nowMs + 500 }])
  })

  test('refills a stored gap that lies before the trades it is seeded with', () => {
    const before = start()
    before.trade(1, 0)
    before.trade(4, 100)
    for (let tradeId = 5; tradeId < 400; tradeId += 1) before.trade(tradeId, tradeId * 30)
    before.history(2, 50)
    before.commit()
    const run = start('contiguous', before.store)
    run.trade(400, 12_000)
    expect([run.history(2, 50), run.history(2, 50), run.history(3, 60)]).toEqual([
      'stored',
      'duplicate',
      'stored'
    ])
    run.commit()
    expect(run.gaps()).toEqual([[2, 3, 0, 100, 'refilled', 'missing-ids']])
    expect(run.store.trades()).toHaveLength(400)
  })

  test('makes one gap of the two oldest when there are more than 256, and declares no stored trade', () => {
    const run = start()
    for (let tradeId = 1; tradeId <= 601; tradeId += 2) run.trade(tradeId, tradeId)
    run.commit()
    const open = run.pipeline.openGaps()
    expect(open).toHaveLength(255)
    expect(open[0]).toMatchObject({ firstId: 2, lastId: 92, missedTrades: 46 })
    expect(run.pipeline.ledgerRow(id)).toMatchObject({ openGaps: 255, missingTrades: 300 })
    for (let tradeId = 2; tradeId <= 600; tradeId += 2) {
      expect(run.history(tradeId, tradeId)).toBe('stored')
    }
    expect(run.pipeline.ledgerRow(id)).toMatchObject({ openGaps: 0, missingTrades: 0 })
    run.commit()
    expect(new Set(run.store.ledger.gaps().map(({ state }) => state))).toEqual(
      new Set(['refilled'])
    )
  })
})

describe('a ledger by links', () => {
  test('covers up to a second before each event while a link stands', () => {
    const run = start('unique')
    run.trade('a', 0)
    expect(run.states(-5_000, 60_000)).toEqual([])
    run.mark('up', 1_000)
    run.trade('b', 1_500)
    run.trade('c', 9_000)
    expect(run.states(-5_000, 60_000)).toEqual([
      [1_000, 8_000, 'complete'],
      [8_000, 9_000, 'open']
    ])
  })

  test('opens a gap from a second before the last frame to the next link, unless another stood', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.mark('up', 0, { connection: 'b' })
    run.mark('down', 5_000)
    run.mark('down', 9_000, { connection: 'b', lastFrameMs: nowMs + 8_000, reason: 'silent' })
    run.commit()
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: nowMs, toMs: nowMs + 7_000 }])
    run.mark('up', 12_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 7_000, 12_000, 'open', 'disconnected']])
    expect(run.store.ledger.gaps()).toMatchObject([{ reason: 'silent', missedTrades: null }])
  })

  test('takes a mark of a link that stands already as a sign of life', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.mark('up', 30_000)
    expect(run.states(0, 30_000)).toEqual([
      [0, 29_000, 'complete'],
      [29_000, 30_000, 'open']
    ])
  })

  test('misses what nothing carried while a link that was dead already seemed to stand', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('up', 12_000, { connection: 'b' })
    run.trade('b', 14_000)
    run.mark('down', 20_000, { lastFrameMs: nowMs + 5_000, reason: 'silent' })
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 4_000, 12_000, 'open', 'disconnected']])
    run.mark('down', 20_000, { lastFrameMs: nowMs + 5_000, reason: 'silent' })
    expect(run.pipeline.openGaps()).toHaveLength(1)
  })

  test('misses nothing where one link takes over from another that lived', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('up', 12_000, { connection: 'b' })
    run.mark('down', 14_000, { lastFrameMs: nowMs + 13_500, reason: 'handed over' })
    run.trade('b', 15_000)
    run.commit()
    expect(run.gaps()).toEqual([])
  })

  test.each([
    ['a moment after another began', 0, 12_300, 12_200, []],
    ['in the moment in which another began', 0, 12_000, 12_000, []],
    ['a moment after another began, by a clock behind the venue', -5_000, 12_300, 12_200, []],
    ['having fallen silent a moment before another began', 0, 12_300, 11_900, [[10_900, 12_000]]]
  ] as const)('judges a link that ended %s', (...[, aheadMs, downMs, lastFrameMs, expected]) => {
    const run = start('unique')
    const live = (tradeId: string, ms: number) =>
      run.pipeline.apply(aTrade({ id: tradeId, eventMs: nowMs + ms }), nowMs + ms + aheadMs)
    run.mark('up', aheadMs)
    live('a', 5_000)
    run.mark('up', 12_000 + aheadMs, { connection: 'b' })
    live('b', 12_050)
    const lastSignMs = nowMs + lastFrameMs + aheadMs
    run.mark('down', downMs + aheadMs, { lastFrameMs: lastSignMs, reason: 'stopped' })
    live('c', 15_000)
    run.commit()
    expect(run.gaps().map(([, , fromMs, toMs]) => [fromMs, toMs])).toEqual(expected)
  })

  test('misses nothing where the venue answered the goodbye after another link began', () => {
    const ends = (isDrained: { isDrained?: true }) => {
      const run = start('unique')
      run.mark('up', 0)
      run.trade('a', 5_000)
      run.mark('up', 12_000, { connection: 'b' })
      const lagsMs = 700
      run.mark('down', 12_300, { lastFrameMs: nowMs + 12_300 - lagsMs, ...isDrained })
      run.commit()
      return run.gaps().length
    }
    expect([ends({}), ends({ isDrained: true })]).toEqual([1, 0])
  })

  test('does not take the beginning of one link for a sign of life of another', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.mark('up', 12_000, { connection: 'b' })
    expect(run.pipeline.coverage(id)).toBeNull()
  })

  test.each([
    ['behind', -5_000],
    ['ahead of', 5_000]
  ])('ends a gap in venue time where our clock is %s the venue', (...[, aheadMs]) => {
    const run = start('unique')
    const live = (tradeId: string, eventMs: number) =>
      run.pipeline.apply(
        aTrade({ id: tradeId, eventMs: nowMs + eventMs }),
        nowMs + eventMs + aheadMs
      )
    run.mark('up', aheadMs)
    live('a', 5_000)
    run.mark('down', 6_000 + aheadMs, { lastFrameMs: nowMs + 5_000 })
    run.mark('up', 20_000 + aheadMs)
    run.commit()
    expect(run.gaps()).toMatchObject([
      [null, null, expect.any(Number), 20_000, 'open', 'disconnected']
    ])
  })

  test.each([
    ['behind where the last one ended', 30_000],
    ['by less than the outage lasted', 4_000]
  ])('misses all of an outage in which our clock was stepped back, %s', (...[, stepMs]) => {
    const run = start('unique')
    const live = (tradeId: string, eventMs: number, behindMs: number) =>
      run.pipeline.apply(
        aTrade({ id: tradeId, eventMs: nowMs + eventMs }),
        nowMs + eventMs - behindMs
      )
    run.mark('up', 0)
    live('a', 5_000, 0)
    run.mark('down', 6_000, { lastFrameMs: nowMs + 5_000 })
    run.mark('up', 20_000 - stepMs)
    live('b', 20_500, stepMs)
    live('c', 90_000, stepMs)
    run.commit()
    const gaps = run.store.ledger.gaps()
    expect(gaps.map(({ cause, reason }) => [cause, reason])).toEqual(
      gaps.map(() => ['disconnected', 'reset'])
    )
    const known = run.states(0, 50_000).filter(([fromMs]) => Number(fromMs) >= 4_000)
    expect(known.map(([, toMs, state]) => [toMs, state]).slice(-2)).toEqual([
      [20_000, 'open'],
      [50_000, 'complete']
    ])
    expect(known.slice(0, -1).every(([, , state]) => state === 'open')).toBe(true)
  })

  test('opens nothing more where a link that stands brings what is a little late', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('down', 6_000, { lastFrameMs: nowMs + 5_000 })
    run.mark('up', 20_000)
    run.pipeline.apply(aTrade({ id: 'b', eventMs: nowMs + 20_900 }), nowMs + 20_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 4_000, 20_000, 'open', 'disconnected']])
  })

  test('takes history of an open gap with a second to spare, once', () => {
    const run = start('unique')
    run.mark('up', 0)
    run.mark('down', 5_000)
    run.mark('up', 10_000)
    expect(run.history('early', 2_999)).toBe('refused')
    expect(run.history('late', 11_001)).toBe('refused')
    expect([run.history('x', 3_000), run.history('x', 3_000)]).toEqual(['stored', 'duplicate'])
    expect(run.history('y', 11_000)).toBe('stored')
  })

  test.each([
    ['all of it', null, [[4_000, 10_000, 'refilled']]],
    ['none of it', 10_000, [[4_000, 10_000, 'lost']]],
    [
      'its end',
      7_000,
      [
        [4_000, 7_000, 'lost'],
        [7_000, 10_000, 'refilled']
      ]
    ]
  ] as const)('settles by the reach of history: %s', (...[, reachedMs, expected]) => {
    const run = start('unique')
    run.mark('up', 0)
    run.mark('down', 5_000)
    run.mark('up', 10_000)
    run.commit()
    const reachedFromMs = reachedMs === null ? null : nowMs + reachedMs
    run.settle(run.pipeline.openGaps()[0], { reachedFromMs })
    run.commit()
    expect(run.gaps().map((gap) => gap.slice(2, 5))).toEqual(expected)
    expect(run.states(4_000, 10_000)).toEqual(expected)
  })

  test('counts from the end of stored coverage after a restart', () => {
    const before = start('unique')
    before.mark('up', 0)
    before.trade('a', 5_000)
    before.commit()
    const run = start('unique', before.store)
    run.mark('up', 60_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 4_000, 60_000, 'open', 'not-running']])
  })

  test('does not find a settled gap anew after a restart', () => {
    const before = start('unique')
    before.mark('up', 0)
    before.trade('a', 500)
    before.mark('down', 5_000)
    before.mark('up', 10_000)
    before.commit()
    before.settle(before.pipeline.openGaps()[0], { reachedFromMs: Infinity })
    before.commit()
    const run = start('unique', before.store)
    run.mark('up', 60_000)
    run.commit()
    expect(run.gaps().map((gap) => gap.slice(2, 5))).toEqual([
      [4_000, 10_000, 'lost'],
      [10_000, 60_000, 'open']
    ])
  })

  test('bounds open gaps by making one of the two oldest, under a new name', () => {
    const run = start('unique')
    for (let at = 0; at <= 257; at += 1) {
      run.mark('up', at * 10_000)
      run.mark('down', at * 10_000 + 5_000)
    }
    run.commit()
    expect(run.pipeline.openGaps()).toHaveLength(256)
    expect(run.gaps()[0]).toEqual([null, null, 3_999, 20_000, 'open', 'disconnected'])
  })

  test('proves nothing where ids do not exist: coverage and gaps are unproven at once', () => {
    const run = start('none')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('down', 6_000)
    run.mark('up', 10_000)
    run.trade('b', 20_000)
    run.commit()
    expect(run.states(0, 19_000)).toEqual([
      [0, 5_000, 'unproven'],
      [5_000, 10_000, 'unproven'],
      [10_000, 19_000, 'unproven']
    ])
    expect(run.gaps()).toEqual([[null, null, 5_000, 10_000, 'unproven', 'disconnected']])
    expect(run.pipeline.openGaps()).toEqual([])
    expect(run.history('c', 7_000)).toBe('refused')
  })
})

describe('candles', () => {
  test('are told final when the ledger is sealed too, and carry its state', () => {
    const run = start()
    run.trade(1, 100)
    run.trade(2, 900)
    run.pipeline.advance(nowMs + 5_000)
    const told = () => run.pipeline.candlesInMemory(id, '1s')
    expect(told()).toMatchObject([{ final: false, state: 'open' }])
    run.heartbeat(2, 5_000)
    expect(told()).toMatchObject([{ final: true, state: 'unproven' }])
    run.trade(3, 5_100)
    run.pipeline.advance(nowMs + 10_000)
    expect(told()).toMatchObject([{ final: false, state: 'open' }])
    run.heartbeat(3, 10_000)
    expect(told()).toMatchObject([{ final: true, state: 'complete' }])
  })

  test('touched by a gap carry its state, whatever became of it', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(2, 1_100)
    run.trade(4, 2_200)
    run.heartbeat(4, 3_500)
    const states = () => run.pipeline.candlesInMemory(id, '1s').map(({ state }) => state)
    expect(states()).toEqual(['complete', 'open', 'open'])
    run.settle(run.pipeline.openGaps()[0])
    expect(states()).toEqual(['complete', 'lost', 'lost'])
  })

  test('keep the state of a settled gap that is no longer remembered by name', () => {
    const run = start()
    for (let at = 0; at < 100; at += 1) {
      run.trade(1 + 2 * at, at)
      run.settle(run.pipeline.openGaps()[0] ?? { ...noGap }, {})
    }
    run.trade(200, 1_500)
    expect(run.pipeline.candlesInMemory(id, '1s')[0]).toMatchObject({ state: 'lost' })
  })
})

const noGap: Gap = {
  instrument: id,
  firstId: 1_000,
  lastId: 1_000,
  fromMs: 0,
  toMs: 0,
  state: 'open',
  cause: 'missing-ids',
  reason: null,
  missedTrades: 1,
  source: null
}

describe('removeInstrument', () => {
  test('leaves to be taken what its ledger changed', () => {
    const run = start()
    run.trade(1, 0)
    run.trade(3, 400)
    run.pipeline.removeInstrument(id)
    const changes = run.pipeline.takeLedgerChanges()
    expect(changes.gaps.map(short)).toEqual([[2, 2, 0, 400, 'open', 'missing-ids']])
    expect(changes.coverage).toMatchObject([{ toMs: nowMs + 400 }])
    expect(run.pipeline.ledgerRow(id)).toBeNull()
    expect(run.pipeline.ledgerRanges(id, nowMs, nowMs + 1)).toEqual([])
  })
})

describe('takeLedgerChanges', () => {
  test('tells growth of coverage alone every three seconds, and exactly when the last link ends', () => {
    const run = start()
    const taken = () => run.pipeline.takeLedgerChanges().coverage.map(({ toMs }) => toMs - nowMs)
    run.mark('up', 0)
    run.trade(1, 0)
    expect(taken()).toEqual([])
    run.trade(2, 300)
    expect(taken()).toEqual([300])
    run.trade(3, 3_200)
    expect(taken()).toEqual([])
    run.trade(4, 3_300)
    expect(taken()).toEqual([3_300])
    run.trade(5, 3_400)
    run.mark('down', 3_500)
    expect(taken()).toEqual([3_400])
  })
})
