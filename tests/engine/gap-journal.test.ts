import { describe, expect, test } from 'vitest'
import { logRepeatMs } from '../../src/contracts/log-limit.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { GapJournal } from '../../src/engine/gap-journal.ts'
import { aGap } from '../support/a-gap.ts'
import { FakeClock } from '../support/fake-clock.ts'

const gapOfThree = (changes: Partial<Gap> = {}): Gap =>
  aGap({ firstId: 10, lastId: 12, missedTrades: 3, ...changes })

function aJournal() {
  const lines: string[] = []
  const clock = new FakeClock()
  const journal = new GapJournal(
    (level, event, fields) => lines.push(`${level} ${event} ${JSON.stringify(fields)}`),
    clock
  )
  const note = (gaps: readonly Gap[], replaced: readonly Gap[] = []) =>
    journal.note({ coverage: [], replaced, gaps })
  return { clock, journal, lines, note }
}

describe('GapJournal', () => {
  test('logs a gap when it opens and when it is settled, and not while it shrinks', () => {
    const { clock, lines, note } = aJournal()
    note([gapOfThree()])
    note([gapOfThree({ missedTrades: 2 })])
    note([gapOfThree({ state: 'refilled', source: 'trades' })])
    clock.advance(3_000)
    expect(lines).toEqual([
      'warn gaps-opened {"cause":"missing-ids","gaps":1,"trades":3,"instruments":"coinbase:BTC-USD"}',
      'info gaps-settled {"venue":"coinbase","refilled":1,"tradesRefilled":3,"tradesMissing":0,"instruments":"coinbase:BTC-USD"}'
    ])
  })

  test('warns of what is lost for good', () => {
    const { clock, lines, note } = aJournal()
    note([gapOfThree({ state: 'lost' })])
    clock.advance(3_000)
    expect(lines).toEqual([
      'warn gaps-settled {"venue":"coinbase","lost":1,"tradesRefilled":0,"tradesMissing":3,"instruments":"coinbase:BTC-USD"}'
    ])
  })

  test('tells of an outage of hundreds in one line', () => {
    const { lines, note } = aJournal()
    note([...Array(326).keys()].map((n) => gapOfThree({ instrument: `coinbase:T${n}-USD` })))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('"gaps":326,"trades":978')
    expect(lines[0]).toContain('and more')
  })

  test('does not call what is left of a gap a new one', () => {
    const { lines, note } = aJournal()
    note([gapOfThree()])
    note([gapOfThree({ lastId: 10 }), gapOfThree({ firstId: 11, state: 'lost' })], [gapOfThree()])
    expect(lines.filter((line) => line.includes('opened'))).toHaveLength(1)
  })
  test('sums what a refill settles into one line of each venue, by state', () => {
    const { clock, lines, note } = aJournal()
    for (let batch = 0; batch < 100; batch += 1) {
      note([gapOfThree({ firstId: batch, state: 'refilled' })])
      clock.advance(20)
    }
    note([
      gapOfThree({ state: 'lost' }),
      gapOfThree({ state: 'refilled-candles' }),
      gapOfThree({ instrument: 'bybit:BTC-USDT', state: 'unproven', missedTrades: null })
    ])
    expect(lines).toEqual([])
    clock.advance(3_000)
    expect(lines).toEqual([
      'warn gaps-settled {"venue":"coinbase","refilled":100,"lost":1,"refilled-candles":1,"tradesRefilled":300,"tradesMissing":6,"instruments":"coinbase:BTC-USD"}',
      'info gaps-settled {"venue":"bybit","unproven":1,"tradesRefilled":0,"tradesMissing":0,"instruments":"bybit:BTC-USDT"}'
    ])
  })

  test('repeats itself no oftener than the log lets through, and loses no count', () => {
    const { clock, lines, note } = aJournal()
    const toldMs: number[] = []
    for (let second = 0; second < 60; second += 1) {
      note([gapOfThree({ firstId: second, state: 'refilled' })])
      clock.advance(1_000)
      if (lines.length > toldMs.length) toldMs.push(clock.monotonicMs())
    }
    clock.advance(logRepeatMs * 2)
    const waitsMs = toldMs.slice(1).map((atMs, at) => atMs - (toldMs[at] ?? NaN))
    expect(Math.min(...waitsMs)).toBeGreaterThan(logRepeatMs)
    const counts = lines.map((line) => Number(/"refilled":(\d+)/.exec(line)?.[1]))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60)
    expect(lines.length).toBeLessThan(8)
  })

  test('logs what is not yet told when it is closed, and leaves no timer', () => {
    const { clock, journal, lines, note } = aJournal()
    note([gapOfThree({ state: 'refilled' })])
    journal.close()
    expect(lines).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})
