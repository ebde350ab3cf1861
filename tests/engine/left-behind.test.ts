import { describe, expect, test } from 'vitest'
import type { Instrument } from '../../src/core/market/instrument.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { Pipeline } from '../../src/core/pipeline/pipeline.ts'
import { utcDay } from '../../src/core/market/trading-day.ts'
import { LeftBehind } from '../../src/engine/left-behind.ts'
import type { InstrumentRegistration } from '../../src/engine/storage/store.ts'
import { aGap } from '../support/a-gap.ts'
import { aTrade } from '../support/a-trade.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { CandleStore } from '../support/candle-store.ts'
import { FakeClock } from '../support/fake-clock.ts'

const bitcoin = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const ether = anInstrument({ venue: 'coinbase', symbol: 'ETH-USD', venueSymbol: 'ETH-USD' })
const graceMs = 2_000
const tradeIds = 'contiguous'
const startMs = 1_799_999_940_000
const dayMs = 86_400_000

/** A run after one that left a gap of ids 2 to 4 of bitcoin open, when the venue lists these. */
function aRun(listed: readonly Instrument[] | null, gaps: readonly Gap[] = [aGap()]) {
  const store = new CandleStore({ tradeIds, specs: [], dayOf: utcDay, graceMs })
  const open = (firstArrival: number) =>
    new Pipeline({ clock: 'wall', intervals: [], rows: store, firstArrival })
  const before = open(0)
  before.addInstrument(bitcoin, { tradeIds, graceMs, dayOf: utcDay, seed: null })
  for (const id of [1, 5]) before.apply(aTrade({ id, eventMs: startMs + id }), startMs + id)
  store.settle(before)
  const pipeline = open(store.nextArrival)
  const clock = new FakeClock()
  const registered: InstrumentRegistration[] = []
  const left = new LeftBehind({
    venue: { id: 'coinbase', tradeIds, graceMs },
    cache: { load: () => Promise.resolve(listed) },
    reader: {
      gaps: () => Promise.resolve(gaps),
      seed: (ids) => Promise.resolve(ids.map((instrument) => ({ instrument, seed: store.seed() })))
    },
    writer: {
      registerInstruments: (instruments) => {
        registered.push(...instruments)
        return Promise.resolve()
      }
    },
    pipeline,
    intervals: [],
    clock
  })
  const refill = () => {
    for (const id of [2, 3, 4]) {
      pipeline.apply(aTrade({ id, eventMs: startMs + id }), clock.nowMs(), 'backfill')
    }
  }
  return { left, pipeline, store, clock, registered, refill }
}

describe('LeftBehind', () => {
  test('keeps an instrument in the run until its gaps are settled, while the venue lists it', async () => {
    const { left, pipeline, store, clock, refill } = aRun([bitcoin, ether])
    await left.follow([ether])
    expect(left.instruments).toEqual([bitcoin])
    expect(pipeline.openGaps()).toMatchObject([{ firstId: 2, lastId: 4, state: 'open' }])
    clock.advance(10_000)
    expect(left.instruments).toEqual([bitcoin])
    refill()
    clock.advance(1_000)
    expect(left.instruments).toEqual([])
    expect(pipeline.price(bitcoin.id)).toBeNull()
    store.commit(pipeline)
    expect(store.ledger.gaps()).toMatchObject([{ state: 'refilled', source: 'trades' }])
  })

  test('calls gaps lost that are a day old, of an instrument that the venue does not list', async () => {
    const { left, pipeline, store, clock, registered } = aRun([ether])
    clock.advance(startMs + dayMs + 5 - clock.nowMs())
    await left.follow([ether])
    expect(left.instruments).toEqual([])
    expect(pipeline.price(bitcoin.id)).toBeNull()
    store.commit(pipeline)
    expect(store.ledger.gaps()).toMatchObject([
      { firstId: 2, lastId: 4, state: 'lost', reason: 'no longer collected', missedTrades: 3 }
    ])
    expect(registered).toMatchObject([{ instrument: { id: bitcoin.id, status: 'delisted' } }])
  })

  test.each([
    ['that the venue does not list, while they are younger', [ether]],
    ['while no list is known', null]
  ])('leaves gaps open %s', async (...[, listed]) => {
    const { left, pipeline, store, clock } = aRun(listed)
    clock.advance(startMs + dayMs + 4 - clock.nowMs())
    await left.follow([ether])
    store.commit(pipeline)
    expect(store.ledger.gaps()).toMatchObject([{ firstId: 2, state: 'open' }])
    expect([left.instruments, pipeline.openGaps()]).toEqual([[], []])
  })

  test('leaves alone what is collected, and gaps of other venues', async () => {
    const other = aGap({ instrument: 'bybit-linear:BTC-USDT' })
    const { left, pipeline, registered } = aRun([bitcoin, ether], [aGap(), other])
    await left.follow([bitcoin])
    await left.follow([ether])
    expect([left.instruments, registered, pipeline.openGaps()]).toEqual([[], [], []])
  })

  test('leaves an instrument in the run that comes to be collected again', async () => {
    const { left, pipeline, clock, refill } = aRun([bitcoin, ether])
    await left.follow([ether])
    left.claim([bitcoin])
    refill()
    clock.advance(5_000)
    expect(left.instruments).toEqual([])
    expect(pipeline.price(bitcoin.id)).not.toBeNull()
  })

  test('waits for discovery, and looks once', async () => {
    const { left } = aRun([bitcoin])
    await left.follow([])
    expect(left.instruments).toEqual([])
    await left.follow([ether])
    expect(left.instruments).toEqual([bitcoin])
    left.close()
    await left.follow([ether])
    expect(left.instruments).toEqual([])
  })
})
