import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MarketEvent, Trade } from '../../../src/core/market/event.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import type { EventOrigin } from '../../../src/core/pipeline/pipeline.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const nowMs = Date.UTC(2026, 9, 1, 12)
const id = 'coinbase:BTC-USD'
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const specs = ['1s', '3t'].flatMap((text) => parseInterval(text) ?? [])
const graceMs = 2_000
const old = 1_047_393_957

/** A run over a store that outlives it; times count from `nowMs`. */
function start(store = new CandleStore({ tradeIds: 'contiguous', specs, dayOf: utcDay, graceMs })) {
  const firstArrival = store.nextArrival
  const pipeline = new Pipeline({ clock: 'wall', intervals: specs, rows: store, firstArrival })
  const rules = { tradeIds: 'contiguous', graceMs, dayOf: utcDay } as const
  pipeline.addInstrument(instrument, { ...rules, seed: store.seed() })
  const clock = { ms: nowMs }
  const apply = (event: MarketEvent, origin?: EventOrigin) => {
    clock.ms = Math.max(clock.ms, event.eventMs)
    return pipeline.apply(event, clock.ms, origin)
  }
  const trade = (tradeId: number, ms: number, origin?: EventOrigin) =>
    apply(aTrade({ id: tradeId, eventMs: nowMs + ms }), origin)
  const heartbeat = (lastTradeId: number, ms: number) => {
    const eventMs = nowMs + ms
    const receivedMs = eventMs
    return apply({ kind: 'heartbeat', instrument: id, eventMs, receivedMs, lastTradeId })
  }
  const anchor = (tradeId: number, ms: number) => {
    const told: Omit<Trade, 'kind'> = aTrade({ id: tradeId, eventMs: nowMs + ms })
    return apply({ ...told, kind: 'anchor' })
  }
  const link = (state: 'up' | 'down', ms: number) => {
    const atMs = nowMs + ms
    const reason = state === 'up' ? null : 'reset'
    const times = { atMs, lastFrameMs: atMs }
    pipeline.mark({ state, connection: 'a', instruments: [id], reason, ...times }, atMs)
  }
  const gaps = () => {
    store.settle(pipeline)
    return [...store.ledger.gaps()].sort((a, b) => a.toMs - b.toMs).map(short)
  }
  const restart = () => {
    store.settle(pipeline)
    return start(store)
  }
  return { pipeline, store, trade, heartbeat, anchor, link, gaps, restart }
}

/** A gap in few words: ids, times from `nowMs`, state. */
function short({ firstId, lastId, fromMs, toMs, state }: Gap) {
  return [firstId, lastId, (fromMs ?? NaN) - nowMs, toMs - nowMs, state]
}

function counted(length: number): number[] {
  return Array.from(Array(length).keys())
}

const broken = [null, null, 1, 100, 'unproven']

describe('a ledger by ids that begin anew', () => {
  test('misses no id, but proves nothing between the last old trade and the first new one', () => {
    const run = start()
    run.trade(old, 0)
    run.trade(old + 1, 1)
    for (const at of counted(5)) expect(run.trade(1 + at, 100 + at)).toBe('stored')
    expect(run.gaps()).toEqual([broken])
    expect(run.store.ledger.gaps()).toMatchObject([
      {
        cause: 'missing-ids',
        reason: 'the venue began to number its trades anew',
        missedTrades: null,
        source: null
      }
    ])
    expect(run.store.ledger.coverage()).toMatchObject([{ fromMs: nowMs, toMs: nowMs + 104 }])
    expect(run.pipeline.holes(id)).toEqual([])
    expect(run.pipeline.counters()).toMatchObject({ gaps: 0, missingTrades: 0, uncertain: 0 })
  })

  test('knows repeats and misses ids of the new numbers as it did of the old', () => {
    const run = start()
    run.trade(old, 1)
    run.trade(1, 100)
    run.trade(2, 101)
    expect([run.trade(1, 100), run.trade(2, 101)]).toEqual(['duplicate', 'duplicate'])
    run.trade(5, 200)
    expect(run.gaps()).toEqual([broken, [3, 4, 101, 200, 'open']])
    expect([run.trade(3, 150, 'backfill'), run.trade(4, 160)]).toEqual(['stored', 'stored'])
    expect(run.gaps()).toEqual([broken, [3, 4, 101, 200, 'refilled']])
  })

  test('takes stragglers of the old numbers without missing what lies between the two', () => {
    const run = start()
    run.trade(old, 0)
    run.trade(old + 2, 1)
    run.trade(1, 100)
    expect(run.trade(old + 2, 1)).toBe('duplicate')
    expect(run.trade(old + 1, 0.5)).toBe('stored')
    expect(run.trade(old + 5, 50)).toBe('stored')
    expect(run.trade(old + 5, 50)).toBe('duplicate')
    expect(run.trade(2, 110)).toBe('stored')
    expect(run.gaps()).toEqual([broken])
  })

  test('believes no word of the old numbers any more', () => {
    const run = start()
    run.link('up', 0)
    run.trade(old, 1)
    run.heartbeat(old + 3, 50)
    run.trade(1, 100)
    run.heartbeat(old + 3, 60)
    run.anchor(old, 1)
    run.heartbeat(1, 5_000)
    run.pipeline.advance(nowMs + 10_000)
    run.link('down', 10_000)
    run.link('up', 10_001)
    run.anchor(old, 1)
    run.trade(2, 11_000)
    expect(run.gaps()).toEqual([broken])
  })

  test('keeps an open gap of the old numbers, which history may still fill', () => {
    const run = start()
    run.trade(old, 0)
    run.trade(old + 3, 1)
    run.trade(1, 100)
    const gap = [old + 1, old + 2, 0, 1, 'open']
    expect(run.gaps()).toEqual([gap, broken])
    expect(run.trade(old + 1, 0.5, 'backfill')).toBe('stored')
    expect(run.trade(old + 1, 0.5, 'backfill')).toBe('duplicate')
    expect(run.trade(old + 9, 0.5, 'backfill')).toBe('refused')
    expect(run.trade(old + 2, 0.6, 'backfill')).toBe('stored')
    expect(run.trade(2, 200)).toBe('stored')
    expect(run.gaps()).toEqual([[...gap.slice(0, 4), 'refilled'], broken])
  })

  test('calls a trade that came late what it was, however far behind', () => {
    const run = start()
    run.trade(old, 0)
    run.trade(old + 5_000, 100)
    expect(run.trade(old + 1, 101)).toBe('stored')
    expect(run.trade(old - 5_000, -1)).toBe('stored')
    expect(run.trade(old, 100.5)).toBe('duplicate')
    expect(run.gaps()).not.toContainEqual(expect.arrayContaining(['unproven']))
  })

  test('does not go by a time that it does not believe', () => {
    const run = start()
    run.trade(old, 0)
    run.trade(1, -3 * 86_400_000)
    run.trade(old + 1, 10)
    expect(run.gaps()).not.toContainEqual(expect.arrayContaining(['unproven']))
  })

  test('follows numbers that begin anew again', () => {
    const run = start()
    run.trade(5_000_000, 0)
    run.trade(5_000_002, 1)
    run.trade(900_000, 100)
    run.trade(1, 200)
    run.trade(2, 201)
    expect(run.trade(5_000_001, 0.5, 'backfill')).toBe('stored')
    expect(run.trade(3, 202)).toBe('stored')
    expect(run.gaps()).toEqual([
      [5_000_001, 5_000_001, 0, 1, 'refilled'],
      broken,
      [null, null, 100, 200, 'unproven']
    ])
  })
})

describe('a restart after ids began anew', () => {
  test('goes on with the new numbers and tells the gaps of either', () => {
    const before = start()
    before.trade(old, 0)
    before.trade(old + 2, 1)
    for (const at of counted(20)) before.trade(1 + at, 100 + 100 * at)
    before.trade(22, 2_100)
    const run = before.restart()
    const mine = [21, 21, 2_000, 2_100, 'open']
    const theirs = [old + 1, old + 1, 0, 1, 'open']
    expect(run.gaps()).toEqual([theirs, broken, mine])
    expect(run.trade(22, 2_100)).toBe('duplicate')
    expect(run.trade(25, 2_300)).toBe('stored')
    expect(run.trade(21, 2_050, 'backfill')).toBe('stored')
    expect(run.trade(old + 1, 0.5, 'backfill')).toBe('stored')
    expect(run.trade(26, 2_400)).toBe('stored')
    expect(run.gaps()).toEqual([
      [...theirs.slice(0, 4), 'refilled'],
      broken,
      [...mine.slice(0, 4), 'refilled'],
      [23, 24, 2_100, 2_300, 'open']
    ])
  })

  test('notices that they did while nothing ran', () => {
    const before = start()
    before.trade(old, 0)
    before.trade(old + 1, 1)
    const run = before.restart()
    run.anchor(7, 90)
    run.trade(8, 100)
    run.trade(9, 110)
    expect(run.gaps()).toEqual([broken])
  })

  test('says what it cannot prove where the new numbers are not among the trades it is handed', () => {
    const store = new CandleStore({ tradeIds: 'contiguous', specs, dayOf: utcDay, graceMs })
    const before = start(store)
    const many = 20_000
    for (const at of counted(many)) before.trade(old + at, at)
    for (const at of counted(50)) before.trade(1 + at, many + 1_000 + at)
    const run = before.restart()
    expect(store.seed()?.day.tail.some((stored) => Number(stored.trade.id) < old)).toBe(false)
    run.trade(50, many + 1_049)
    run.trade(60, many + 9_000)
    run.trade(61, many + 9_001)
    expect(run.gaps().map(([firstId, , , toMs, state]) => [firstId, toMs, state])).toEqual([
      [null, many + 1_000, 'unproven'],
      [null, many + 9_000, 'unproven']
    ])
  })
})

describe('ids that begin anew', () => {
  const step = fc.record({
    skip: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 5 })),
    afterMs: fc.integer({ min: 1, max: 300 }),
    then: fc.oneof(
      { weight: 8, arbitrary: fc.constant('go-on' as const) },
      fc.constantFrom('anew' as const, 'repeat' as const, 'restart' as const)
    )
  })

  test('lose nothing without a word, miss no id that never was, and store nothing twice', () => {
    let resets = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        let run = start()
        let next = 1_000_000_000
        let ms = 0
        const sent: { id: number; ms: number }[] = []
        const skipped = new Map<number, number>()
        for (const { skip, afterMs, then } of steps) {
          ms += afterMs
          if (then === 'anew' && next > 5_000_000) {
            // Epochs are told apart by time, and venue times are in disorder by up to a second.
            ms += 2_500
            next = Math.trunc(next / 100)
            resets += 1
          } else if (sent.length > 0) {
            for (const at of counted(skip)) skipped.set(next + at, ms)
            next += skip
          }
          run.trade(next, ms)
          sent.push({ id: next, ms })
          next += 1
          if (then === 'repeat') {
            for (const { id: known, ms: atMs } of sent.slice(-15)) run.trade(known, atMs)
          }
          if (then === 'restart') run = run.restart()
        }
        run.gaps()
        expect(run.store.trades().map(({ trade }) => Number(trade.id))).toEqual(
          sent.map((one) => one.id).sort((a, b) => a - b)
        )
        const gaps = run.store.ledger.gaps()
        const missing = gaps.flatMap(({ firstId, missedTrades }) =>
          firstId === null ? [] : counted(missedTrades ?? 0).map((at) => firstId + at)
        )
        expect(missing.filter((one) => !skipped.has(one))).toEqual([])
        const silent = [...skipped].filter(
          ([one, atMs]) =>
            !missing.includes(one) &&
            !gaps.some(
              ({ firstId, fromMs, toMs }) =>
                firstId === null && fromMs - nowMs <= atMs && toMs - nowMs >= atMs
            )
        )
        expect(silent).toEqual([])
        run.pipeline.advance(nowMs + 2 * 86_400_000)
        run.store.settle(run.pipeline)
        expect(run.store.candles()).toEqual(run.store.oracle(nowMs + 2 * 86_400_000))
      }),
      { numRuns: 300, endOnFailure: true }
    )
    expect(resets).toBeGreaterThan(100)
  }, 60_000)
})
