import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { buildCandles } from '../../../src/core/market/build-candles.ts'
import type { Candle } from '../../../src/core/market/candle.ts'
import type { Trade } from '../../../src/core/market/event.ts'
import type { IntervalSpec } from '../../../src/core/market/interval.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import { utcDay } from '../../../src/core/market/trading-day.ts'
import { ReaderDatabase } from '../../../src/engine/storage/reader-database.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aCandle } from '../../support/candles.ts'
import type { WriterBench } from '../../support/writer-bench.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const instrument = 'coinbase:BTC-USD'
const dayMs = Date.UTC(2026, 9, 1)
const hourMs = 3_600_000
const all = { instrument, fromMs: null, toMs: null, limit: 10_000 } as const

describe('ReaderDatabase.trades', () => {
  test('gives the newest of a range, oldest first, over the borders of hours', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = [0, 1, 2, 3, 4].map((hour) =>
      aTrade({ id: hour, eventMs: dayMs + hour * hourMs })
    )
    bench.commit({ trades })
    const reader = readerOf(bench)
    const range = {
      ...all,
      name: 'trades' as const,
      fromMs: dayMs + hourMs,
      toMs: dayMs + 4 * hourMs
    }
    expect(reader.trades(range).map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(reader.trades({ ...range, limit: 2 }).map(({ id }) => id)).toEqual(['2', '3'])
  })

  test('gives each field as it came, ids as text', async () => {
    const bench = await aWriterBench([aRegistration()])
    const { kind, ...trade } = aTrade({ id: 7, price: 0.00001234, size: 1e-8, side: null })
    bench.commit({ trades: [{ kind, ...trade }] })
    expect(readerOf(bench).trades({ ...all, name: 'trades' })).toEqual([{ ...trade, id: '7' }])
  })

  test('knows nothing of an instrument that never came', async () => {
    const reader = readerOf(await aWriterBench([]))
    expect(reader.trades({ ...all, name: 'trades' })).toEqual([])
    expect(reader.trades({ ...all, name: 'trades', instrument: 'nonsense' })).toEqual([])
  })
})

describe('ReaderDatabase.tradesById', () => {
  const around = (hour: number) => ({ fromMs: dayMs + hour * hourMs, toMs: dayMs + hour * hourMs })

  test('finds trades in and beside a stretch, the one before it however long ago', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = [0, 20, 21, 22, 24].map((hour) =>
      aTrade({ id: hour, eventMs: dayMs + hour * hourMs })
    )
    bench.commit({ trades })
    const found = (hour: number) =>
      readerOf(bench)
        .tradesById({ instrument, ids: [0, 20, 21, 22, 24, 99], ...around(hour) })
        .map(({ id }) => id)
        .sort()
    expect(found(21)).toEqual([20, 21, 22])
    expect(found(20)).toEqual([0, 20, 21])
    expect(found(23)).toEqual([22, 24])
    const { fromMs } = around(20)
    expect(
      readerOf(bench).tradesById({ instrument, ids: [20], fromMs, toMs: fromMs + 9 * hourMs })
    ).toEqual([trades[1]])
  })

  test('tells ids of text from numbers, and leaves out flagged trades and other instruments', async () => {
    const bench = await aWriterBench([aRegistration()])
    const text = aTrade({ id: '7', eventMs: dayMs })
    bench.commit({ trades: [text, aTrade({ id: 8, eventMs: dayMs })] })
    const reader = readerOf(bench)
    expect(reader.tradesById({ instrument, ids: [7, '8'], ...around(0) })).toEqual([])
    expect(reader.tradesById({ instrument, ids: ['7'], ...around(0) })).toEqual([text])
    const other = { instrument: 'coinbase:ETH-USD', ids: ['7'] } as const
    expect(reader.tradesById({ ...other, ...around(0) })).toEqual([])
  })
})

describe('ReaderDatabase.candles', () => {
  test('gives the newest of a half-open range, and says when older ones were left out', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ candles: [0, 1, 2, 3, 4].map((second) => second1s(second)) })
    const reader = readerOf(bench)
    const range = { ...all, name: 'candles' as const, interval: '1s' }
    const within = { fromMs: dayMs + 1_000, toMs: dayMs + 4_000 }
    expect(reader.candles({ ...range, ...within })).toEqual({
      candles: [second1s(1), second1s(2), second1s(3)],
      complete: true
    })
    expect(reader.candles({ ...range, ...within, limit: 2 })).toEqual({
      candles: [second1s(2), second1s(3)],
      complete: false
    })
  })

  test('gives tick candles by the time they opened, over midnight', async () => {
    const bench = await aWriterBench([aRegistration()])
    const candles = [
      tick(dayMs, 0, dayMs + 5),
      tick(dayMs, 1, dayMs + 10),
      tick(dayMs + 24 * hourMs, 0, dayMs + 24 * hourMs + 1)
    ]
    bench.commit({ candles })
    const query = { ...all, name: 'candles' as const, interval: '100t', fromMs: dayMs + 6 }
    expect(readerOf(bench).candles(query)).toEqual({ candles: candles.slice(1), complete: true })
  })

  test('prefers stored candles and derives only what lies before them', async () => {
    const bench = await aWriterBench([aRegistration()])
    const minute = (at: number) => aMinute(at, { volume: 1 })
    const stored = aCandle({
      interval: '5m',
      openMs: dayMs + 300_000,
      closeMs: dayMs + 600_000,
      volume: 99
    })
    bench.commit({ candles: [0, 1, 5, 6].map(minute).concat(stored) })
    const { candles } = readerOf(bench).candles({ ...all, name: 'candles', interval: '5m' })
    expect(candles.map(({ openMs, volume }) => [openMs - dayMs, volume])).toEqual([
      [0, 2],
      [300_000, 99]
    ])
  })

  test.each([
    ['5m', '1m'],
    ['1h', '5m'],
    ['1d', '1s'],
    ['12t', '3t']
  ])('derives %s from %s exactly as if built from the trades', async (coarse, fine) => {
    await fc.assert(
      fc.asyncProperty(tape, async (trades) => {
        const bench = await aWriterBench([aRegistration()])
        bench.commit({ candles: built(fine, trades) })
        const query = { ...all, name: 'candles' as const, interval: coarse }
        const reader = new ReaderDatabase(bench.setup.file)
        const { candles, complete } = reader.candles(query)
        const newest = reader.candles({ ...query, limit: 2 })
        reader.close()
        bench.database.close(null)
        const expected = built(coarse, trades)
        expect(candles.map(beforeEnd)).toEqual(expected.map(beforeEnd))
        expect(complete).toBe(true)
        expect(newest).toEqual({ candles: candles.slice(-2), complete: expected.length <= 2 })
      }),
      { numRuns: 12 }
    )
  })

  test('derives each stretch from the coarsest interval that covers it', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = Array.from(Array(900).keys(), (at) =>
      aTrade({ id: at, eventMs: dayMs + at * 1_000, size: 0.1 })
    )
    const lateMinutes = built('1m', trades).filter(({ openMs }) => openMs >= dayMs + 420_000)
    bench.commit({ candles: [...built('1s', trades), ...lateMinutes] })
    const { candles, complete } = readerOf(bench).candles({
      ...all,
      name: 'candles',
      interval: '5m'
    })
    expect(candles.map(beforeEnd)).toEqual(built('5m', trades))
    expect(complete).toBe(true)
  })

  test('shows a candle that forms over the venue’s of the same place', async () => {
    const bench = await aWriterBench([aRegistration()])
    const venue = { ...aMinute(0, { close: 10, final: true }), source: 'venue' as const }
    bench.commit({ candles: [venue, aMinute(1, { final: true })] })
    bench.commit({ candles: [aMinute(0, { close: 11 })] })
    const { candles } = readerOf(bench).candles({ ...all, name: 'candles', interval: '1m' })
    expect(candles.map(({ close }) => close)).toEqual([11, 11])
    expect(candles.map(({ final }) => final)).toEqual([false, true])
  })

  test('has nothing for an interval that no stored one divides', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ candles: [tick(dayMs, 0, dayMs), aMinute(0, {})] })
    const reader = readerOf(bench)
    for (const interval of ['1s', '150t', 'nonsense'])
      expect(reader.candles({ ...all, name: 'candles', interval }).candles).toEqual([])
  })

  test('shows the writer’s commits while it writes', async () => {
    const bench = await aWriterBench([aRegistration()])
    const reader = readerOf(bench)
    for (let id = 0; id < 20; id += 1) {
      bench.commit({ trades: [aTrade({ id })] })
      expect(reader.trades({ ...all, name: 'trades' })).toHaveLength(id + 1)
    }
  })
})

describe('ReaderDatabase.seed', () => {
  test('gives the newest day, enough of its tail, and the candles that may still change', async () => {
    const bench = await aWriterBench([aRegistration()])
    const yesterday = aTrade({ id: 1, eventMs: dayMs - 1 })
    const today = Array.from(Array(600).keys(), (at) =>
      aTrade({ id: 2 + at, eventMs: dayMs + at * 60_000 })
    )
    const candles = [0, 1, 2, 3].map((at) => ({ ...second1s(at), final: at < 2 || at === 3 }))
    bench.commit({ trades: [yesterday, ...today], candles })
    const [found] = readerOf(bench).seed([instrument], ['1s', '1m', '3t'], dayMs)
    expect(found?.seed?.day.trades).toBe(600)
    expect(found?.seed?.day.tail).toEqual(
      today.map((trade, at) => ({ trade, arrival: at + 1 })).slice(-259)
    )
    expect(found?.seed?.candles).toEqual([candles[3], candles[2]])
  })

  test('orders the tail by id where ids order trades, whatever hour they are filed under', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = [
      aTrade({ id: 9, eventMs: dayMs + 3 * hourMs }),
      aTrade({ id: 8, eventMs: dayMs + 5 * hourMs }),
      aTrade({ id: 7, eventMs: dayMs + hourMs })
    ]
    bench.commit({ trades })
    const tail = readerOf(bench).seed([instrument], [], dayMs)[0]?.seed?.day.tail
    expect(tail?.map(({ trade }) => trade.id)).toEqual([7, 8, 9])
  })

  test('orders the tail by time where ids order nothing', async () => {
    const bench = await aWriterBench([aRegistration(instrument, { tradeIds: 'unique' })])
    const ids = ['c', 'a', 'd', 'b']
    const trades = ids.map((id, at) => aTrade({ id, eventMs: dayMs + (at % 2) * 2 * hourMs }))
    bench.commit({ trades })
    const tail = readerOf(bench).seed([instrument], [], dayMs)[0]?.seed?.day.tail
    expect(tail?.map(({ trade }) => trade.id)).toEqual(['c', 'd', 'a', 'b'])
    const newest = readerOf(bench).trades({ ...all, name: 'trades', limit: 3 })
    expect(newest.map(({ id }) => id)).toEqual(['d', 'a', 'b'])
  })

  test('leaves flagged trades out of the day, and tells their ids', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = [aTrade({ id: 1, eventMs: dayMs }), aTrade({ id: 2, eventMs: dayMs + 1 })]
    bench.commit({ trades, flagged: [aTrade({ id: 3, eventMs: dayMs + 2 })] })
    const seed = readerOf(bench).seed([instrument], [], dayMs)[0]?.seed
    expect(seed?.day.trades).toBe(2)
    expect(seed?.day.tail.map(({ trade }) => trade.id)).toEqual([1, 2])
    expect(seed?.flaggedIds).toEqual([3])
  })

  test('gives the minute closes of the last hour', async () => {
    const bench = await aWriterBench([aRegistration()])
    const candles = [0, 1, 61].map((at) => aMinute(at, { close: at }))
    bench.commit({ trades: [aTrade({ eventMs: dayMs })], candles })
    const seed = readerOf(bench).seed([instrument], ['1m'], dayMs + 62 * 60_000)[0]?.seed
    expect(seed?.minuteCloses).toEqual([{ openMs: dayMs + 61 * 60_000, close: 61 }])
  })

  test('is null for an instrument without trades', async () => {
    const reader = readerOf(await aWriterBench([aRegistration()]))
    expect(reader.seed([instrument, 'coinbase:NEW-USD'], ['1s'], dayMs)).toEqual([
      { instrument, seed: null },
      { instrument: 'coinbase:NEW-USD', seed: null }
    ])
  })

  test('counts an equity’s day from the open of its session', async () => {
    const registration = aRegistration('eodhd:QLD', { tradeIds: 'none', session: 'regular' })
    const qld = { ...registration.instrument, calendar: 'XNYS' as const }
    const bench = await aWriterBench([{ ...registration, instrument: qld }])
    const openMs = Date.UTC(2026, 9, 1, 13, 30)
    const at = (eventMs: number, id: string) => aTrade({ instrument: qld.id, eventMs, id })
    bench.commit({ trades: [at(openMs - 1, 'before'), at(openMs, 'a'), at(openMs + 1, 'b')] })
    const seed = readerOf(bench).seed([qld.id], [], openMs)[0]?.seed
    expect(seed?.day.tail.map(({ trade }) => trade.id)).toEqual(['a', 'b'])
  })
})

const tape = fc
  .array(
    fc.record({
      pauseMs: fc.integer({ min: 0, max: 400_000 }),
      price: fc.integer({ min: 1, max: 99 }).map((price) => price / 100_000),
      size: fc.integer({ min: 1, max: 1e9 }).map((units) => units / 1e8),
      side: fc.constantFrom('buy', 'sell', null)
    }),
    { minLength: 1, maxLength: 300, size: 'max' }
  )
  .map((lines) => {
    let eventMs = dayMs
    return lines.map(({ pauseMs, ...fields }, id) => {
      eventMs += pauseMs
      return aTrade({ id, eventMs, ...fields })
    })
  })

function built(interval: string, trades: readonly Trade[]): Candle[] {
  return buildCandles({
    instrument,
    tradeIds: 'contiguous',
    spec: specOf(interval),
    dayOf: utcDay,
    trades: trades.map((trade, arrival) => ({ trade, arrival })),
    tradesBefore: 0,
    runNowMs: dayMs + 100 * 24 * hourMs,
    graceMs: 0
  })
}

/** Parts cannot tell whether the newest of a derived series has ended. */
function beforeEnd(candle: Candle, at: number, of: readonly Candle[]): Candle {
  return at === of.length - 1 ? { ...candle, final: true } : candle
}

function specOf(interval: string): IntervalSpec {
  const spec = parseInterval(interval)
  if (spec === null) throw new Error(`expected an interval, received ${interval}`)
  return spec
}

function readerOf(bench: WriterBench): ReaderDatabase {
  const reader = new ReaderDatabase(bench.setup.file)
  onTestFinished(() => {
    reader.close()
  })
  return reader
}

function second1s(second: number): Candle {
  const openMs = dayMs + second * 1_000
  return aCandle({ interval: '1s', openMs, closeMs: openMs + 1_000, close: second })
}

function aMinute(minute: number, fields: Partial<Candle>): Candle {
  const openMs = dayMs + minute * 60_000
  return aCandle({ interval: '1m', openMs, closeMs: openMs + 60_000, ...fields })
}

function tick(ofDayMs: number, index: number, openMs: number): Candle {
  return aCandle({ interval: '100t', dayMs: ofDayMs, index, openMs, closeMs: openMs + 2 })
}
