import { describe, expect, test } from 'vitest'
import type { TruthTrade } from '../../../src/simulator/truth-rows.ts'
import { isClean, judge, sumOf } from '../../../src/simulator/verify/judgement.ts'
import type {
  StoredGap,
  StoredInstrument,
  StoredTrade
} from '../../../src/simulator/verify/stored-tape.ts'

function happened(id: number, overrides: Partial<TruthTrade> = {}): TruthTrade {
  return {
    id,
    textId: String(id),
    eventMs: 1_000 * id,
    price: 10,
    size: 2,
    side: 'buy',
    sent: true,
    subscribed: true,
    ...overrides
  }
}

function row(id: number, overrides: Partial<StoredTrade> = {}): StoredTrade {
  return { id: String(id), eventMs: 1_000 * id, price: 10, size: 2, ...overrides }
}

function gap(firstId: number, lastId: number, state: string): StoredGap {
  return { firstId, lastId, fromMs: 1_000 * (firstId - 1), toMs: 1_000 * (lastId + 1), state }
}

function stored(overrides: Partial<StoredInstrument> = {}): StoredInstrument {
  return { tradeIds: 'contiguous', trades: [], gaps: [], conflicts: 0, ...overrides }
}

const truth = [5, 6, 7, 8, 9].map((id) => happened(id))
const all = { trades: truth, settledMs: Infinity }

describe('judge', () => {
  test('finds nothing wrong where everything is stored', () => {
    const judged = judge(all, stored({ trades: truth.map(({ id }) => row(id)) }))
    expect(judged).toMatchObject({ sent: 5, stored: 5, declared: 0, lostSilent: 0, phantom: 0 })
    expect(isClean(judged)).toBe(true)
  })

  test('sees one lost trade', () => {
    const judged = judge(all, stored({ trades: [5, 6, 8, 9].map((id) => row(id)) }))
    expect(judged).toMatchObject({ stored: 4, lostSilent: 1, lostSilentSent: 1 })
    expect(isClean(judged)).toBe(false)
  })

  test.each(['open', 'lost', 'refilled-candles'])('takes a %s gap as a declaration', (state) => {
    const trades = [5, 8, 9].map((id) => row(id))
    const judged = judge(all, stored({ trades, gaps: [gap(6, 7, state)] }))
    expect(judged).toMatchObject({ stored: 3, declared: 2, lostSilent: 0, overDeclared: 0 })
    expect(judged.gaps).toEqual({ [state]: 1 })
    expect(isClean(judged)).toBe(true)
  })

  test('does not believe a gap that says it was refilled', () => {
    const trades = [5, 8, 9].map((id) => row(id))
    const judged = judge(all, stored({ trades, gaps: [gap(6, 7, 'refilled')] }))
    expect(judged).toMatchObject({ declared: 0, lostSilent: 2 })
  })

  test('sees more declared than is missing', () => {
    const trades = [5, 6, 8, 9].map((id) => row(id))
    const judged = judge(all, stored({ trades, gaps: [gap(6, 7, 'lost')] }))
    expect(judged).toMatchObject({ declared: 1, lostSilent: 0, overDeclared: 1 })
    expect(isClean(judged)).toBe(false)
  })

  test('sees a trade that stands twice, one that never happened, and one that differs', () => {
    const rows = [...truth.map(({ id }) => row(id)), row(7), row(77)]
    const judged = judge(all, stored({ trades: rows.with(0, row(5, { price: 11 })) }))
    expect(judged).toMatchObject({ duplicates: 1, phantom: 1, different: 1, lostSilent: 0 })
  })

  test('takes times that are cut to whole milliseconds as the same', () => {
    const trades = [happened(5, { eventMs: 5_000.999 })]
    const judged = judge({ ...all, trades }, stored({ trades: [row(5)] }))
    expect(judged.different).toBe(0)
  })

  test('knows nothing of trades before the first subscription', () => {
    const judged = judge(all, stored({ trades: [4, 5, 6, 7, 8, 9].map((id) => row(id)) }))
    expect(judged).toMatchObject({ before: 1, phantom: 0, stored: 5 })
  })

  test('asks for what happened between two subscriptions, not for what came after the last', () => {
    const trades = truth.map((trade) => ({
      ...trade,
      subscribed: trade.id === 5 || trade.id === 8
    }))
    const judged = judge({ ...all, trades }, stored({ trades: [row(5), row(8)] }))
    expect(judged).toMatchObject({ sent: 2, between: 2, lostSilent: 2, lostSilentSent: 0 })
  })

  test('waits for what happened just now', () => {
    const rows = [5, 6, 7].map((id) => row(id))
    const judged = judge({ trades: truth, settledMs: 7_500 }, stored({ trades: rows }))
    expect(judged).toMatchObject({ sent: 3, lostSilent: 0 })
  })

  test('takes a stretch of time as a declaration where ids do not tell', () => {
    const gaps = [{ firstId: null, lastId: null, fromMs: 5_500, toMs: 7_500, state: 'open' }]
    const trades = [row(5), row(9)]
    const judged = judge(all, stored({ tradeIds: 'unique', trades, gaps }))
    expect(judged).toMatchObject({ declared: 2, lostSilent: 1, overDeclared: 0 })
  })

  test('counts trades of the same content where there are no ids', () => {
    const trades = [1, 2, 3].map((id) => happened(id, { eventMs: 1_000.4 }))
    const twice = [row(90, { eventMs: 1_000 }), row(91, { eventMs: 1_000 })]
    const judged = judge({ ...all, trades }, stored({ tradeIds: 'none', trades: twice }))
    expect(judged).toMatchObject({ stored: 2, lostSilent: 1, duplicates: 0, phantom: 0 })
    const fourTimes = judge(
      { ...all, trades },
      stored({ tradeIds: 'none', trades: [...twice, ...twice] })
    )
    expect(fourTimes).toMatchObject({ stored: 3, lostSilent: 0, duplicates: 1 })
  })
})

describe('sumOf', () => {
  test('adds figures and gaps', () => {
    const one = judge(all, stored({ trades: [row(5)], gaps: [gap(6, 9, 'lost')] }))
    expect(sumOf([one, one])).toMatchObject({ sent: 10, declared: 8, gaps: { lost: 2 } })
    expect(sumOf([]).sent).toBe(0)
  })
})
