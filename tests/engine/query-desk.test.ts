import { describe, expect, test } from 'vitest'
import type { CandleQuery, Query } from '../../src/contracts/state-stream.ts'
import type { Candle } from '../../src/core/market/candle.ts'
import type { Collector } from '../../src/engine/collector/collector.ts'
import { QueryDesk } from '../../src/engine/query-desk.ts'
import { RunningHeads } from '../../src/engine/running-heads.ts'
import { VenueHistory } from '../../src/engine/venue-history.ts'
import { aGap } from '../support/a-gap.ts'
import { anIncident } from '../support/an-incident.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { aCandle } from '../support/candles.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { until } from '../support/until.ts'

const minuteMs = 60_000
const dayStartMs = 1_789_948_800_000
const dayEndMs = dayStartMs + 1_440 * minuteMs
const instrument = anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
const never = new Promise<never>(() => undefined)
const query: CandleQuery = {
  name: 'candles',
  instrument: instrument.id,
  interval: '1m',
  fromMs: null,
  toMs: null,
  limit: 100
}

type Setup = {
  readonly stored?: readonly Candle[]
  readonly memory?: readonly Candle[]
  readonly flush?: () => Promise<void>
  readonly fetchCandles?: (request: {
    readonly interval: string
    readonly fromMs: number
  }) => Promise<readonly Candle[]>
}

function opened(setup: Setup) {
  const clock = new FakeClock()
  const logged: string[] = []
  const history = new VenueHistory(() => clock.monotonicMs())
  const heads = new RunningHeads(history)
  const collector = {
    instruments: () => [instrument],
    rest: () => ({}),
    venue: {
      fetchCandles: (...[, request]: [unknown, { interval: string; fromMs: number }]) =>
        setup.fetchCandles?.(request) ?? Promise.resolve([])
    }
  } as unknown as Collector
  const desk = new QueryDesk({
    pipeline: { candlesInMemory: () => setup.memory ?? [], runNowMs: () => dayStartMs + 1 },
    writer: { flush: setup.flush ?? (() => Promise.resolve()) },
    reader: {
      candles: ({ interval, fromMs, limit }) =>
        Promise.resolve({
          candles: (setup.stored ?? [])
            .filter((candle) => candle.interval === interval && candle.openMs >= (fromMs ?? 0))
            .slice(-limit),
          complete: true
        }),
      trades: () => Promise.resolve([])
    },
    ledger: {
      answer: () => {
        const gaps = [aGap({ instrument: instrument.id })]
        return Promise.resolve({ name: 'gaps', gaps })
      }
    },
    incidents: {
      answer: () => Promise.resolve({ name: 'incidents', incidents: [anIncident()] })
    },
    history,
    heads,
    clock,
    collectorOf: (id) => (id === instrument.id ? collector : null),
    log: (event) => void logged.push(event)
  })
  /** Lets time pass only where the answer waits for it. */
  const answer = async (asked: Query) => {
    let isDone = false
    const answering = desk.answer(asked).finally(() => {
      isDone = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    await until(() => {
      if (!isDone && clock.pending > 0) clock.advance(50)
      return isDone
    }, 'an answer')
    return answering
  }
  return { clock, logged, heads, answer }
}

const own = [aCandle({ interval: '1m', openMs: dayStartMs })]

describe('QueryDesk', () => {
  test('answers from store and memory where committing takes longer than half a second', async () => {
    const memory = [aCandle({ interval: '1m', openMs: dayStartMs + minuteMs })]
    const { clock, answer } = opened({ stored: own, memory, flush: () => never })
    expect(await answer(query)).toMatchObject({
      candles: [{ openMs: dayStartMs }, { openMs: dayStartMs + minuteMs }]
    })
    expect(clock.monotonicMs()).toBe(500)
  })

  test('answers from store and memory where committing fails', async () => {
    const flush = () => Promise.reject(new Error('disk full'))
    const { answer } = opened({ stored: own, flush })
    expect(await answer(query)).toMatchObject({ candles: own })
  })

  test('answers its own rows after 2 s where the venue does not answer', async () => {
    const day = aCandle({
      interval: '1d',
      openMs: dayStartMs,
      closeMs: dayEndMs
    })
    const first = aCandle({ interval: '1m', openMs: dayStartMs + 90 * minuteMs })
    const { clock, logged, answer } = opened({
      stored: [day, first],
      fetchCandles: () => never
    })
    expect(await answer({ ...query, interval: '1d' })).toMatchObject({ candles: [day] })
    expect(clock.monotonicMs()).toBe(2_000)
    expect(logged).toEqual(['history-unavailable'])
  })

  test('answers its own rows at once where the venue refuses', async () => {
    const fetchCandles = () => Promise.reject(new Error('429'))
    const { clock, answer } = opened({ stored: own, fetchCandles })
    expect(await answer(query)).toMatchObject({ candles: own })
    expect(clock.monotonicMs()).toBe(0)
  })

  test('completes the day that was first collected on, also after a restart', async () => {
    const day = aCandle({
      interval: '1d',
      openMs: dayStartMs,
      closeMs: dayEndMs,
      open: 10,
      high: 12,
      low: 9,
      volume: 1
    })
    const first = aCandle({ interval: '1m', openMs: dayStartMs + 30 * minuteMs })
    const { answer } = opened({
      stored: [day, first],
      fetchCandles: ({ interval, fromMs }) =>
        Promise.resolve(
          interval === '1m'
            ? [aCandle({ interval, openMs: fromMs, open: 5, high: 20, low: 4, volume: 3 })]
            : []
        )
    })
    expect(await answer({ ...query, interval: '1d' })).toMatchObject({
      candles: [{ open: 5, high: 20, low: 4, volume: 4, close: day.close }]
    })
  })

  test('completes the minute that was first collected in, for those who watch it as well', async () => {
    const first = { interval: '1m', openMs: dayStartMs, open: 10, high: 12, low: 9 } as const
    const { heads, answer } = opened({
      stored: [aCandle({ ...first, close: 11, volume: 1 })],
      fetchCandles: () =>
        Promise.resolve([aCandle({ ...first, open: 5, high: 20, low: 8, volume: 3 })])
    })
    expect(await answer(query)).toMatchObject({
      candles: [{ open: 5, high: 20, low: 8, close: 11, volume: 3 }]
    })
    const later = aCandle({ ...first, low: 7, close: 8, volume: 4 })
    expect(heads.complete(later)).toMatchObject({ open: 5, high: 20, low: 7, close: 8, volume: 6 })
  })

  test('completes the running minute also where nothing was received of it when asked', async () => {
    const venue = { interval: '1m', openMs: dayStartMs, open: 5, high: 20, low: 8, volume: 3 }
    const { heads, answer } = opened({ fetchCandles: () => Promise.resolve([aCandle(venue)]) })
    expect(await answer(query)).toMatchObject({ candles: [venue] })
    const own = aCandle({ ...venue, open: 9, high: 9, low: 9, close: 9, volume: 1 })
    expect(heads.complete(own)).toMatchObject({ open: 5, high: 20, low: 8, close: 9, volume: 4 })
  })

  test('leaves a day alone that came after the first', async () => {
    const days = [0, 1].map((at) =>
      aCandle({ interval: '1d', openMs: dayStartMs + (at - 1) * 86_400_000, closeMs: dayEndMs })
    )
    const minute = aCandle({ interval: '1m', openMs: dayStartMs + 30 * minuteMs })
    const { answer } = opened({
      stored: [...days, minute],
      fetchCandles: ({ interval, fromMs }) =>
        Promise.resolve(interval === '1m' ? [aCandle({ interval, openMs: fromMs, low: 0.1 })] : [])
    })
    expect(await answer({ ...query, interval: '1d' })).toMatchObject({
      candles: [{ low: days[0]?.low }, { low: days[1]?.low }]
    })
  })

  test('asks the ledger for one instrument or, for gaps, for all', async () => {
    const { answer } = opened({})
    const range = { fromMs: null, toMs: null, limit: 10 }
    expect(await answer({ name: 'gaps', instrument: null, ...range })).toMatchObject({
      name: 'gaps',
      gaps: [{ instrument: instrument.id }]
    })
    expect(await answer({ name: 'ledger', instrument: 'toy:NONE', ...range })).toMatchObject({
      code: 'unknown-instrument'
    })
  })
})
