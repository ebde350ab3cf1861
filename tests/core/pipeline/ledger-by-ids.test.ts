import { describe, expect, test } from 'vitest'
import { aTrade } from '../../support/a-trade.ts'
import { aLedgerRun, btc, noonMs, shortGap } from '../../support/ledger-run.ts'

describe('a ledger by ids', () => {
  test('opens a gap with the trade that shows it, in the batch that stores that trade', () => {
    const run = aLedgerRun()
    run.trade(1, 0)
    run.trade(5, 900)
    run.commit()
    expect(run.gaps()).toEqual([[2, 4, 0, 900, 'open', 'missing-ids']])
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: noonMs, toMs: noonMs + 900 }])
    expect(run.pipeline.ledgerRow(btc)).toMatchObject({
      openGaps: 1,
      missingTrades: 3,
      revision: 1
    })
    expect(run.pipeline.takeChangedLedgers()).toEqual([btc])
    expect(run.pipeline.takeChangedLedgers()).toEqual([])
  })

  test('leaves no trace of trades that only came in another order before they were told', () => {
    const run = aLedgerRun()
    for (const [at, tradeId] of [1, 4, 2, 3].entries()) run.trade(tradeId, at)
    run.commit()
    expect(run.gaps()).toEqual([])
  })

  test('calls a told gap refilled by late trades when the last of them came', () => {
    const run = aLedgerRun()
    run.trade(1, 0)
    run.trade(4, 100)
    run.commit()
    run.trade(3, 110)
    run.commit()
    expect(run.gaps()).toEqual([[2, 3, 0, 100, 'open', 'missing-ids']])
    expect(run.pipeline.ledgerRow(btc)).toMatchObject({ openGaps: 1, missingTrades: 1 })
    run.trade(2, 120)
    run.commit()
    expect(run.store.ledger.gaps()).toMatchObject([{ state: 'refilled', source: 'late' }])
    expect(run.pipeline.ledgerRow(btc)).toMatchObject({
      openGaps: 0,
      missingTrades: 0,
      lostGaps: 0
    })
  })

  test('says how the last link ended where trades are missing across a break, and nothing where none are', () => {
    const run = aLedgerRun()
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
    const run = aLedgerRun()
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
    expect(run.pipeline.openGaps(btc).map(shortGap)).toEqual([
      [2, 3, 1_000, 2_000, 'open', 'missing-ids']
    ])
  })

  test('takes an anchor at once after a break, and with the same patience while a link stands', () => {
    const run = aLedgerRun()
    run.mark('up', 0)
    run.trade(1, 0)
    run.mark('down', 10)
    run.mark('up', 20)
    run.anchor(3, 15)
    expect(run.pipeline.openGaps().map(shortGap)).toEqual([[2, 3, 0, 15, 'open', 'disconnected']])
    run.anchor(5, 30)
    run.pipeline.advance(noonMs + 2_020)
    expect(run.pipeline.openGaps()).toHaveLength(1)
    run.pipeline.advance(noonMs + 2_021)
    expect(run.pipeline.openGaps().map(shortGap)[1]).toEqual([4, 5, 15, 30, 'open', 'missing-ids'])
  })

  test('takes the word that the newest trade is known for proof that a break took nothing', () => {
    const run = aLedgerRun()
    run.mark('up', 0)
    run.trade(5, 0)
    run.mark('down', 10)
    run.mark('up', 20)
    run.anchor(5, 0)
    run.trade(8, 5_000)
    expect(run.pipeline.openGaps().map(shortGap)).toEqual([[6, 7, 0, 5_000, 'open', 'missing-ids']])
  })

  test('seals quiet by that word, as old as it may be by a clock as wrong as it may be', () => {
    const run = aLedgerRun()
    run.mark('up', 0)
    run.trade(5, 0)
    run.mark('up', 200_000)
    run.anchor(5, 0)
    expect(run.states(0, 200_000)).toEqual([
      [0, 125_000, 'complete'],
      [125_000, 200_000, 'open']
    ])
    run.trade(7, 210_000)
    expect(run.pipeline.openGaps().map(shortGap)).toEqual([
      [6, 6, 0, 210_000, 'open', 'missing-ids']
    ])
  })

  test('seals nothing by the word about a trade while newer ones are awaited, or no link stands', () => {
    const run = aLedgerRun()
    run.trade(5, 0)
    run.mark('up', 0)
    run.trade(6, 0)
    run.mark('up', 200_000)
    run.anchor(8, 0)
    run.anchor(6, 0)
    const other = aLedgerRun()
    other.trade(5, 0)
    other.mark('up', 200_000)
    other.mark('down', 200_000)
    other.anchor(5, 0)
    expect([run, other].map(({ pipeline }) => pipeline.coverage(btc))).toEqual([null, null])
  })

  test('misses what lies between the first trade seen and one before it that came late', () => {
    const run = aLedgerRun()
    run.trade(10, 100)
    run.trade(7, 90)
    expect(run.pipeline.openGaps().map(shortGap)).toEqual([[8, 9, 90, 100, 'open', 'missing-ids']])
  })

  test('settles a gap in pieces that tile its ids, each between the trades around it', () => {
    const run = aLedgerRun()
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
    expect(run.pipeline.ledgerRow(btc)).toMatchObject({
      openGaps: 0,
      missingTrades: 0,
      lostGaps: 2
    })
  })

  test('closes a gap as soon as history filled it whole, and leaves a settlement of it alone', () => {
    const run = aLedgerRun()
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
    const run = aLedgerRun()
    run.trade(1, 0)
    run.trade(3, 100)
    expect(run.history(tradeId, ms)).toBe(outcome)
    expect(run.pipeline.counters().refused).toBe(outcome === 'refused' ? 1 : 0)
  })

  test('refuses history of a gap that is settled, and takes what still comes from the feed', () => {
    const run = aLedgerRun()
    run.trade(1, 0)
    run.trade(4, 100)
    run.settle(run.pipeline.openGaps()[0])
    expect(run.history(2, 50)).toBe('refused')
    expect(run.trade(3, 60)).toBe('stored')
  })

  test('hands what history tells of a stored trade to the store, which keeps the first', () => {
    const run = aLedgerRun()
    run.trade(1, 0)
    run.commit()
    run.pipeline.apply(aTrade({ id: 1, eventMs: noonMs, price: 7 }), noonMs, 'backfill')
    run.commit()
    expect(run.store.trades()).toMatchObject([{ trade: { price: 100 } }])
  })

  test('goes on with the stored gaps after a restart, and misses what came while it stood still', () => {
    const before = aLedgerRun()
    before.trade(1, 0)
    before.trade(4, 100)
    before.commit()
    const run = aLedgerRun('contiguous', before.store)
    expect(run.pipeline.openGaps().map(shortGap)).toEqual([[2, 3, 0, 100, 'open', 'missing-ids']])
    run.trade(7, 500)
    run.history(2, 50)
    run.history(3, 60)
    run.commit()
    expect(run.gaps()).toEqual([
      [2, 3, 0, 100, 'refilled', 'missing-ids'],
      [5, 6, 100, 500, 'open', 'not-running']
    ])
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: noonMs, toMs: noonMs + 500 }])
  })

  test('misses after a restart what came since the venue told an id, though no trade was ever stored', () => {
    const before = aLedgerRun()
    before.mark('up', 0)
    before.anchor(41, -9_000)
    before.heartbeat(41, 500)
    before.commit()
    const run = aLedgerRun('contiguous', before.store)
    run.mark('up', 20_000)
    run.anchor(43, 19_000)
    run.commit()
    expect(run.gaps()).toEqual([[42, 43, 500, 19_000, 'open', 'not-running']])
    expect([run.history(42, 900), run.history(43, 19_000)]).toEqual(['stored', 'stored'])
    expect(run.pipeline.openGaps()).toEqual([])
    expect(run.store.ledger.coverage()).toHaveLength(1)
  })

  test('cannot prove what lies behind coverage of which no id was noted', () => {
    const before = aLedgerRun()
    before.heartbeat(41, 0)
    before.heartbeat(41, 500)
    before.commit()
    before.store.ledger.forgetIds()
    const run = aLedgerRun('contiguous', before.store)
    run.trade(43, 20_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 500, 20_000, 'unproven', 'not-running']])
  })

  test('refills a stored gap that lies before the trades it is seeded with', () => {
    const before = aLedgerRun()
    before.trade(1, 0)
    before.trade(4, 100)
    for (let tradeId = 5; tradeId < 400; tradeId += 1) before.trade(tradeId, tradeId * 30)
    before.history(2, 50)
    before.commit()
    const run = aLedgerRun('contiguous', before.store)
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
    const run = aLedgerRun()
    for (let tradeId = 1; tradeId <= 601; tradeId += 2) run.trade(tradeId, tradeId)
    run.commit()
    const open = run.pipeline.openGaps()
    expect(open).toHaveLength(255)
    expect(open[0]).toMatchObject({ firstId: 2, lastId: 92, missedTrades: 46 })
    expect(run.pipeline.ledgerRow(btc)).toMatchObject({ openGaps: 255, missingTrades: 300 })
    for (let tradeId = 2; tradeId <= 600; tradeId += 2) {
      expect(run.history(tradeId, tradeId)).toBe('stored')
    }
    expect(run.pipeline.ledgerRow(btc)).toMatchObject({ openGaps: 0, missingTrades: 0 })
    run.commit()
    expect(new Set(run.store.ledger.gaps().map(({ state }) => state))).toEqual(
      new Set(['refilled'])
    )
  })
})
