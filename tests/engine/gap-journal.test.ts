import { describe, expect, test } from 'vitest'
import type { InstrumentId } from '../../src/core/market/instrument.ts'
import type { Gap } from '../../src/core/market/ledger/gap.ts'
import { GapJournal } from '../../src/engine/gap-journal.ts'

function aGap(changes: Partial<Gap> = {}): Gap {
  return {
    instrument: 'coinbase:BTC-USD' as InstrumentId,
    firstId: 10,
    lastId: 12,
    fromMs: 1_000,
    toMs: 2_000,
    state: 'open',
    cause: 'missing-ids',
    reason: null,
    missedTrades: 3,
    source: null,
    ...changes
  } as Gap
}

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
    note([aGap()])
    note([aGap({ missedTrades: 2 })])
    note([aGap({ state: 'refilled', source: 'trades' })])
    expect(lines).toEqual([
      'warn gaps-opened {"cause":"missing-ids","gaps":1,"trades":3,"instruments":"coinbase:BTC-USD"}',
      'info gaps-settled {"state":"refilled","gaps":1,"trades":3,"instruments":"coinbase:BTC-USD"}'
    ])
  })

  test('warns of what is lost for good', () => {
    const { lines, note } = aJournal()
    note([aGap({ state: 'lost' })])
    expect(lines[0]).toMatch(/^warn gaps-settled .*"lost"/)
  })

  test('tells of an outage of hundreds in one line', () => {
    const { lines, note } = aJournal()
    note(
      [...Array(326).keys()].map((n) => aGap({ instrument: `coinbase:T${n}-USD` as InstrumentId }))
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('"gaps":326,"trades":978')
    expect(lines[0]).toContain('and more')
  })

  test('does not call what is left of a gap a new one', () => {
    const { lines, note } = aJournal()
    note([aGap()])
    note([aGap({ lastId: 10 }), aGap({ firstId: 11, state: 'lost' })], [aGap()])
    expect(lines.filter((line) => line.includes('opened'))).toHaveLength(1)
  })
})
