import { describe, expect, test } from 'vitest'
import { LinkWatch } from '../../faults/link-watch.ts'
import { LogCount } from '../../faults/log-count.ts'
import { aConnectionRow } from '../support/rows.ts'

describe('LinkWatch', () => {
  test('keeps each change of state and each end once, oldest first', () => {
    const watch = new LinkWatch()
    const row = aConnectionRow({ id: 'coinbase-01', state: 'live', reason: null, lastClose: null })
    watch.take(row)
    watch.take({ ...row, messagesPerSecond: 7 })
    watch.take({ ...row, lastClose: { atMs: 5, code: 1006, reason: 'connection reset' } })
    watch.take({ ...row, state: 'stalled', reason: 'no pong' })
    expect(watch.since(0).map(({ state, end }) => [state, end])).toEqual([
      ['live', ''],
      ['live', '1006 connection reset'],
      ['stalled', '']
    ])
    expect(watch.since(Infinity)).toEqual([])
  })
})

describe('LogCount', () => {
  test('counts lines, and the most at a time', () => {
    const log = new LogCount()
    for (let line = 0; line < 30; line += 1) log.note()
    expect([log.lines, log.peakWithin(60_000)]).toEqual([30, 30])
  })

  test('tells none before the first', () => {
    expect(new LogCount().peakWithin(1_000)).toBe(0)
  })
})
