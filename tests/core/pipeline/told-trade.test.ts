import { describe, expect, test } from 'vitest'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const { id } = instrument
const nowMs = Date.UTC(2026, 9, 1, 12)
const tradeIds = 'unique'
const graceMs = 2_000

/** A run on a link that stands since 0 and brought trade `a` at 5 s. */
function start() {
  const rows = new CandleStore({ tradeIds, specs: [], dayOf: utcDay, graceMs })
  const pipeline = new Pipeline({ clock: 'wall', intervals: [], rows, firstArrival: 0 })
  pipeline.addInstrument(instrument, { tradeIds, graceMs, dayOf: utcDay, seed: null })
  const times = { atMs: nowMs, lastFrameMs: nowMs, reason: null }
  pipeline.mark({ state: 'up', connection: 'a', instruments: [id], ...times }, nowMs)
  const trade = (tradeId: string, ms: number, origin: 'live' | 'backfill') =>
    pipeline.apply(aTrade({ instrument: id, id: tradeId, eventMs: nowMs + ms }), nowMs + ms, origin)
  const tell = (tradeId: string, ms: number) => {
    const { kind, ...told } = aTrade({ instrument: id, id: tradeId, eventMs: nowMs + ms })
    expect(kind).toBe('trade')
    pipeline.apply({ ...told, kind: 'anchor' }, nowMs + ms + 2_000)
  }
  trade('a', 5_000, 'live')
  return { pipeline, trade, tell }
}

describe('a newest trade that the venue tells of where ids do not count on', () => {
  test('opens a gap from the newest known one when it did not come', () => {
    const { pipeline, trade, tell } = start()
    tell('c', 60_000)
    const gap = { fromMs: nowMs + 5_000, toMs: nowMs + 60_001, state: 'open' }
    expect(pipeline.openGaps()).toMatchObject([gap])
    expect(trade('b', 30_000, 'backfill')).toBe('stored')
    expect(trade('c', 60_000, 'backfill')).toBe('stored')
  })

  test.each([
    ['that came', 'a', 5_000],
    ['older than all that is known', 'z', 4_000]
  ])('opens nothing for one %s', (...[, tradeId, ms]) => {
    const { pipeline, tell } = start()
    tell(tradeId, ms)
    expect(pipeline.openGaps()).toEqual([])
  })

  test('opens a gap between the trades known next to it where the feed went on without it', () => {
    const { pipeline, trade, tell } = start()
    trade('d', 8_000, 'live')
    tell('c', 7_000)
    tell('b', 6_000)
    const gap = { fromMs: nowMs + 5_000, toMs: nowMs + 8_001, state: 'open' }
    expect(pipeline.openGaps()).toMatchObject([gap])
    expect(trade('b', 6_000, 'backfill')).toBe('stored')
    expect(trade('c', 7_000, 'backfill')).toBe('stored')
  })

  test('opens nothing for one from before the instrument was collected', () => {
    const { pipeline, tell } = start()
    tell('z', -60_000)
    expect(pipeline.openGaps()).toEqual([])
  })

  test('does not open a gap again that was settled without it', () => {
    const { pipeline, tell } = start()
    tell('c', 60_000)
    for (const gap of pipeline.openGaps()) {
      const verdict = { rest: 'lost', reason: 'none served', reachedFromMs: Infinity } as const
      pipeline.settle({ key: gap, ...verdict }, nowMs + 70_000)
    }
    tell('c', 60_000)
    expect(pipeline.openGaps()).toEqual([])
  })
})
