import { describe, expect, test } from 'vitest'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { GapJournal } from '../../src/engine/gap-journal.ts'
import { aGap } from '../support/a-gap.ts'

const gapOfThree = (changes: Partial<Gap> = {}): Gap =>
  aGap({ firstId: 10, lastId: 12, missedTrades: 3, ...changes })

function aJournal() {
  const lines: string[] = []
  const journal = new GapJournal((level, event, fields) =>
    lines.push(`${level} ${event} ${JSON.stringify(fields)}`)
  )
  const note = (gaps: readonly Gap[], replaced: readonly Gap[] = []) =>
    journal.note({ coverage: [], replaced, gaps })
  return { lines, note }
}

describe('GapJournal', () => {
  test('logs a gap when it opens and when it is settled, and not while it shrinks', () => {
    const { lines, note } = aJournal()
    note([gapOfThree()])
    note([gapOfThree({ missedTrades: 2 })])
    note([gapOfThree({ state: 'refilled', source: 'trades' })])
    expect(lines).toEqual([
      'warn gaps-opened {"cause":"missing-ids","gaps":1,"trades":3,"instruments":"coinbase:BTC-USD"}',
      'info gaps-settled {"state":"refilled","gaps":1,"trades":3,"instruments":"coinbase:BTC-USD"}'
    ])
  })

  test('warns of what is lost for good', () => {
    const { lines, note } = aJournal()
    note([gapOfThree({ state: 'lost' })])
    expect(lines[0]).toMatch(/^warn gaps-settled .*"lost"/)
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
})
