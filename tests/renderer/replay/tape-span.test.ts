import { describe, expect, test } from 'vitest'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import {
  candleSpan,
  momentSpan,
  rangeSpan,
  stretchSpan
} from '../../../src/renderer/replay/tape-span.ts'

const zone = new ZonedTime('America/New_York')
const at = (text: string) => Date.parse(text)
const nowMs = at('2026-10-14T15:00:00Z')

describe('rangeSpan', () => {
  test.each([
    ['hour', at('2026-10-14T14:00:00Z')],
    ['day', at('2026-10-14T04:00:00Z')],
    ['all', null]
  ] as const)('%s reaches to where the store ends', (range, fromMs) => {
    expect(rangeSpan(range, nowMs, zone)).toEqual({ fromMs, toMs: null, atMs: null })
  })
})

test('candleSpan is the day of a candle, a minute before it', () => {
  expect(candleSpan(nowMs, zone)).toEqual({
    fromMs: at('2026-10-14T04:00:00Z'),
    toMs: at('2026-10-15T04:00:00Z'),
    atMs: nowMs - 60_000
  })
})

test('candleSpan of the first candle of a day reaches into the day before', () => {
  const openMs = at('2026-10-14T04:00:00Z')
  expect(candleSpan(openMs, zone)).toMatchObject({
    fromMs: at('2026-10-13T04:00:00Z'),
    toMs: at('2026-10-15T04:00:00Z')
  })
})

test('stretchSpan has an hour before and after, and begins a minute before', () => {
  expect(stretchSpan(nowMs, nowMs + 5_000)).toEqual({
    fromMs: nowMs - 3_600_000,
    toMs: nowMs + 3_605_000,
    atMs: nowMs - 60_000
  })
})

test('momentSpan is the day of a moment, at that moment', () => {
  expect(momentSpan(nowMs, zone)).toEqual({
    fromMs: at('2026-10-14T04:00:00Z'),
    toMs: at('2026-10-15T04:00:00Z'),
    atMs: nowMs
  })
})
