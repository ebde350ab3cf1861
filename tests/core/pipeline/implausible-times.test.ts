import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'
import { CandleStore } from '../../support/candle-store.ts'

const startMs = Date.UTC(2026, 9, 1, 12)
const behindMs = 86_400_000
const aheadMs = 60_000
const intervals = ['1s', '1m', '1h'].flatMap((text) => parseInterval(text) ?? [])

/** A venue's clock gone wrong by so much: rightly, by minutes, by years, in 1970 or in 2100. */
const error = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -5_000, max: 5_000 }) },
  fc.integer({ min: -3 * behindMs, max: 3 * behindMs }),
  fc.constantFrom(-startMs, Date.UTC(2100, 0) - startMs, aheadMs, aheadMs + 1, -behindMs - 1)
)

describe('Pipeline', () => {
  test('flags every live trade of an implausible time, keeps it, and makes no candle out of bounds', () => {
    fc.assert(
      fc.property(fc.array(error, { minLength: 1, maxLength: 60 }), (errors) => {
        const store = new CandleStore({
          tradeIds: 'contiguous',
          specs: intervals,
          dayOf: utcDay,
          graceMs: 5_000
        })
        const pipeline = new Pipeline({ clock: 'wall', intervals, rows: store, firstArrival: 0 })
        pipeline.addInstrument(
          anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' }),
          { tradeIds: 'contiguous', graceMs: 5_000, dayOf: utcDay, seed: null }
        )
        const opened: { readonly openMs: number; readonly nowMs: number }[] = []
        let flagged = 0
        for (const [at, errorMs] of errors.entries()) {
          const nowMs = startMs + at * 1_000
          const eventMs = nowMs + errorMs
          const isBad = errorMs < -behindMs || errorMs > aheadMs
          const trade = aTrade({ id: at + 1, eventMs, receivedMs: nowMs })
          expect(pipeline.apply(trade, nowMs)).toBe(isBad ? 'implausible' : 'stored')
          if (isBad) flagged += 1
          for (const { openMs } of pipeline.takeChangedCandles()) opened.push({ openMs, nowMs })
          pipeline.advance(nowMs)
        }
        store.commit(pipeline)
        expect(pipeline.counters().implausible).toBe(flagged)
        expect(store.flagged()).toHaveLength(flagged)
        expect(store.flagged().every(({ eventMs, receivedMs }) => eventMs === receivedMs)).toBe(
          true
        )
        for (const { openMs, nowMs } of opened) {
          expect(openMs).toBeLessThanOrEqual(nowMs + aheadMs)
          expect(openMs).toBeGreaterThan(nowMs - behindMs - 2 * 3_600_000)
        }
      })
    )
  })
})
