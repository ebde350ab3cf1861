import { expect, test } from 'vitest'
import type { Trade } from '../../../src/core/market/event.ts'
import type { TradeIds } from '../../../src/core/market/trade-order.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { Pipeline } from '../../../src/core/pipeline/pipeline.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anInstrument } from '../../support/an-instrument.ts'

const nowMs = Date.UTC(2026, 9, 1, 12)
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })

function start(tradeIds: TradeIds = 'contiguous') {
  const arrivals: number[] = []
  const rows = {
    trade: (...[, arrival]: [Trade, number]) => void arrivals.push(arrival),
    flaggedTrade: () => undefined
  }
  const intervals = [{ kind: 'time', interval: '1s', lengthMs: 1_000 }] as const
  const pipeline = new Pipeline({ clock: 'wall', intervals, rows, firstArrival: 0 })
  const rules = { tradeIds, graceMs: 2_000, dayOf: utcDay, seed: null } as const
  pipeline.addInstrument(instrument, rules)
  return { pipeline, arrivals }
}

test('a trade from the tape is believed whatever its time', () => {
  const { pipeline } = start()
  const old = aTrade({ id: 1, eventMs: nowMs - 3 * 86_400_000 })
  expect(pipeline.apply(old, nowMs, 'replay')).toBe('stored')
  expect(pipeline.apply({ ...old, id: 2 }, nowMs, 'live')).toBe('implausible')
})

test('a trade from the tape gets the arrival that it had, and arrivals only rise', () => {
  const { pipeline, arrivals } = start()
  for (const [id, arrival] of [
    [1, 7],
    [2, 20],
    [3, 5]
  ] as const) {
    pipeline.arriveAt(arrival)
    pipeline.apply(aTrade({ id, eventMs: nowMs }), nowMs, 'replay')
  }
  expect(arrivals).toEqual([7, 20, 21])
})

test('a tape holds each trade once: one that is older than what is remembered is new all the same', () => {
  const ofTape = start('unique').pipeline
  const ofFeed = start('unique').pipeline
  for (const [id, eventMs] of [
    ['a', nowMs - 600_000],
    ['b', nowMs],
    ['c', nowMs - 700_000]
  ] as const) {
    ofTape.apply(aTrade({ id, eventMs }), nowMs, 'replay')
    ofFeed.apply(aTrade({ id, eventMs }), nowMs, 'live')
  }
  expect(ofTape.counters()).toMatchObject({ stored: 3, uncertain: 0 })
  expect(ofFeed.counters()).toMatchObject({ stored: 3, uncertain: 1 })
})

test('final candles can be taken alone; the others stay to be taken', () => {
  const { pipeline } = start()
  const starts = (candles: readonly { readonly openMs: number }[]) =>
    candles.map(({ openMs }) => openMs - nowMs)
  for (const [id, afterMs] of [
    [1, 0],
    [2, 1_500],
    [3, 3_100]
  ] as const)
    pipeline.apply(aTrade({ id, eventMs: nowMs + afterMs }), nowMs + afterMs, 'replay')
  pipeline.advance(nowMs + 3_200)
  expect(starts(pipeline.takeFinalCandles())).toEqual([0])
  expect(starts(pipeline.takeFinalCandles())).toEqual([])
  pipeline.advance(nowMs + 4_500)
  expect(starts(pipeline.takeFinalCandles())).toEqual([1_000])
  expect(starts(pipeline.takeChangedCandles())).toEqual([3_000])
})
