import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Coverage } from '../../../../src/core/market/ledger/coverage.ts'
import type { Gap } from '../../../../src/core/market/ledger/gap.ts'
import type { LedgerRange } from '../../../../src/core/market/ledger/ledger-range.ts'
import type { LedgerContent } from '../../../../src/core/market/ledger/tile-ledger.ts'
import {
  stateOver,
  tileLedger,
  worseState
} from '../../../../src/core/market/ledger/tile-ledger.ts'

const instrument = 'bybit-linear:BTC-USDT'

function stretch(fromMs: number, toMs: number, kind: Coverage['kind'] = 'complete'): Coverage {
  return { instrument, fromMs, toMs, kind }
}

function aGap(fromMs: number, toMs: number, state: Gap['state'] = 'open'): Gap {
  return {
    instrument,
    firstId: null,
    lastId: null,
    fromMs,
    toMs,
    state,
    cause: 'disconnected',
    reason: null,
    missedTrades: null,
    source: null
  }
}

function tiles(content: Partial<LedgerContent>): [number, number, string][] {
  const ranges = tileLedger({
    coverage: [],
    gaps: [],
    closed: [],
    collectedUntilMs: null,
    fromMs: 0,
    toMs: 100,
    ...content
  })
  return ranges.map(({ fromMs, toMs, state }) => [fromMs, toMs, state])
}

describe('tileLedger', () => {
  test('lays gaps upon coverage, and closed hours upon both', () => {
    const coverage = [stretch(10, 60)]
    const gaps = [aGap(20, 30, 'lost'), aGap(50, 70)]
    const closed = [{ fromMs: 25, toMs: 40 }]
    expect(tiles({ coverage, gaps, closed })).toEqual([
      [10, 20, 'complete'],
      [20, 25, 'lost'],
      [25, 40, 'closed'],
      [40, 50, 'complete'],
      [50, 70, 'open']
    ])
  })

  test('knows nothing before the first coverage, and nothing of the tail when no longer collected', () => {
    const coverage = [stretch(10, 20), stretch(30, 40, 'unproven')]
    const closed = [{ fromMs: 0, toMs: 5 }]
    const known = [
      [10, 20, 'complete'],
      [30, 40, 'unproven']
    ]
    expect(tiles({ coverage, closed })).toEqual(known)
    expect(tiles({ coverage, closed, collectedUntilMs: 55 })).toEqual([...known, [40, 55, 'open']])
  })

  test('gives the worst of gaps that touch the same time, each with its gap', () => {
    const lost = aGap(10, 30, 'lost')
    const refilled = aGap(20, 40, 'refilled')
    const content = { coverage: [], closed: [], collectedUntilMs: null, fromMs: 0, toMs: 100 }
    expect(tileLedger({ ...content, gaps: [refilled, lost] })).toEqual([
      { fromMs: 10, toMs: 30, state: 'lost', gap: lost },
      { fromMs: 30, toMs: 40, state: 'refilled', gap: refilled }
    ])
  })

  test('counts the millisecond of the trade that showed missing ids to their gap', () => {
    const gap: Gap = { ...aGap(20, 20.25), firstId: 5, lastId: 6 }
    expect(tiles({ coverage: [stretch(10, 30)], gaps: [gap] })).toEqual([
      [10, 20, 'complete'],
      [20, 21, 'open'],
      [21, 30, 'complete']
    ])
  })

  test('takes a gap of unknown beginning back to the first coverage', () => {
    const gap: Gap = { ...aGap(0, 40, 'lost'), firstId: 5, lastId: 6, fromMs: null }
    expect(tiles({ coverage: [stretch(10, 60)], gaps: [gap] })).toEqual([
      [10, 41, 'lost'],
      [41, 60, 'complete']
    ])
  })

  test('covers all that is known of the asked stretch once, in order, with the state of each moment', () => {
    fc.assert(
      fc.property(content, (asked) => {
        const ranges = tileLedger(asked)
        let endMs = asked.fromMs
        for (const { fromMs, toMs } of ranges) {
          expect(fromMs).toBeGreaterThanOrEqual(endMs)
          expect(toMs).toBeGreaterThan(fromMs)
          endMs = toMs
        }
        expect(endMs).toBeLessThanOrEqual(Math.max(asked.toMs, asked.fromMs))
        for (let atMs = asked.fromMs; atMs < asked.toMs; atMs += 1) {
          expect(stateAt(ranges, atMs)).toBe(expectedAt(asked, atMs))
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

describe('stateOver', () => {
  const ranges: readonly LedgerRange[] = [
    { fromMs: 10, toMs: 20, state: 'complete', gap: null },
    { fromMs: 20, toMs: 30, state: 'refilled', gap: null },
    { fromMs: 40, toMs: 50, state: 'closed', gap: null }
  ]

  test.each([
    ['one tile', 12, 18, 'complete'],
    ['two tiles', 12, 22, 'refilled'],
    ['a part before all tiles', 5, 15, 'unproven'],
    ['a hole between tiles', 25, 45, 'unproven'],
    ['a part after all tiles', 45, 55, 'unproven'],
    ['no tile', 60, 70, 'unproven'],
    ['closed hours', 40, 50, 'closed']
  ] as const)('is the worst of %s', (...[, fromMs, toMs, state]) => {
    expect(stateOver(ranges, fromMs, toMs)).toBe(state)
  })

  test('of a stretch is the worst of its parts', () => {
    fc.assert(
      fc.property(content, fc.nat({ max: 60 }), (asked, cut) => {
        const found = tileLedger(asked)
        const middle = Math.min(asked.fromMs + cut + 1, asked.toMs - 1)
        fc.pre(middle > asked.fromMs && middle < asked.toMs)
        const parts = worseState(
          stateOver(found, asked.fromMs, middle),
          stateOver(found, middle, asked.toMs)
        )
        expect(stateOver(found, asked.fromMs, asked.toMs)).toBe(parts)
      }),
      { numRuns: 1_000 }
    )
  })
})

const span = fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 20 }))
const states = fc.constantFrom<Gap['state']>(
  'open',
  'lost',
  'unproven',
  'refilled',
  'refilled-candles'
)

const content: fc.Arbitrary<LedgerContent> = fc.record({
  coverage: fc
    .array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 20 })), { maxLength: 4 })
    .map((steps) => {
      let atMs = 5
      return steps.map(([pauseMs, lengthMs]) => {
        const fromMs = atMs + pauseMs
        atMs = fromMs + lengthMs
        return stretch(fromMs, atMs, lengthMs % 2 === 0 ? 'complete' : 'unproven')
      })
    }),
  gaps: fc.array(
    fc
      .tuple(span, states)
      .map(([[fromMs, lengthMs], state]) => aGap(fromMs, fromMs + lengthMs, state)),
    { maxLength: 5 }
  ),
  closed: fc.array(
    span.map(([fromMs, lengthMs]) => ({ fromMs, toMs: fromMs + lengthMs })),
    { maxLength: 2 }
  ),
  collectedUntilMs: fc.option(fc.nat({ max: 90 })),
  fromMs: fc.nat({ max: 30 }),
  toMs: fc.nat({ max: 90 })
})

function stateAt(ranges: readonly LedgerRange[], atMs: number): string | null {
  return ranges.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.state ?? null
}

/** The definition, moment by moment. */
function expectedAt({ coverage, gaps, closed, collectedUntilMs }: LedgerContent, atMs: number) {
  const holds = ({ fromMs, toMs }: { fromMs: number | null; toMs: number }) =>
    (fromMs ?? 0) <= atMs && atMs < toMs
  const lastMs = Math.max(...coverage.map(({ toMs }) => toMs))
  const tail = { fromMs: lastMs, toMs: collectedUntilMs ?? 0 }
  const isCollected = coverage.length > 0 && tail.toMs > lastMs
  const known = [...coverage, ...gaps, ...(isCollected ? [tail] : [])]
  const isWithin =
    known.some(({ fromMs }) => (fromMs ?? 0) <= atMs) && known.some(({ toMs }) => atMs < toMs)
  if (isWithin && closed.some(holds)) return 'closed'
  const touching = gaps.filter(holds).map(({ state }) => state)
  const [first, ...others] = touching
  if (first !== undefined) return others.reduce<string>(worse, first)
  const kind = coverage.find(holds)?.kind ?? null
  return kind ?? (isCollected && holds(tail) ? 'open' : null)
}

function worse(a: string, b: string): string {
  const order = ['open', 'lost', 'unproven', 'refilled-candles', 'refilled']
  return order.indexOf(a) < order.indexOf(b) ? a : b
}
