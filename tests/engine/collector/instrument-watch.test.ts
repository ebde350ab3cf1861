import { describe, expect, test } from 'vitest'
import type { InstrumentId } from '../../../src/core/market/instrument.ts'
import type { MarketEvent } from '../../../src/core/market/event.ts'
import { InstrumentWatch } from '../../../src/engine/collector/instrument-watch.ts'

const a: InstrumentId = 'toy:A'
const b: InstrumentId = 'toy:B'

function execution(kind: 'trade' | 'anchor', instrument: InstrumentId, id: number): MarketEvent {
  return { kind, instrument, id, eventMs: 0, receivedMs: 0, price: 1, size: 1, side: null }
}

function beat(instrument: InstrumentId, lastTradeId: number): MarketEvent {
  return { kind: 'heartbeat', instrument, eventMs: 0, receivedMs: 0, lastTradeId }
}

function aWatch(...instruments: readonly InstrumentId[]): InstrumentWatch {
  const watch = new InstrumentWatch()
  for (const instrument of instruments) watch.add(instrument)
  return watch
}

describe('InstrumentWatch', () => {
  test('learns the usual gap; messages of one happening count once', () => {
    const watch = aWatch(a)
    for (const atMs of [0, 1_000, 1_050, 2_050]) watch.note(execution('trade', a, 1), atMs)
    expect(watch.activity(a, 2_050)).toEqual({ dataAgeMs: 0, usualGapMs: 1_000, isSuspect: false })
  })

  test('a gap across a reconnect says nothing of the instrument', () => {
    const watch = aWatch(a)
    watch.note(execution('trade', a, 1), 0)
    watch.reopened(0)
    watch.note(execution('trade', a, 2), 500_000)
    expect(watch.activity(a, 500_000)).toEqual({ dataAgeMs: 0, usualGapMs: null, isSuspect: false })
  })

  test('an older price is known without being data', () => {
    const watch = aWatch(a, b)
    watch.note(execution('anchor', a, 1), 0)
    watch.note(beat(b, 1), 0)
    expect(watch.activity(a, 0)?.dataAgeMs).toBe(Infinity)
    expect(watch.activity(b, 0)?.dataAgeMs).toBeNull()
    expect(watch.activity('toy:C', 0)).toBeNull()
  })

  test('quiet is proven while every instrument is told of, lately, and nothing is missing', () => {
    const watch = aWatch(a, b)
    watch.note(execution('anchor', a, 5), 0)
    watch.note(beat(a, 5), 0)
    expect(watch.areProvenQuiet(0)).toBe(false)
    watch.note(beat(b, 0), 0)
    expect(watch.areProvenQuiet(0)).toBe(true)
    expect(watch.areProvenQuiet(15_000)).toBe(false)
    watch.note(beat(a, 6), 15_000)
    watch.note(beat(b, 0), 15_000)
    expect(watch.areProvenQuiet(15_000)).toBe(false)
    watch.note(execution('trade', a, 6), 15_100)
    expect(watch.areProvenQuiet(15_100)).toBe(true)
  })

  test('nothing is proven by no instruments, or on a new socket before it spoke', () => {
    const watch = aWatch(a)
    watch.note(execution('anchor', a, 5), 0)
    watch.note(beat(a, 5), 0)
    watch.reopened(0)
    expect(watch.areProvenQuiet(0)).toBe(false)
    watch.remove(a)
    expect(watch.areProvenQuiet(0)).toBe(false)
  })

  test('a discounted trade is no data and no price, but is not overdue either', () => {
    const watch = aWatch(a)
    watch.note(execution('trade', a, 5), 0)
    watch.note(beat(a, 6), 1_000)
    watch.discount(execution('trade', a, 6))
    expect(watch.longestBehindMs(4_000)).toBe(0)
    expect(watch.activity(a, 4_000)).toEqual({
      dataAgeMs: 4_000,
      usualGapMs: null,
      isSuspect: false
    })
    const fresh = aWatch(b)
    fresh.discount(execution('trade', b, 1))
    expect(fresh.activity(b, 0)?.dataAgeMs).toBeNull()
  })

  test('tells how long a trade is overdue, until it comes', () => {
    const watch = aWatch(a)
    watch.note(execution('trade', a, 5), 0)
    watch.note(beat(a, 7), 1_000)
    watch.note(beat(a, 8), 2_000)
    expect(watch.longestBehindMs(4_000)).toBe(3_000)
    watch.note(execution('trade', a, 6), 4_000)
    expect(watch.longestBehindMs(4_000)).toBe(3_000)
    watch.note(execution('trade', a, 8), 4_000)
    expect(watch.longestBehindMs(4_000)).toBe(0)
  })
})
