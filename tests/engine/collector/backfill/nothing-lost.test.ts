import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trade } from '../../../../src/core/market/event.ts'
import { parseInterval } from '../../../../src/core/market/interval.ts'
import { utcDay } from '../../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../../src/core/pipeline/pipeline.ts'
import { VenueError } from '../../../../src/core/venue-error.ts'
import { Backfill } from '../../../../src/engine/collector/backfill/backfill.ts'
import type { TradePage, Venue } from '../../../../src/venues/venue.ts'
import { toyCandle, toyTrade } from '../../../support/backfill-rig.ts'
import { CandleStore } from '../../../support/candle-store.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { aToy, toyVenue } from '../../../support/toy-venue.ts'

type Scenario = {
  /** Ids that the feed did not bring; the first and the last it brought. */
  readonly dropped: readonly number[]
  /** Ids below are gone from the venue's history; those withheld are of the dropped ones. */
  readonly keptFromId: number
  readonly withheld: readonly number[]
  readonly pageLimit: number
  /** What the venue does to its answers, one after the other, and then nothing. */
  readonly moods: readonly ('sound' | 'fails' | 'empty' | keyof typeof lies)[]
  readonly hasCandles: boolean
  /** After how many quarter seconds the run crashes; null: never. */
  readonly crashAfter: number | null
  /** Every how many quarter seconds is committed. */
  readonly commitEvery: number
}

const lastId = 120
const instrument = aToy('A-USD')
const truth = Array.from(Array(lastId).keys(), (at) => toyTrade(at + 1))

/** What a page may be made into that is not the truth. */
const lies = {
  shifted: (trades) => trades.map((trade) => ({ ...trade, id: Number(trade.id) + 500 })),
  alien: (trades) => trades.map((trade) => ({ ...trade, instrument: 'toy:B-USD' as const })),
  worthless: (trades) => trades.map((trade, at) => ({ ...trade, price: at === 0 ? 0 : 1 })),
  upsideDown: (trades) => [...trades, ...trades.slice(-1)].reverse(),
  dearer: (trades) => trades.map((trade) => ({ ...trade, price: trade.price * 1.01 })),
  untimely: (trades) => trades.map((trade) => ({ ...trade, eventMs: trade.eventMs - 86_400_000 }))
} satisfies Record<string, (trades: readonly Trade[]) => readonly Trade[]>

/** What is stored, and what the ledger says of the rest, after a run of two minutes. */
async function runToTheEnd(scenario: Scenario) {
  const clock = new FakeClock()
  const specs = ['1m'].flatMap((text) => parseInterval(text) ?? [])
  const of = { tradeIds: 'contiguous', dayOf: utcDay, graceMs: 2_000 } as const
  const store = new CandleStore({ ...of, specs })
  const venue = aVenue(scenario)
  let pipeline = start()
  let backfill = refill()
  const dropped = new Set(scenario.dropped)
  for (const trade of truth) {
    if (!dropped.has(Number(trade.id))) pipeline.apply(trade, clock.nowMs())
  }
  store.settle(pipeline)
  backfill.start()
  for (let quarter = 1; quarter <= 480; quarter += 1) {
    clock.advance(250)
    await new Promise((resolve) => setImmediate(resolve))
    if (quarter % scenario.commitEvery === 0) store.settle(pipeline)
    if (quarter !== scenario.crashAfter) continue
    backfill.close()
    store.crash()
    pipeline = start()
    backfill = refill()
    backfill.start()
  }
  store.settle(pipeline)
  backfill.close()
  const open = pipeline.openGaps()
  return {
    stored: store.trades().map(({ trade }) => trade),
    gaps: store.ledger.gaps(),
    open,
    clock
  }

  function start(): Pipeline {
    const firstArrival = store.nextArrival
    const made = new Pipeline({ clock: 'wall', intervals: specs, rows: store, firstArrival })
    made.addInstrument(instrument, { ...of, seed: store.seed() })
    return made
  }

  function refill(): Backfill {
    const run = pipeline
    return new Backfill({
      venue,
      clock,
      random: () => 0.5,
      rest: (signal) => ({
        rest: { getJson: () => Promise.reject(new Error('no URL')) },
        restUrl: '',
        apiKey: null,
        signal
      }),
      instruments: () => [instrument],
      openGaps: () => run.openGaps(),
      visible: () => new Set(),
      priority: () => new Set(),
      known: ({ ids }) => {
        store.settle(run)
        const stored = store.trades().map(({ trade }) => trade)
        return Promise.resolve(stored.filter(({ id }) => ids.includes(id)))
      },
      apply: (trade) => run.apply(trade, clock.nowMs(), 'backfill'),
      putCandles: () => undefined,
      settle: (settlement) => run.settle(settlement, clock.nowMs()),
      announce: () => undefined,
      lastTradeMs: () => null,
      onEvent: () => undefined
    })
  }
}

function aVenue(scenario: Scenario): Venue {
  const moods = [...scenario.moods]
  const dropped = new Set(scenario.dropped)
  const withheld = new Set(scenario.withheld.filter((id) => dropped.has(id)))
  return toyVenue({
    fetchTradesById: (...[, , { fromId, toId }]): Promise<TradePage> => {
      const sound = truth
        .slice(Math.max(fromId, scenario.keptFromId) - 1, toId)
        .filter(({ id }) => !withheld.has(Number(id)))
        .slice(-scenario.pageLimit)
      const mood = moods.shift() ?? 'sound'
      const trades = (given: readonly Trade[]) => Promise.resolve({ trades: given, unreadable: 0 })
      if (mood === 'sound') return trades(sound)
      if (mood === 'empty') return trades([])
      if (mood !== 'fails') return trades(lies[mood](sound))
      return Promise.reject(new VenueError('venue-unreachable', 'no', { retry: 'after' }))
    },
    fetchCandles: (...[, { fromMs }]) =>
      Promise.resolve(scenario.hasCandles ? [toyCandle(fromMs)] : null)
  })
}

const anyId = fc.integer({ min: 2, max: lastId - 1 })
const anyRange = fc.tuple(anyId, fc.nat(40)).map(([from, more]) => {
  const toId = Math.min(lastId - 1, from + more)
  return Array.from(Array(toId - from + 1).keys(), (at) => from + at)
})
const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  dropped: fc.array(anyRange, { minLength: 1, maxLength: 4 }).map((ranges) => ranges.flat()),
  keptFromId: fc.oneof(fc.constant(1), anyId),
  withheld: fc.array(anyId, { maxLength: 3 }),
  pageLimit: fc.constantFrom(3, 17, 1_000),
  moods: fc.array(
    fc.constantFrom<Scenario['moods'][number]>(
      'sound',
      'fails',
      'empty',
      'shifted',
      'alien',
      'worthless',
      'upsideDown',
      'dearer',
      'untimely'
    ),
    { maxLength: 8 }
  ),
  hasCandles: fc.boolean(),
  crashAfter: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
  commitEvery: fc.integer({ min: 1, max: 8 })
})

describe('Backfill and the ledger', () => {
  test('every trade sent is stored or declared, and nothing else is, through lies and a crash', async () => {
    const seen = { refilled: 0, 'refilled-candles': 0, lost: 0 }
    await fc.assert(
      fc.asyncProperty(anyScenario, async (scenario) => {
        const { stored, gaps, open } = await runToTheEnd(scenario)
        expect(open).toEqual([])
        const storedIds = new Set(stored.map(({ id }) => id))
        const declared = gaps
          .filter(({ state }) => state !== 'refilled')
          .flatMap(({ firstId, lastId: toId }) =>
            truth.filter(({ id }) => Number(id) >= (firstId ?? 0) && Number(id) <= (toId ?? 0))
          )
          .map(({ id }) => id)
        expect(stored.filter((trade) => trade !== truth[Number(trade.id) - 1])).toEqual([])
        expect(declared.filter((id) => storedIds.has(id))).toEqual([])
        expect(storedIds.size + new Set(declared).size).toBe(lastId)
        for (const { state } of gaps) if (state in seen) seen[state as keyof typeof seen] += 1
      }),
      { numRuns: 500 }
    )
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50)
  }, 120_000)
})
