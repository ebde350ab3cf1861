import { describe, expect, test } from 'vitest'
import { makeSilenceTape } from '../../../bench/silence-tape.ts'
import { tryFixedLimit, tryRhythms } from '../../../bench/silence-trial.ts'
import type { Trade } from '../../../src/core/market/event.ts'
import type { InstrumentId } from '../../../src/core/market/instrument.ts'
import { seededRandom } from '../../../src/core/market/random.ts'
import { SilenceWatch } from '../../../src/engine/collector/silence-watch.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const busy: InstrumentId = 'toy:BUSY'
const rare: InstrumentId = 'toy:RARE'
const venueMs = 1_800_000_000_000
const untold = () => false

function aTradeOf(instrument: InstrumentId, atMs: number, id: number | string = 1): Trade {
  const eventMs = venueMs + atMs
  return {
    kind: 'trade',
    instrument,
    id,
    eventMs,
    receivedMs: eventMs,
    price: 1,
    size: 1,
    side: null
  }
}

/** A watch that saw ten minutes of one instrument five times a second, and of another every two minutes. */
function aWatch(): { readonly watch: SilenceWatch; readonly nowMs: number } {
  const watch = new SilenceWatch()
  watch.add(busy)
  watch.add(rare)
  watch.reopened(0)
  let nowMs = 0
  for (let count = 0; count < 3_000; count += 1) {
    nowMs += 200
    watch.age(venueMs + nowMs)
    watch.trade(aTradeOf(busy, nowMs, count), nowMs)
    if (count % 600 === 0) watch.trade(aTradeOf(rare, nowMs, count), nowMs)
    watch.flowed(nowMs)
  }
  return { watch, nowMs }
}

describe('SilenceWatch', () => {
  test('an instrument that trades about hourly is never suspected in a day, nor its link ended', () => {
    const tape = makeSilenceTape([1 / 3_600, 2], dayMs, seededRandom(3))
    const outcome = tryRhythms(tape, [], { asksRest: true })
    expect(tape.of.filter((each) => each === 0).length).toBeGreaterThan(5)
    expect(outcome).toMatchObject({ falseAlarms: 0, falseFlags: 0 })
    const ofIt = { ...tape, times: tape.times.filter((...[, index]) => tape.of[index] === 0) }
    expect(tryFixedLimit(ofIt, [], 120_000).falseAlarms).toBeGreaterThan(100)
  })

  test('a busy link that dies while pings and heartbeats are answered is found within 5 s', () => {
    const tape = makeSilenceTape([30, 20, 10], 6 * hourMs, seededRandom(5))
    const deaths = [1.2, 2.4, 3.6, 4.8].map((hour) => ({ atMs: hour * hourMs, instrument: null }))
    for (const asksRest of [true, false]) {
      const { falseAlarms, missed, foundMs } = tryRhythms(tape, deaths, { asksRest })
      expect({ falseAlarms, missed, found: foundMs.length }).toEqual({
        falseAlarms: 0,
        missed: 0,
        found: 4
      })
      expect(Math.max(...foundMs)).toBeLessThanOrEqual(5_000)
    }
  })

  test('one of a quiet link that died is found within about a minute of its first missing trade, by what REST tells in any case', () => {
    const tape = makeSilenceTape([1 / 300, 1 / 600, 2], dayMs, seededRandom(9))
    const deaths = Array.from({ length: 20 }, (...[, at]) => ({
      atMs: (2 + at) * hourMs,
      instrument: at % 2
    }))
    const heard = tryRhythms(tape, deaths, { asksRest: true, hearsTails: true })
    const unheard = tryRhythms(tape, deaths, { asksRest: true })
    expect(heard).toMatchObject({ falseAlarms: 0, missed: 0 })
    expect(Math.max(...heard.missingMs)).toBeLessThanOrEqual(70_000)
    expect(Math.max(...unheard.missingMs)).toBeGreaterThan(70_000)
  })

  test('a busy instrument is suspect after seconds, a rare one is not', () => {
    const { watch, nowMs } = aWatch()
    expect(watch.isSuspect(busy, nowMs + 2_900)).toBe(false)
    expect(watch.isSuspect(busy, nowMs + 6_000)).toBe(true)
    expect(watch.isSuspect(rare, nowMs + 600_000)).toBe(false)
  })

  test('a trade ends the suspicion, a word of REST for as long again', () => {
    const { watch, nowMs } = aWatch()
    const laterMs = nowMs + 20_000
    expect(watch.overdue(laterMs, untold)).toBe(busy)
    watch.vouched(busy, laterMs)
    expect(watch.overdue(laterMs, untold)).not.toBe(busy)
    expect(watch.isSuspect(busy, laterMs + 19_000)).toBe(false)
    expect(watch.isSuspect(busy, laterMs + 21_000)).toBe(true)
    watch.trade(aTradeOf(busy, laterMs), laterMs)
    expect(watch.isSuspect(busy, laterMs + 1_000)).toBe(false)
  })

  test('one that the venue tells of itself needs no question; however rare, after two minutes any other does', () => {
    const { watch, nowMs } = aWatch()
    const isTold = (id: InstrumentId) => id === busy
    expect(watch.overdue(nowMs, isTold)).toBeNull()
    expect(watch.overdue(nowMs + 1_000, isTold)).toBe(rare)
    expect(watch.overdue(nowMs + 1_000, () => true)).toBeNull()
  })

  test('nothing is suspicious of what could not come', () => {
    const { watch, nowMs } = aWatch()
    watch.rested(nowMs + 60_000)
    expect(watch.isSuspect(busy, nowMs + 61_000)).toBe(false)
    watch.reopened(nowMs + 120_000)
    expect(watch.overdue(nowMs + 121_000, untold)).toBeNull()
  })

  test.each<{ verdict: string; when: string; afterMs: readonly number[] }>([
    { verdict: 'missed', when: 'a trade that is overdue', afterMs: [0, 3_000] },
    { verdict: 'quiet', when: 'none newer than what came', afterMs: [-5_000, 0] },
    { verdict: 'unknown', when: 'one that may be on its way', afterMs: [0, 9_500] },
    { verdict: 'unknown', when: 'no trades at all', afterMs: [] }
  ])('REST says $verdict: $when', ({ verdict, afterMs }) => {
    const { watch, nowMs } = aWatch()
    const trades = afterMs.map((ms) => aTradeOf(busy, nowMs + ms, 2_999 + ms))
    const known = { newestId: 2_999, nowMs: nowMs + 10_000 }
    expect(watch.judge(busy, { trades, isFull: false }, known)).toBe(verdict)
  })

  test('ids without order are told apart by time', () => {
    const { watch, nowMs } = aWatch()
    const known = { newestId: -1, nowMs: nowMs + 10_000 }
    const of = (ms: number) => [aTradeOf(busy, nowMs + ms, 'a-b')]
    expect(watch.judge(busy, { trades: of(0), isFull: false }, known)).toBe('quiet')
    expect(watch.judge(busy, { trades: of(4_000), isFull: false }, known)).toBe('missed')
  })

  test('what was missed before the socket opened is not held against it', () => {
    const { watch, nowMs } = aWatch()
    watch.reopened(nowMs + 30_000)
    const page = { trades: [aTradeOf(busy, nowMs + 20_000, 5_000)], isFull: false }
    expect(watch.judge(busy, page, { newestId: 2_999, nowMs: nowMs + 40_000 })).toBe('quiet')
  })

  test('what a slow link still has on its way was not missed', () => {
    const { watch, nowMs } = aWatch()
    const lateMs = 60_000
    watch.trade(aTradeOf(busy, nowMs, 3_000), nowMs + lateMs)
    const page = { trades: [aTradeOf(busy, nowMs + 30_000, 3_100)], isFull: false }
    const known = { newestId: 3_000, nowMs: nowMs + lateMs + 10_000 }
    expect(watch.judge(busy, page, known)).toBe('unknown')
  })
})
