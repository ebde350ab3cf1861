import { describe, expect, test } from 'vitest'
import type { Candle } from '../../src/core/market/candle.ts'
import type { Collector } from '../../src/engine/collector/collector.ts'
import { joinHistory } from '../../src/engine/query-desk.ts'
import { RunningHeads } from '../../src/engine/running-heads.ts'
import { VenueHistory } from '../../src/engine/venue-history.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { aCandle } from '../support/candles.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const dayStartMs = 1_789_948_800_000

type Asked = { readonly interval: string; readonly fromMs: number; readonly toMs: number }

/** A collector whose venue serves 1m and 1h candles: each closes at its open's minute of the day. */
function servingCollector(): { readonly collector: Collector; readonly asked: Asked[] } {
  const asked: Asked[] = []
  const lengths: Readonly<Record<string, number>> = { '1m': minuteMs, '1h': hourMs }
  const fetchCandles = (...[, request]: [unknown, Asked]): Promise<readonly Candle[] | null> => {
    asked.push({ interval: request.interval, fromMs: request.fromMs, toMs: request.toMs })
    const lengthMs = lengths[request.interval]
    if (lengthMs === undefined) return Promise.resolve(null)
    const candles: Candle[] = []
    for (let openMs = request.fromMs; openMs + lengthMs <= request.toMs; openMs += lengthMs) {
      const price = (openMs - dayStartMs) / minuteMs + 1
      candles.push(
        aCandle({
          interval: request.interval,
          openMs,
          closeMs: openMs + lengthMs,
          open: price,
          high: price + 2,
          low: price / 2,
          close: price + 1,
          volume: 1,
          final: true,
          source: 'venue'
        })
      )
    }
    return Promise.resolve(candles)
  }
  const collector = { venue: { fetchCandles }, rest: () => ({}) } as unknown as Collector
  return { collector, asked }
}

const instrument = anInstrument({
  venue: 'coinbase',
  symbol: 'BTC-USD',
  venueSymbol: 'BTC-USD',
  lotSize: 1e-8
})

describe('VenueHistory', () => {
  test('asks a venue once a minute for the same stretch', async () => {
    let nowMs = 0
    const { collector, asked } = servingCollector()
    const history = new VenueHistory(() => nowMs)
    const request = { instrument, interval: '1m', fromMs: dayStartMs, toMs: dayStartMs + hourMs }
    expect(await history.before(collector, request)).toHaveLength(60)
    expect(
      await history.before(collector, { ...request, fromMs: dayStartMs + minuteMs })
    ).toHaveLength(59)
    expect(asked).toHaveLength(1)
    nowMs = 60_000
    await history.before(collector, request)
    expect(asked).toHaveLength(2)
  })

  test('makes 4h candles of the 1h ones that a venue serves', async () => {
    const { collector } = servingCollector()
    const history = new VenueHistory(() => 0)
    const request = {
      instrument,
      interval: '4h',
      fromMs: dayStartMs,
      toMs: dayStartMs + 8 * hourMs
    }
    const candles = await history.before(collector, request)
    expect(
      candles.map(({ openMs, open, close, volume }) => ({ openMs, open, close, volume }))
    ).toEqual([
      { openMs: dayStartMs, open: 1, close: 182, volume: 4 },
      { openMs: dayStartMs + 4 * hourMs, open: 241, close: 422, volume: 4 }
    ])
  })

  test('asks a venue that failed again after 30 s, and another interval at once', async () => {
    let nowMs = 0
    const asked: string[] = []
    const fetchCandles = (...[, { interval }]: [unknown, Asked]) => {
      asked.push(interval)
      return Promise.reject(new Error('paused by the venue'))
    }
    const collector = { venue: { fetchCandles }, rest: () => ({}) } as unknown as Collector
    const history = new VenueHistory(() => nowMs)
    const request = { instrument, interval: '1m', fromMs: dayStartMs, toMs: dayStartMs + hourMs }
    await expect(history.before(collector, request)).rejects.toThrow('paused')
    nowMs = 29_999
    expect(await history.before(collector, request)).toEqual([])
    expect(asked).toEqual(['1m'])
    await expect(history.before(collector, { ...request, interval: '1h' })).rejects.toThrow(
      'paused'
    )
    nowMs = 30_000
    await expect(history.before(collector, request)).rejects.toThrow('paused')
    expect(asked).toEqual(['1m', '1h', '1m'])
  })

  test('asks once for what several want at the same time', async () => {
    const { collector, asked } = servingCollector()
    const history = new VenueHistory(() => 0)
    const request = { instrument, interval: '1m', fromMs: dayStartMs, toMs: dayStartMs + hourMs }
    const answers = await Promise.all([1, 2, 3].map(() => history.before(collector, request)))
    expect(answers.map(({ length }) => length)).toEqual([60, 60, 60])
    expect(asked).toHaveLength(1)
  })

  test('remembers 100,000 candles at most, and none for longer than a minute', async () => {
    let nowMs = 0
    const { collector } = servingCollector()
    const history = new VenueHistory(() => nowMs)
    const range = { interval: '1m', fromMs: dayStartMs, toMs: dayStartMs + 9_000 * minuteMs }
    for (let at = 0; at < 12; at += 1) {
      const each = { ...instrument, id: `coinbase:C${at}-USD` } as typeof instrument
      await history.before(collector, { ...range, instrument: each })
    }
    expect(history.rememberedCandles).toBe(99_000)
    nowMs = 60_000
    const small = { instrument, interval: '1m', fromMs: dayStartMs, toMs: dayStartMs + hourMs }
    await history.before(collector, small)
    expect(history.rememberedCandles).toBe(60)
  })

  test('knows no venue history of tick candles', async () => {
    const { collector, asked } = servingCollector()
    const request = { instrument, interval: '100t', fromMs: 0, toMs: 1_000 }
    expect(await new VenueHistory(() => 0).before(collector, request)).toEqual([])
    expect(asked).toEqual([])
  })
})

describe('RunningHeads', () => {
  test('completes the day that ran when collecting began, counting nothing twice', async () => {
    const { collector, asked } = servingCollector()
    const heads = new RunningHeads(new VenueHistory(() => 0))
    heads.began(instrument.id, dayStartMs + 2 * hourMs + 3 * minuteMs + 20_000)
    await heads.learn(collector, instrument, '1d')
    expect(asked).toEqual([
      { interval: '1h', fromMs: dayStartMs, toMs: dayStartMs + 2 * hourMs },
      {
        interval: '1m',
        fromMs: dayStartMs + 2 * hourMs,
        toMs: dayStartMs + 2 * hourMs + 3 * minuteMs
      }
    ])
    const own = aCandle({
      interval: '1d',
      openMs: dayStartMs,
      open: 130,
      high: 140,
      low: 0.1,
      close: 135,
      volume: 7
    })
    expect(heads.complete(own)).toMatchObject({
      open: 1,
      high: 140,
      low: 0.1,
      close: 135,
      volume: 12
    })
    const next = aCandle({ interval: '1d', openMs: dayStartMs + 24 * hourMs })
    expect(heads.complete(next)).toBe(next)
  })

  test('leaves instruments alone whose past is stored', async () => {
    const { collector, asked } = servingCollector()
    const heads = new RunningHeads(new VenueHistory(() => 0))
    await heads.learn(collector, instrument, '1d')
    const own = aCandle({ interval: '1d', openMs: dayStartMs })
    expect(heads.complete(own)).toBe(own)
    expect(asked).toEqual([])
  })
})

describe('joinHistory', () => {
  const earlier = [0, 1, 2].map((minute) =>
    aCandle({ openMs: minute * minuteMs, open: 5, high: 20, low: 1, volume: 9, source: 'venue' })
  )

  test('puts the venue before our own, and mends our first', () => {
    const own = [
      aCandle({ openMs: 2 * minuteMs, open: 10, high: 12, low: 9, close: 11, volume: 5 }),
      aCandle({ openMs: 3 * minuteMs })
    ]
    const joined = joinHistory(earlier, own)
    expect(joined.map(({ openMs }) => openMs / minuteMs)).toEqual([0, 1, 2, 3])
    expect(joined[2]).toMatchObject({ open: 5, high: 20, low: 1, close: 11, volume: 9 })
    expect(joined[3]).toBe(own[1])
  })

  test('gives the venue alone where we have nothing', () => {
    expect(joinHistory(earlier, [])).toBe(earlier)
  })
})
