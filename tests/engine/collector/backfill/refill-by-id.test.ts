import { describe, expect, test } from 'vitest'
import { VenueError } from '../../../../src/core/venue-error.ts'
import type { TradePage, Venue } from '../../../../src/venues/venue.ts'
import { aNumberedGap, BackfillRig, brokeMs, toyTrade } from '../../../support/backfill-rig.ts'
import { aHistory } from '../../../support/a-history.ts'

const unreachable = new VenueError('venue-unreachable', 'no answer', { retry: 'after' })
const refused = new VenueError('venue-refused', 'GET http://x/a?b answered 404: {"no":1}', {
  retry: 'never',
  detail: { status: 404 }
})

function idsFrom(first: number, last: number): readonly number[] {
  return Array.from(Array(last - first + 1).keys(), (at) => first + at)
}

describe('Backfill of gaps whose ids tell (D3)', () => {
  test.each([
    [1, 1],
    [100, 1],
    [1_000, 1],
    [5_000, 6]
  ])('fills a gap of %i ids and asks each page once, %i in all', async (missing, pages) => {
    const { venue, asked } = aHistory()
    const rig = new BackfillRig(venue, [aNumberedGap(101, 100 + missing)])
    await rig.start()
    await rig.pass(2_000)
    expect(rig.storedIds).toEqual(idsFrom(101, 100 + missing))
    expect(rig.applied).toHaveLength(missing)
    expect(asked).toHaveLength(pages)
    expect(rig.settlements).toEqual([])
    expect(rig.backfill.figures()).toMatchObject({
      trades: missing,
      settled: { refilled: 1, 'refilled-candles': 0, lost: 0 }
    })
    rig.backfill.close()
  })

  test('is asked for anew where the run had no room for its trades', async () => {
    const { venue } = aHistory()
    const rig = new BackfillRig(venue, [aNumberedGap(101, 150)])
    rig.isFull = true
    await rig.start()
    await rig.pass(30_000)
    rig.isFull = false
    await rig.pass(2_000)
    expect(rig.storedIds).toEqual(idsFrom(101, 150))
    expect(rig.settlements).toEqual([])
    rig.backfill.close()
  })

  test('goes from the newest id down', async () => {
    const { venue, asked } = aHistory()
    const rig = new BackfillRig(venue, [aNumberedGap(1, 2_500)])
    await rig.start()
    await rig.pass(1_000)
    expect(asked.map(({ toId }) => toId)).toEqual([2_500, 1_501, 502])
    rig.backfill.close()
  })

  test('asks nothing for trades that come late by themselves', async () => {
    const { venue, asked } = aHistory()
    const rig = new BackfillRig(venue, [aNumberedGap(1, 2)])
    await rig.start()
    rig.live(toyTrade(2))
    rig.live(toyTrade(1))
    await rig.pass(5_000)
    expect(asked).toEqual([])
    rig.backfill.close()
  })

  test('goes on after a restart with what is open still', async () => {
    let requests = 0
    const first = aHistory({
      instead: () => {
        requests += 1
        return requests > 2 ? unreachable : null
      }
    })
    const before = new BackfillRig(first.venue, [aNumberedGap(1, 4_000)])
    await before.start()
    await before.pass(2_000)
    before.backfill.close()
    expect(before.gaps).toHaveLength(1)
    const { venue, asked } = aHistory()
    const after = new BackfillRig(venue, [aNumberedGap(1, 2_001)])
    await after.start()
    await after.pass(2_000)
    expect([...before.storedIds, ...after.storedIds].sort((a, b) => a - b)).toEqual(
      idsFrom(1, 4_000)
    )
    expect(asked[0]).toEqual({ fromId: 1, toId: 2_001 })
    expect(after.gaps).toEqual([])
    after.backfill.close()
  })

  test('asks for what was added to a gap at its newer end', async () => {
    const { venue } = aHistory({ withheld: new Set([1]) })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10)])
    await rig.start()
    await rig.pass(1_000)
    expect(rig.storedIds).toEqual(idsFrom(2, 10))
    rig.replace(aNumberedGap(1, 20))
    await rig.pass(1_000)
    expect(rig.storedIds).toEqual(idsFrom(2, 20))
    rig.backfill.close()
  })

  test('works at two instruments at once and at one gap of each', async () => {
    const open: string[] = []
    let most = 0
    const answers: (() => void)[] = []
    const rig = new BackfillRig(
      {
        fetchTradesById: (...[, { id }, range]) =>
          new Promise((resolve) => {
            open.push(id)
            most = Math.max(most, open.length)
            expect(new Set(open).size).toBe(open.length)
            answers.push(() => {
              open.splice(open.indexOf(id), 1)
              const trades = idsFrom(range.fromId, range.toId).map((each) =>
                toyTrade(each, { instrument: id })
              )
              resolve({ trades, unreadable: 0 })
            })
          })
      },
      [1, 5, 9].flatMap((at) =>
        (['toy:A-USD', 'toy:B-USD', 'toy:C-USD'] as const).map((instrument) =>
          aNumberedGap(at, at + 1, { instrument })
        )
      )
    )
    await rig.start()
    await rig.pass(1_000)
    for (let answer = answers.shift(); answer !== undefined; answer = answers.shift()) {
      answer()
      await rig.pass(500)
    }
    expect(most).toBe(2)
    expect(rig.gaps).toEqual([])
    rig.backfill.close()
  })

  test('leaves gaps of instruments that are not collected', async () => {
    const { venue, asked } = aHistory()
    const gap = aNumberedGap(1, 5, { instrument: 'other:A-USD' })
    const rig = new BackfillRig(venue, [gap])
    await rig.start()
    await rig.pass(5_000)
    expect(asked).toEqual([])
    expect(rig.gaps).toEqual([gap])
    rig.backfill.close()
  })
})

describe('Backfill in trouble (D5)', () => {
  test('tries a failed page again, later each time, and the gap stays open', async () => {
    const { venue, asked } = aHistory({ instead: () => unreachable })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10)])
    rig.chance = 0.999
    await rig.start()
    await rig.pass(600_000)
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.length).toBeLessThan(20)
    expect(rig.gaps).toHaveLength(1)
    expect(rig.events.filter(({ kind }) => kind === 'failed')).toHaveLength(1)
    rig.backfill.close()
  })

  test('is never hot, whatever chance says', async () => {
    const { venue, asked } = aHistory({ instead: () => unreachable })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10)])
    rig.chance = 0
    await rig.start()
    await rig.pass(20_000)
    expect(asked.length).toBeLessThanOrEqual(20)
    rig.backfill.close()
  })

  test('fills the gap once the venue answers again', async () => {
    const { venue } = aHistory({ instead: (request) => (request < 4 ? unreachable : null) })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10)])
    await rig.start()
    await rig.pass(60_000)
    expect(rig.storedIds).toEqual(idsFrom(1, 10))
    expect(rig.backfill.figures()).toMatchObject({ failures: 4, settled: { refilled: 1 } })
    rig.backfill.close()
  })

  test('pages that hold less than they could are walked through to the end', async () => {
    const { venue } = aHistory({ pageLimit: 7 })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 100)])
    await rig.start()
    await rig.pass(1_000)
    expect(rig.storedIds).toEqual(idsFrom(1, 100))
    rig.backfill.close()
  })

  test('ids left out of a page are asked for again, with what is known beside them', async () => {
    const withheld = new Set([40, 41, 77])
    const { venue, asked } = aHistory({ withheld })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 100)])
    await rig.start()
    await rig.pass(750)
    expect(rig.storedIds).toHaveLength(97)
    withheld.clear()
    await rig.pass(2_000)
    expect(rig.storedIds).toEqual(idsFrom(1, 100))
    expect(asked).toEqual([
      { fromId: 1, toId: 100 },
      { fromId: 76, toId: 78 },
      { fromId: 39, toId: 42 }
    ])
    rig.backfill.close()
  })

  test('what the venue no longer serves is refilled from candles', async () => {
    const { venue, askedCandles } = aHistory({ keptFromId: 1_001 })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 1_500)])
    await rig.start()
    await rig.pass(10_000)
    expect(rig.storedIds).toEqual(idsFrom(1_001, 1_500))
    expect(rig.candles.map(({ openMs }) => openMs)).toEqual([brokeMs])
    expect(askedCandles).toEqual([{ fromMs: brokeMs, toMs: brokeMs + 60_000 }])
    expect(rig.settlements).toEqual([
      {
        key: { instrument: 'toy:A-USD', firstId: 1, fromMs: brokeMs },
        rest: 'refilled-candles',
        reason: 'the venue does not serve these trades any more',
        reachedFromMs: null
      }
    ])
    expect(rig.backfill.figures().settled).toEqual({
      refilled: 0,
      'refilled-candles': 1,
      lost: 0
    })
    rig.backfill.close()
  })

  test.each([
    [null, 'the venue serves no candles of 1m'],
    [[], 'the venue has no candles of that time']
  ])('is lost with the reason where there are no candles either', async (candles, why) => {
    const { venue } = aHistory({ keptFromId: 1_001 })
    const fetchCandles: Venue['fetchCandles'] = () => Promise.resolve(candles)
    const rig = new BackfillRig({ ...venue, fetchCandles }, [aNumberedGap(1, 1_500)])
    await rig.start()
    await rig.pass(10_000)
    expect(rig.settlements).toMatchObject([
      { rest: 'lost', reason: `the venue does not serve these trades any more; ${why}` }
    ])
    rig.backfill.close()
  })

  test('waits with candles until the last minute of the gap is over and settled', async () => {
    const { venue, askedCandles } = aHistory({ keptFromId: 1_000_000 })
    const rig = new BackfillRig(venue, [aNumberedGap(60_000, 60_010)])
    const minuteEndMs = brokeMs + 120_000
    await rig.start()
    await rig.pass(minuteEndMs + 2_000 - rig.clock.nowMs() - 500)
    expect(askedCandles).toEqual([])
    expect(rig.gaps).toHaveLength(1)
    await rig.pass(2_000)
    expect(askedCandles).toHaveLength(1)
    expect(rig.settlements).toMatchObject([{ rest: 'refilled-candles' }])
    rig.backfill.close()
  })

  test('asks more than once before it believes that the newest trades are not served', async () => {
    const { venue } = aHistory({
      instead: (request) => (request < 2 ? { trades: [], unreadable: 0 } : null)
    })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10)])
    await rig.start()
    await rig.pass(10_000)
    expect(rig.storedIds).toEqual(idsFrom(1, 10))
    rig.backfill.close()
  })

  test('a venue without trades by REST is asked once and the gap settled', async () => {
    let requests = 0
    const rig = new BackfillRig(
      {
        fetchTradesById: () => {
          requests += 1
          return Promise.resolve(null)
        }
      },
      [aNumberedGap(1, 10)]
    )
    await rig.start()
    await rig.pass(5_000)
    expect(requests).toBe(1)
    expect(rig.settlements).toMatchObject([
      { rest: 'lost', reason: expect.stringContaining('serves no trades by id') as string }
    ])
    rig.backfill.close()
  })

  test('a venue that refuses is asked four times over a minute and a half, then candles', async () => {
    const { venue, asked, askedCandles } = aHistory({ instead: () => refused })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10)])
    await rig.start()
    await rig.pass(80_000)
    expect(asked).toHaveLength(3)
    expect(rig.gaps).toHaveLength(1)
    await rig.pass(10_000)
    expect(asked).toHaveLength(4)
    expect(askedCandles).toHaveLength(1)
    expect(rig.settlements).toMatchObject([{ reason: 'the venue refused to give trades (404)' }])
    const failed = rig.events.filter(({ kind }) => kind === 'failed')
    expect(failed).toMatchObject([{ reason: refused.message }])
    rig.backfill.close()
  })

  test('says why and when nothing is known of the time of the gap', async () => {
    const { venue } = aHistory({ keptFromId: 1_000 })
    const rig = new BackfillRig(venue, [aNumberedGap(1, 10, { fromMs: null })])
    await rig.start()
    await rig.pass(30_000)
    expect(rig.settlements).toMatchObject([
      { rest: 'lost', reason: expect.stringContaining('not known since when') as string }
    ])
    rig.backfill.close()
  })
})

describe('Backfill.close', () => {
  test('cancels what is under way, takes in no late answer and leaves no timer', async () => {
    let answer: ((page: TradePage) => void) | null = null
    let signal: AbortSignal | null = null
    const rig = new BackfillRig(
      {
        fetchTradesById: (context) => {
          signal = context.signal
          return new Promise((resolve) => (answer = resolve))
        }
      },
      [aNumberedGap(1, 1)]
    )
    await rig.start()
    await rig.pass(1_000)
    rig.backfill.close()
    expect(signal).toMatchObject({ aborted: true })
    const late = answer as ((page: TradePage) => void) | null
    late?.({ trades: [toyTrade(1)], unreadable: 0 })
    await rig.pass(60_000)
    expect(rig.applied).toEqual([])
    expect(rig.clock.pending).toBe(0)
  })
})
