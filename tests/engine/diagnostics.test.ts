import { describe, expect, test } from 'vitest'
import { settingsSchema } from '../../src/contracts/settings.ts'
import type { RunRow } from '../../src/contracts/state-rows.ts'
import { startupSentences } from '../../src/engine/diagnostics.ts'
import { anEngineConfig } from '../support/engine-config.ts'

type Facts = Parameters<typeof startupSentences>[0]

const theClock = 'The clock says noon.'

/** What is said beyond the clock and where data is kept. */
function saidOf(facts: Partial<Facts>): readonly string[] {
  const sentences = startupSentences({
    clock: theClock,
    config: anEngineConfig(),
    timeZone: 'UTC',
    markets: [],
    plans: [{ name: 'Toy', instruments: 1, connections: 1, problems: [] }],
    isUncleanStart: false,
    clockSkewMs: null,
    ...facts
  })
  return sentences.slice(1, -2)
}

function aMarket(nextChange: string): RunRow['markets'][number] {
  return { calendar: 'XNYS', state: 'closed', nextChangeMs: Date.parse(nextChange) }
}

describe('startupSentences', () => {
  test.each([
    [null, []],
    [-2_000, []],
    [7_400, ['This computer’s clock is 7 s ahead of the venues’: the venues’ time is used.']],
    [-7_200_000, ['This computer’s clock is 2 h behind the venues’: the venues’ time is used.']],
    [259_200_000, ['This computer’s clock is 3 d ahead of the venues’: one of the two is wrong.']]
  ])('tells a clock that is wrong by %s ms what it is worth', (clockSkewMs, said) => {
    expect(saidOf({ clockSkewMs })).toEqual(said)
  })

  test('says when and why the engine before it ended', () => {
    const previousEnd = { atMs: new Date(2026, 5, 1, 9, 5, 7).getTime(), words: 'out of memory' }
    const sentences = startupSentences({
      clock: theClock,
      config: anEngineConfig({ previousEnd }),
      timeZone: 'UTC',
      markets: [],
      plans: [],
      isUncleanStart: false,
      clockSkewMs: null
    })
    expect(sentences).toContain(
      'The engine ended at 09:05:07 (out of memory) and was started again.'
    )
  })

  test('says that frames are recorded, where, and how much of them is kept', () => {
    const settings = settingsSchema.parse({ tape: { record_frames: true, frames_max_gb: 5 } })
    const sentences = startupSentences({
      clock: theClock,
      config: anEngineConfig({ settings, dataDir: '/data' }),
      timeZone: 'UTC',
      markets: [],
      plans: [],
      isUncleanStart: false,
      clockSkewMs: null
    })
    expect(sentences.at(-1)).toBe('Every frame is recorded in /data/frames, 5 GB at most.')
  })

  test('says when the next open is', () => {
    expect(saidOf({ markets: [aMarket('2026-07-06T13:30:00Z')] })).toEqual([
      'XNYS is closed; it opens Mon 13:30.'
    ])
  })

  test('admits that nobody has confirmed the rules for the years to come', () => {
    expect(saidOf({ markets: [aMarket('2030-12-31T14:30:00Z')] })).toHaveLength(1)
    expect(saidOf({ markets: [aMarket('2031-01-02T14:30:00Z')] })[1]).toMatch(
      /^XNYS follows its rules of 2030, .* \[calendars\.XNYS\]\.$/
    )
  })

  test('says so where no open is in sight', () => {
    const market = { ...aMarket('2031-01-02T14:30:00Z'), nextChangeMs: Infinity }
    expect(saidOf({ markets: [market] })).toEqual(['XNYS is closed; it opens at a time not known.'])
  })
})
