import { describe, expect, test } from 'vitest'
import type { GrownCoverage } from '../../../src/core/market/ledger/coverage.ts'
import { LedgerBacklog } from '../../../src/engine/storage/ledger-backlog.ts'
import { aGap } from '../../support/a-gap.ts'

const nothing = { coverage: [], replaced: [], gaps: [] }

describe('LedgerBacklog', () => {
  test('lets growth wait for company, 10 s at most, and then tells the last word of each stretch', () => {
    const backlog = new LedgerBacklog(() => 3)
    for (let second = 0; second <= 9; second += 1) {
      backlog.add(
        { ...nothing, coverage: [to(second), { ...to(second), fromMs: -5 }] },
        second * 1_000
      )
      expect(backlog.isDue(second * 1_000)).toBe(false)
    }
    expect(backlog.isDue(10_000)).toBe(true)
    expect([...backlog.take().coverage]).toEqual([3, 0, 9, 0, 7, 3, -5, 9, 0, 7])
    expect([backlog.isDue(99_000), backlog.isEmpty]).toEqual([false, true])
  })

  test('counts the wait from the first growth after it was taken', () => {
    const backlog = new LedgerBacklog(() => 0)
    backlog.add({ ...nothing, coverage: [to(1)] }, 0)
    backlog.take()
    backlog.add({ ...nothing, coverage: [to(2)] }, 50_000)
    expect([backlog.isDue(59_999), backlog.isDue(60_000)]).toEqual([false, true])
  })

  test.each([
    { what: 'a gap', changes: { ...nothing, gaps: [aGap()] } },
    { what: 'a gap that is gone', changes: { ...nothing, replaced: [aGap()] } }
  ])('calls for a batch at once for $what', ({ changes }) => {
    const backlog = new LedgerBacklog(() => 0)
    backlog.add(changes, 0)
    expect(backlog.isDue(0)).toBe(true)
  })

  test('calls for a batch at once for a mark', () => {
    const backlog = new LedgerBacklog(() => 0)
    const detail = { trades: 2 }
    const instrument = 'coinbase:BTC-USD'
    backlog.addMark({ kind: 'refill', atMs: 1, instrument, connection: null, detail }, 5)
    expect(backlog.isDue(0)).toBe(true)
    expect(backlog.take().marks).toMatchObject([{ ordinal: 0, arrival: 5 }])
  })
})

function to(toMs: number): GrownCoverage {
  return { instrument: 'coinbase:BTC-USD', fromMs: 0, toMs, kind: 'complete', newestId: 7 }
}
