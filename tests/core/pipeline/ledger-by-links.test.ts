import { describe, expect, test } from 'vitest'
import { aTrade } from '../../support/a-trade.ts'
import { aLedgerRun, btc, noonMs } from '../../support/ledger-run.ts'

describe('a ledger by links', () => {
  test('covers up to a second before each event while a link stands', () => {
    const run = aLedgerRun('unique')
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
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.mark('up', 0, { connection: 'b' })
    run.mark('down', 5_000)
    run.mark('down', 9_000, { connection: 'b', lastFrameMs: noonMs + 8_000, reason: 'silent' })
    run.commit()
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: noonMs, toMs: noonMs + 7_000 }])
    run.mark('up', 12_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 7_000, 12_000, 'open', 'disconnected']])
    expect(run.store.ledger.gaps()).toMatchObject([{ reason: 'silent', missedTrades: null }])
  })

  test('takes a mark of a link that stands already as a sign of life', () => {
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.mark('up', 30_000)
    expect(run.states(0, 30_000)).toEqual([
      [0, 29_000, 'complete'],
      [29_000, 30_000, 'open']
    ])
  })

  test('misses what nothing carried while a link that was dead already seemed to stand', () => {
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('up', 12_000, { connection: 'b' })
    run.trade('b', 14_000)
    run.mark('down', 20_000, { lastFrameMs: noonMs + 5_000, reason: 'silent' })
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 4_000, 12_000, 'open', 'disconnected']])
    run.mark('down', 20_000, { lastFrameMs: noonMs + 5_000, reason: 'silent' })
    expect(run.pipeline.openGaps()).toHaveLength(1)
  })

  test('misses nothing where one link takes over from another that lived', () => {
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('up', 12_000, { connection: 'b' })
    run.mark('down', 14_000, { lastFrameMs: noonMs + 13_500, reason: 'handed over' })
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
    const run = aLedgerRun('unique')
    const live = (tradeId: string, ms: number) =>
      run.pipeline.apply(aTrade({ id: tradeId, eventMs: noonMs + ms }), noonMs + ms + aheadMs)
    run.mark('up', aheadMs)
    live('a', 5_000)
    run.mark('up', 12_000 + aheadMs, { connection: 'b' })
    live('b', 12_050)
    const lastSignMs = noonMs + lastFrameMs + aheadMs
    run.mark('down', downMs + aheadMs, { lastFrameMs: lastSignMs, reason: 'stopped' })
    live('c', 15_000)
    run.commit()
    expect(run.gaps().map(([, , fromMs, toMs]) => [fromMs, toMs])).toEqual(expected)
  })

  test('misses nothing where the venue answered the goodbye after another link began', () => {
    const ends = (isDrained: { isDrained?: true }) => {
      const run = aLedgerRun('unique')
      run.mark('up', 0)
      run.trade('a', 5_000)
      run.mark('up', 12_000, { connection: 'b' })
      const lagsMs = 700
      run.mark('down', 12_300, { lastFrameMs: noonMs + 12_300 - lagsMs, ...isDrained })
      run.commit()
      return run.gaps().length
    }
    expect([ends({}), ends({ isDrained: true })]).toEqual([1, 0])
  })

  test('does not take the beginning of one link for a sign of life of another', () => {
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.mark('up', 12_000, { connection: 'b' })
    expect(run.pipeline.coverage(btc)).toBeNull()
  })

  test.each([
    ['behind', -5_000],
    ['ahead of', 5_000]
  ])('ends a gap in venue time where our clock is %s the venue', (...[, aheadMs]) => {
    const run = aLedgerRun('unique')
    const live = (tradeId: string, eventMs: number) =>
      run.pipeline.apply(
        aTrade({ id: tradeId, eventMs: noonMs + eventMs }),
        noonMs + eventMs + aheadMs
      )
    run.mark('up', aheadMs)
    live('a', 5_000)
    run.mark('down', 6_000 + aheadMs, { lastFrameMs: noonMs + 5_000 })
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
    const run = aLedgerRun('unique')
    const live = (tradeId: string, eventMs: number, behindMs: number) =>
      run.pipeline.apply(
        aTrade({ id: tradeId, eventMs: noonMs + eventMs }),
        noonMs + eventMs - behindMs
      )
    run.mark('up', 0)
    live('a', 5_000, 0)
    run.mark('down', 6_000, { lastFrameMs: noonMs + 5_000 })
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
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.trade('a', 5_000)
    run.mark('down', 6_000, { lastFrameMs: noonMs + 5_000 })
    run.mark('up', 20_000)
    run.pipeline.apply(aTrade({ id: 'b', eventMs: noonMs + 20_900 }), noonMs + 20_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 4_000, 20_000, 'open', 'disconnected']])
  })

  test('takes history of an open gap with a second to spare, once', () => {
    const run = aLedgerRun('unique')
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
    const run = aLedgerRun('unique')
    run.mark('up', 0)
    run.mark('down', 5_000)
    run.mark('up', 10_000)
    run.commit()
    const reachedFromMs = reachedMs === null ? null : noonMs + reachedMs
    run.settle(run.pipeline.openGaps()[0], { reachedFromMs })
    run.commit()
    expect(run.gaps().map((gap) => gap.slice(2, 5))).toEqual(expected)
    expect(run.states(4_000, 10_000)).toEqual(expected)
  })

  test('counts from the end of stored coverage after a restart', () => {
    const before = aLedgerRun('unique')
    before.mark('up', 0)
    before.trade('a', 5_000)
    before.commit()
    const run = aLedgerRun('unique', before.store)
    run.mark('up', 60_000)
    run.commit()
    expect(run.gaps()).toEqual([[null, null, 4_000, 60_000, 'open', 'not-running']])
  })

  test('does not find a settled gap anew after a restart', () => {
    const before = aLedgerRun('unique')
    before.mark('up', 0)
    before.trade('a', 500)
    before.mark('down', 5_000)
    before.mark('up', 10_000)
    before.commit()
    before.settle(before.pipeline.openGaps()[0], { reachedFromMs: Infinity })
    before.commit()
    const run = aLedgerRun('unique', before.store)
    run.mark('up', 60_000)
    run.commit()
    expect(run.gaps().map((gap) => gap.slice(2, 5))).toEqual([
      [4_000, 10_000, 'lost'],
      [10_000, 60_000, 'open']
    ])
  })

  test('bounds open gaps by making one of the two oldest, under a new name', () => {
    const run = aLedgerRun('unique')
    for (let at = 0; at <= 257; at += 1) {
      run.mark('up', at * 10_000)
      run.mark('down', at * 10_000 + 5_000)
    }
    run.commit()
    expect(run.pipeline.openGaps()).toHaveLength(256)
    expect(run.gaps()[0]).toEqual([null, null, 3_999, 20_000, 'open', 'disconnected'])
  })

  test('proves nothing where ids do not exist: coverage and gaps are unproven at once', () => {
    const run = aLedgerRun('none')
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
