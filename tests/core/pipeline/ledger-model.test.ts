import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { RehearsalStep } from '../../support/ledger-rehearsal.ts'
import { idsOf, LedgerRehearsal } from '../../support/ledger-rehearsal.ts'

const which = fc.nat({ max: 1_000 })
const fate = fc.oneof(
  { weight: 5, arbitrary: fc.constant('told' as const) },
  { weight: 2, arbitrary: fc.constant('lost' as const) },
  { weight: 2, arbitrary: fc.constant('late' as const) }
)
const connection = fc.constantFrom('a' as const, 'b' as const)

const step: fc.Arbitrary<RehearsalStep> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('trade' as const),
      fates: fc.array(fate, { minLength: 1, maxLength: 6 })
    })
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'latecomers' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('heartbeat' as const),
      afterMs: fc.integer({ min: 10, max: 3_000 })
    })
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('up' as const, 'down' as const), connection })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('refill' as const),
      which,
      share: fc.constantFrom(0, 0.3, 0.7, 1),
      rest: fc.constantFrom('lost' as const, 'refilled-candles' as const, null)
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('lie' as const),
      which,
      about: fc.constantFrom('id' as const, 'time' as const, 'price' as const)
    })
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('commit', 'commit', 'restart', 'crash') })
  }
)

const beginning = fc.constantFrom('traded' as const, 'told' as const)
const life = fc.array(step, { maxLength: 60, size: 'max' })

describe('a ledger by ids', () => {
  test('sent is stored or declared, nothing else is, and no lie enters, through drops, disorder, restarts and crashes', () => {
    const seen = { missing: 0, lies: 0, pieces: 0 }
    fc.assert(
      fc.property(beginning, life, (from, steps) => {
        const rehearsal = new LedgerRehearsal([], from)
        rehearsal.play(steps)
        rehearsal.end()
        const { unaccounted, phantoms, missing } = rehearsal.account()
        expect({ unaccounted, phantoms }).toEqual({ unaccounted: [], phantoms: [] })
        expect(rehearsal.lies.filter((fate) => fate === 'stored')).toEqual([])
        const truth = new Map(rehearsal.truth.map((trade) => [trade.id, trade]))
        for (const { trade } of rehearsal.store.trades()) {
          expect(trade).toEqual(truth.get(trade.id))
        }
        seen.missing += missing.length
        seen.lies += rehearsal.lies.length
        seen.pieces += rehearsal.store.ledger.gaps().length
      }),
      { numRuns: 2_000, endOnFailure: true }
    )
    expect(Math.min(seen.missing, seen.lies, seen.pieces)).toBeGreaterThan(2_000)
  }, 60_000)

  test('gaps of a store never share an id, and what memory tells is what is stored', () => {
    fc.assert(
      fc.property(beginning, life, (from, steps) => {
        const rehearsal = new LedgerRehearsal([], from)
        rehearsal.play(steps)
        rehearsal.end()
        const gaps = rehearsal.store.ledger.gaps()
        const ids = gaps.flatMap(idsOf)
        expect(new Set(ids).size).toBe(ids.length)
        const open = gaps.filter(({ state }) => state === 'open')
        expect(rehearsal.pipeline.openGaps()).toEqual(open)
        expect(rehearsal.pipeline.ledgerRow('coinbase:BTC-USD')).toMatchObject({
          openGaps: open.length
        })
        expect(rehearsal.store.ledger.coverage()).toHaveLength(1)
      }),
      { numRuns: 300, endOnFailure: true }
    )
  }, 60_000)

  test('all is stored and no gap stays open when history has everything', () => {
    fc.assert(
      fc.property(beginning, life, (from, steps) => {
        const rehearsal = new LedgerRehearsal([], from)
        rehearsal.play(steps.filter(({ kind }) => kind !== 'refill'))
        rehearsal.end()
        const open = rehearsal.pipeline.openGaps().length
        for (let left = open; left > 0; left -= 1) {
          rehearsal.play([{ kind: 'refill', which: 0, share: 1, rest: 'lost' }])
        }
        rehearsal.play([{ kind: 'commit' }])
        expect(rehearsal.account().missing).toEqual([])
        const states = new Set(rehearsal.store.ledger.gaps().map(({ state }) => state))
        expect([...states].filter((state) => state !== 'refilled')).toEqual([])
        expect(rehearsal.pipeline.ledgerRow('coinbase:BTC-USD')).toMatchObject({
          openGaps: 0,
          missingTrades: 0,
          lostGaps: 0
        })
      }),
      { numRuns: 300, endOnFailure: true }
    )
  }, 60_000)

  test('candles are those of the stored trades after every refill', () => {
    const specs = ['1s', '1m', '3t'].flatMap((text) => parseInterval(text) ?? [])
    fc.assert(
      fc.property(life, (steps) => {
        const rehearsal = new LedgerRehearsal(specs)
        rehearsal.play(steps)
        rehearsal.end()
        const endMs = rehearsal.nowMs + 2 * 86_400_000
        rehearsal.pipeline.advance(endMs)
        rehearsal.store.settle(rehearsal.pipeline)
        expect(rehearsal.store.candles()).toEqual(rehearsal.store.oracle(endMs))
      }),
      { numRuns: 200, endOnFailure: true }
    )
  }, 60_000)
})
