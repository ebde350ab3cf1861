import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../../src/core/market/event.ts'
import type { TradePage, Venue } from '../../../../src/venues/venue.ts'
import {
  aTimedGap,
  BackfillRig,
  brokeMs,
  toyCandle,
  toyTrade
} from '../../../support/backfill-rig.ts'

const [fromMs, toMs] = [brokeMs + 10_000, brokeMs + 20_000]

/** Trades of the venue at these seconds after the feed broke. */
function at(...seconds: readonly number[]): readonly Trade[] {
  return seconds.map((second) => toyTrade(`t${second}`, { eventMs: brokeMs + second * 1_000 }))
}

type ScriptedLists = {
  readonly venue: Partial<Venue>
  /** Run clock of each question, epoch ms; 0 while no clock is set. */
  readonly askedMs: number[]
  readonly askedCandles: { readonly fromMs: number; readonly toMs: number }[]
  clock: { nowMs(): number } | null
}

/** A venue that gives these lists of newest trades, one after the other and the last for good. */
function aVenue(...lists: readonly (readonly Trade[] | TradePage | null)[]): ScriptedLists {
  const venue: Partial<Venue> = {
    tradeIds: 'unique',
    fetchRecentTrades: () => {
      const list = lists[Math.min(made.askedMs.length, lists.length - 1)] ?? null
      made.askedMs.push(made.clock?.nowMs() ?? 0)
      if (list === null || 'trades' in list) return Promise.resolve(list)
      return Promise.resolve({ trades: list, unreadable: 0 })
    },
    fetchCandles: (...[, { fromMs: askedFromMs, toMs: askedToMs }]) => {
      made.askedCandles.push({ fromMs: askedFromMs, toMs: askedToMs })
      return Promise.resolve([toyCandle(askedFromMs)])
    }
  }
  const made: ScriptedLists = { venue, askedMs: [], askedCandles: [], clock: null }
  return made
}

function storedIds(rig: BackfillRig): readonly (number | string)[] {
  return rig.applied.map(({ id }) => id)
}

const key = { instrument: 'toy:A-USD', firstId: null, fromMs }

describe('Backfill of gaps whose ids tell nothing but identity', () => {
  test('is refilled wholly where the newest trades reach back before the gap', async () => {
    const { venue, askedCandles } = aVenue(at(5, 9, 12, 19, 25))
    const rig = new BackfillRig(venue, [aTimedGap(fromMs, toMs)])
    await rig.start()
    expect(storedIds(rig)).toEqual(['t9', 't12', 't19'])
    expect(rig.settlements).toEqual([
      { key, rest: 'lost', reason: 'recent trades reach back before it', reachedFromMs: null }
    ])
    expect(askedCandles).toEqual([])
    expect(rig.backfill.figures()).toMatchObject({ trades: 3, settled: { refilled: 1 } })
    rig.backfill.close()
  })

  test('leaves what lies before their reach to candles', async () => {
    const { venue, askedCandles } = aVenue(at(15, 19, 25))
    const rig = new BackfillRig(venue, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(3_000)
    expect(storedIds(rig)).toEqual(['t15', 't19'])
    expect(askedCandles).toEqual([{ fromMs: brokeMs, toMs: brokeMs + 60_000 }])
    expect(rig.candles).toHaveLength(1)
    expect(rig.settlements).toEqual([
      {
        key,
        rest: 'refilled-candles',
        reason: 'the venue serves no older trades',
        reachedFromMs: brokeMs + 15_001
      }
    ])
    rig.backfill.close()
  })

  test('does not take a trade at the very start of the gap for one before it', async () => {
    const { venue } = aVenue(at(10, 12, 25))
    const rig = new BackfillRig(venue, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(3_000)
    expect(rig.settlements).toMatchObject([{ reachedFromMs: fromMs + 1 }])
    rig.backfill.close()
  })

  test('is lost with the reason where there are no candles', async () => {
    const { venue } = aVenue(at(15, 25))
    const fetchCandles: Venue['fetchCandles'] = () => Promise.resolve([])
    const rig = new BackfillRig({ ...venue, fetchCandles }, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(3_000)
    expect(rig.settlements).toMatchObject([
      {
        rest: 'lost',
        reason: 'the venue serves no older trades; the venue has no candles of that time',
        reachedFromMs: brokeMs + 15_001
      }
    ])
    rig.backfill.close()
  })

  test('asks again where the first list came too early to hold the end of the gap', async () => {
    const made = aVenue(at(8, 11), at(8, 11, 19))
    const endMs = brokeMs + 60_000
    const rig = new BackfillRig(made.venue, [aTimedGap(fromMs, endMs)])
    made.clock = rig.clock
    await rig.start()
    expect(made.askedMs).toEqual([endMs])
    expect(rig.settlements).toEqual([])
    await rig.pass(3_000)
    expect(made.askedMs).toEqual([endMs, endMs + 2_000])
    expect(storedIds(rig)).toContain('t19')
    expect(rig.settlements).toMatchObject([{ reachedFromMs: null }])
    rig.backfill.close()
  })

  test('takes two lists for one only where they share a trade', async () => {
    const endMs = brokeMs + 60_000
    for (const [second, reachedFromMs] of [
      [at(30, 40), null],
      [at(40, 50), brokeMs + 40_001]
    ] as const) {
      const { venue } = aVenue(at(8, 20, 30), second)
      const rig = new BackfillRig(venue, [aTimedGap(fromMs, endMs)])
      await rig.start()
      await rig.pass(70_000)
      expect(rig.settlements).toMatchObject([{ reachedFromMs }])
      rig.backfill.close()
    }
  })

  test('settles at once where the venue serves no trades', async () => {
    const { venue, askedMs } = aVenue(null)
    const rig = new BackfillRig(venue, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(3_000)
    expect(askedMs).toHaveLength(1)
    expect(rig.settlements).toMatchObject([{ rest: 'refilled-candles', reachedFromMs: toMs }])
    rig.backfill.close()
  })

  test('an empty list is asked for again before it is believed', async () => {
    const { venue } = aVenue([], at(5, 25))
    const rig = new BackfillRig(venue, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(2_000)
    expect(rig.settlements).toMatchObject([{ reachedFromMs: null }])
    rig.backfill.close()
  })

  const sound = at(5, 12, 25)
  test.each<[string, readonly Trade[] | TradePage]>([
    ['of another instrument', sound.map((each) => ({ ...each, instrument: 'toy:B-USD' }))],
    ['with an id twice', [...sound, ...at(25)]],
    ['not in order of time', [...sound].reverse()],
    ['from the future', [...sound, ...at(200)]],
    ['with a price of 0', sound.map((each) => ({ ...each, price: 0 }))],
    ['with rows that are no trades', { trades: sound, unreadable: 2 }]
  ])('takes nothing of a list %s', async (...[, lie]) => {
    const { venue, askedMs } = aVenue(lie)
    const rig = new BackfillRig(venue, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(40_000)
    expect(askedMs).toHaveLength(4)
    expect(rig.applied).toEqual([])
    expect(rig.settlements).toMatchObject([
      { rest: 'lost', reason: 'history contradicts the feed', reachedFromMs: toMs }
    ])
    expect(rig.backfill.figures()).toMatchObject({ refusedPages: 4 })
    rig.backfill.close()
  })

  test('takes nothing of a list that tells a known trade otherwise, and sees nothing where it knows none', async () => {
    for (const knows of [true, false]) {
      const dearer = at(5, 12, 25).map((each) => ({ ...each, price: 101 }))
      const rig = new BackfillRig(aVenue(dearer).venue, [aTimedGap(fromMs, toMs)])
      for (const trade of at(5)) if (knows) rig.live(trade)
      await rig.start()
      await rig.pass(40_000)
      expect(storedIds(rig)).toEqual(knows ? [] : ['t12'])
      expect(rig.settlements).toMatchObject([{ reachedFromMs: knows ? toMs : null }])
      expect(rig.backfill.figures().refusedPages).toBe(knows ? 4 : 0)
      rig.backfill.close()
    }
  })

  test('hands on nothing that is known already and the same', async () => {
    const rig = new BackfillRig(aVenue(at(5, 10, 12, 20, 25)).venue, [aTimedGap(fromMs, toMs)])
    for (const trade of at(10, 20)) rig.live(trade)
    await rig.start()
    expect(storedIds(rig)).toEqual(['t12'])
    rig.backfill.close()
  })

  test('is asked for anew where the run had no room for its trades', async () => {
    const rig = new BackfillRig(aVenue(at(5, 12, 19, 25)).venue, [aTimedGap(fromMs, toMs)])
    rig.isFull = true
    await rig.start()
    expect([rig.settlements, rig.gaps.length]).toEqual([[], 1])
    rig.isFull = false
    await rig.pass(2_000)
    expect(storedIds(rig)).toEqual(['t12', 't19'])
    expect(rig.settlements).toMatchObject([{ key, reachedFromMs: null }])
    rig.backfill.close()
  })

  test('venues that number nothing are asked nothing', async () => {
    const { venue, askedMs } = aVenue(sound)
    const rig = new BackfillRig({ ...venue, tradeIds: 'none' }, [aTimedGap(fromMs, toMs)])
    await rig.start()
    await rig.pass(5_000)
    expect(askedMs).toEqual([])
    expect(rig.gaps).toHaveLength(1)
    rig.backfill.close()
  })
})
