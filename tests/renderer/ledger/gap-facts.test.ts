import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import { gapFacts } from '../../../src/renderer/ledger/gap-facts.ts'
import { gapLengthText, missedText } from '../../../src/renderer/ledger/gap-words.ts'
import { aGap } from '../support/gaps.ts'

const zone = new ZonedTime('UTC')
const fromMs = Date.UTC(2026, 9, 14, 15, 20, 0)

describe('gapFacts', () => {
  test('tells cause, start, end, length, what was missed, source and reason', () => {
    const gap = aGap({
      fromMs,
      toMs: fromMs + 150_000,
      state: 'refilled-candles',
      cause: 'disconnected',
      missedTrades: 1_204,
      source: 'candles',
      reason: 'closed by peer, code 1006'
    })
    expect(gapFacts(gap, zone)).toEqual({
      title: 'refilled from candles',
      sentence: 'The trades could not be had; the venue’s own candles stand here instead.',
      facts: [
        { name: 'Cause', value: 'No link carried the instrument.' },
        { name: 'From', value: '14 Oct 15:20:00' },
        { name: 'To', value: '14 Oct 15:22:30 (2 m 30 s)' },
        { name: 'Missed', value: '1,204 trades' },
        { name: 'Refilled from', value: 'the venue’s candles' },
        { name: 'Reason', value: 'closed by peer, code 1006' }
      ]
    })
  })

  test('says what is not known and leaves out what there is not', () => {
    const facts = gapFacts(aGap({ fromMs: null, missedTrades: null, state: 'lost' }), zone).facts
    expect(facts).toContainEqual({ name: 'From', value: 'not known' })
    expect(facts).toContainEqual({ name: 'Missed', value: 'not known' })
    expect(facts.map(({ name }) => name)).toEqual(['Cause', 'From', 'To', 'Missed'])
  })
})

describe('missedText', () => {
  test('counts one trade as one', () => {
    expect([missedText(0), missedText(1), missedText(2)]).toEqual([
      '0 trades',
      '1 trade',
      '2 trades'
    ])
  })
})

describe('gapLengthText', () => {
  test('keeps a gap below a second apart from none', () => {
    expect(gapLengthText(aGap({ fromMs, toMs: fromMs + 40 }))).toBe('0.04 s')
    expect(gapLengthText(aGap({ fromMs, toMs: fromMs + 440 }))).toBe('0.4 s')
    expect(gapLengthText(aGap({ fromMs, toMs: fromMs + 41_000 }))).toBe('41 s')
  })
})
