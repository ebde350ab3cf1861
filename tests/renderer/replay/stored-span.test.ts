import { describe, expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/candle.ts'
import type { Query } from '../../../src/contracts/state-stream.ts'
import { ZonedTime } from '../../../src/renderer/format/zoned-time.ts'
import { findStoredSpan, nothingStoredText } from '../../../src/renderer/replay/stored-span.ts'
import { aCandle } from '../../support/candles.ts'

const zone = new ZonedTime('UTC')
const at = (text: string) => Date.parse(text)
const minute = (text: string, fields: Partial<Candle> = {}) =>
  aCandle({ interval: '1m', openMs: at(text), closeMs: at(text) + 60_000, ...fields })

/** A store that holds these minutes and the days that they make. */
function aStore(minutes: readonly Candle[], seconds: readonly Candle[] = []) {
  return (query: Query) => {
    if (query.name !== 'candles') throw new Error('expected a query for candles')
    const { fromMs, toMs } = query
    const days = minutes.map((each) => {
      const openMs = Math.floor(each.openMs / 86_400_000) * 86_400_000
      return { ...each, interval: '1d', openMs, closeMs: openMs + 86_400_000 }
    })
    const all: Readonly<Record<string, readonly Candle[]>> = {
      '1d': days,
      '1m': minutes,
      '1s': seconds
    }
    const candles = (all[query.interval] ?? []).filter(
      ({ openMs }) => openMs >= (fromMs ?? 0) && openMs < (toMs ?? Infinity)
    )
    return Promise.resolve({ name: 'candles', candles, complete: true } as const)
  }
}

describe('findStoredSpan', () => {
  const nowMs = at('2026-11-09T00:00:00Z')

  test('reaches from the first minute to the last', async () => {
    const store = aStore([minute('2026-11-01T09:12:00Z'), minute('2026-11-03T10:00:00Z')])
    expect(await findStoredSpan(store, 'coinbase:SOL-USD', nowMs)).toEqual({
      fromMs: at('2026-11-01T09:12:00Z'),
      toMs: at('2026-11-03T10:01:00Z')
    })
  })

  test('begins with the first second where seconds are stored', async () => {
    const seconds = ['2026-11-01T09:12:41Z', '2026-11-01T09:12:42Z'].map((text) =>
      minute(text, { interval: '1s', closeMs: at(text) + 1_000 })
    )
    const span = await findStoredSpan(
      aStore([minute('2026-11-01T09:12:00Z')], seconds),
      'coinbase:SOL-USD',
      nowMs
    )
    expect(span?.fromMs).toBe(at('2026-11-01T09:12:41Z'))
  })

  test('ends with now while a minute is under way', async () => {
    const store = aStore([minute('2026-11-01T09:12:00Z')])
    const span = await findStoredSpan(store, 'coinbase:SOL-USD', at('2026-11-01T09:12:20Z'))
    expect(span?.toMs).toBe(at('2026-11-01T09:12:20Z'))
  })

  test('counts nothing that is only in the venue’s own history', async () => {
    const store = aStore([minute('2026-11-01T09:12:00Z', { source: 'venue', trades: 0 })])
    expect(await findStoredSpan(store, 'coinbase:SOL-USD', nowMs)).toBeNull()
  })
})

describe('nothingStoredText', () => {
  const stored = { fromMs: at('2026-11-01T09:12:00Z'), toMs: at('2026-11-03T10:00:00Z') }
  const day = { fromMs: at('2026-10-14T00:00:00Z'), toMs: at('2026-10-15T00:00:00Z') }

  test.each([
    [
      'a day, up to now',
      { asked: day, nowMs: at('2026-11-03T10:00:30Z') },
      'Nothing stored for SOL-USD on 14 Oct. Stored: 1 Nov 09:12 – now.'
    ],
    [
      'a longer stretch, up to a while ago',
      { asked: { ...day, toMs: null }, nowMs: at('2026-11-04T00:00:00Z') },
      'Nothing stored for SOL-USD from 14 Oct 00:00. Stored: 1 Nov 09:12 – 3 Nov 10:00.'
    ]
  ])('%s', (what, { asked, nowMs }, text) => {
    expect(what).not.toBe('')
    expect(nothingStoredText({ symbol: 'SOL-USD', asked, stored }, nowMs, zone)).toBe(text)
  })

  test('an empty store', () => {
    const text = nothingStoredText({ symbol: 'SOL-USD', asked: day, stored: null }, 0, zone)
    expect(text).toBe('Nothing stored for SOL-USD yet.')
  })
})
