import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Coverage } from '../../../src/core/market/ledger/coverage.ts'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import { stateOver, tileLedger } from '../../../src/core/market/ledger/tile-ledger.ts'
import { ReaderDatabase } from '../../../src/engine/storage/reader-database.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aCandle } from '../../support/candles.ts'
import type { WriterBench } from '../../support/writer-bench.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const instrument = 'coinbase:BTC-USD'
const startMs = Date.UTC(2026, 9, 1)
const all = { instrument, fromMs: null, toMs: null, limit: 10_000 } as const
const gapStates = ['open', 'refilled', 'refilled-candles', 'lost', 'unproven'] as const
type Ledger = { readonly coverage: readonly Coverage[]; readonly gaps: readonly Gap[] }

describe('v_candle', () => {
  test('tells the state of a candle, and final only where the ledger is sealed', async () => {
    const bench = await aWriterBench([aRegistration()])
    const coverage = [stretch(0, 3_500)]
    const gaps = [aGap({ fromMs: startMs + 1_200, toMs: startMs + 1_300, state: 'lost' })]
    bench.commit({ candles: [0, 1, 2, 3].map(second), ledger: { coverage, gaps } })
    expect(rows(bench, 'SELECT state, final FROM v_candle ORDER BY open_ms')).toEqual([
      { state: 'complete', final: 1 },
      { state: 'lost', final: 1 },
      { state: 'complete', final: 1 },
      { state: 'open', final: 0 }
    ])
  })

  test('knows nothing better than unproven without a ledger, and leaves the venue’s own as they are', async () => {
    const bench = await aWriterBench([aRegistration()])
    const venue = { ...second(1), source: 'venue', state: 'refilled-candles' } as const
    bench.commit({ candles: [second(0), venue] })
    const states = [{ state: 'unproven' }, { state: 'refilled-candles' }]
    expect(rows(bench, 'SELECT state FROM v_candle ORDER BY open_ms')).toEqual(states)
    expect(readCandles(bench, '1s')).toMatchObject(states)
  })

  test('says of every candle what a query says, whatever the ledger', async () => {
    const bench = await aWriterBench([aRegistration()])
    const ticks = Array.from(Array(60).keys(), (at) =>
      aCandle({
        ...{ interval: '100t', dayMs: startMs, index: at, final: true },
        ...{ openMs: startMs + at * 317, closeMs: startMs + at * 317 + (at % 3) * 100 }
      })
    )
    bench.commit({ candles: [...Array.from(Array(24).keys(), second), ...fives, ...ticks] })
    fc.assert(
      fc.property(ledger, (content) => {
        replaceLedger(bench, content)
        const sql = 'SELECT interval, state, final FROM v_candle ORDER BY interval, open_ms'
        const asked = ['100t', '1s', '5s'].flatMap((interval) => readCandles(bench, interval))
        expect(rows(bench, sql)).toEqual(
          asked.map(({ interval, state, final }) => ({ interval, state, final: Number(final) }))
        )
      }),
      { numRuns: 25 }
    )
  })
})

describe('v_second', () => {
  test('gives every second with the close carried on, quiet where nothing traded', async () => {
    const bench = await aWriterBench([aRegistration()])
    const candles = [1, 3].map((at) => ({ ...second(at), close: at, volume: 2, trades: 5 }))
    bench.commit({ candles, ledger: { coverage: [stretch(500, 4_500)] } })
    const sql = 'SELECT open_ms, state, close, volume, trades FROM v_second ORDER BY open_ms'
    expect(rows(bench, sql)).toEqual([
      { open_ms: startMs, state: 'unproven', close: null, volume: 0, trades: 0 },
      { open_ms: startMs + 1_000, state: 'complete', close: 1, volume: 2, trades: 5 },
      { open_ms: startMs + 2_000, state: 'quiet', close: 1, volume: 0, trades: 0 },
      { open_ms: startMs + 3_000, state: 'complete', close: 3, volume: 2, trades: 5 },
      { open_ms: startMs + 4_000, state: 'open', close: 3, volume: 0, trades: 0 }
    ])
  })

  test('calls no second quiet where seconds are not among the intervals', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ ledger: { coverage: [stretch(0, 1_000)] } })
    const [row] = rows(bench, 'SELECT state, close, volume, trades FROM v_second')
    expect(row).toEqual({ state: 'complete', close: null, volume: null, trades: null })
  })

  test('has each second once, in the state that the ledger tells of it', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ candles: Array.from(Array(24).keys(), second) })
    fc.assert(
      fc.property(ledger, (content) => {
        replaceLedger(bench, content)
        const shown = rows(bench, 'SELECT open_ms, state FROM v_second ORDER BY open_ms')
        expect(shown).toEqual(secondsOf(content))
      }),
      { numRuns: 25 }
    )
  })
})

const fives = [0, 1, 2, 3].map((at) => {
  const openMs = startMs + at * 5_000
  return aCandle({ interval: '5s', openMs, closeMs: openMs + 5_000, final: true })
})

/** Stretches and the time between them, some of it a gap, and gaps upon them. */
const ledger: fc.Arbitrary<Ledger> = fc
  .record({
    parts: fc.array(
      fc.record({
        lengthMs: fc.integer({ min: 1, max: 6_000 }),
        is: fc.constantFrom('complete', 'complete', 'unproven', 'gap', 'nothing')
      }),
      { maxLength: 8 }
    ),
    upon: fc.array(
      fc.record({
        fromMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { freq: 5 }),
        lengthMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 5_000 })),
        state: fc.constantFrom(...gapStates),
        hasIds: fc.boolean()
      }),
      { maxLength: 3 }
    )
  })
  .map(({ parts, upon }) => {
    const coverage: Coverage[] = []
    const gaps: Gap[] = upon.map(({ fromMs, lengthMs, state, hasIds }, at) => {
      const endMs = startMs + (fromMs ?? 3_000) + lengthMs
      const ids = hasIds || fromMs === null ? { firstId: at } : { firstId: null, lastId: null }
      const beganMs = fromMs === null ? null : startMs + fromMs
      return { ...aGap({ state, toMs: endMs }), ...ids, fromMs: beganMs } as Gap
    })
    let atMs = 0
    for (const { lengthMs, is } of parts) {
      const place = { fromMs: startMs + atMs + 0.25, toMs: startMs + atMs + lengthMs + 0.25 }
      if (is === 'complete' || is === 'unproven') coverage.push({ instrument, ...place, kind: is })
      else if (is === 'gap') gaps.push({ ...aGap(), ...place, firstId: null, lastId: null })
      atMs += lengthMs
    }
    return { coverage, gaps: [...new Map(gaps.map((gap) => [keyOf(gap), gap])).values()] }
  })

function keyOf({ firstId, fromMs }: Gap): string {
  return firstId === null ? `from ${String(fromMs)}` : `id ${firstId}`
}

function secondsOf({ coverage, gaps }: Ledger): unknown[] {
  const starts = [...coverage.map((each) => each.fromMs), ...gaps.map((g) => g.fromMs ?? g.toMs)]
  const newestMs = Math.max(...coverage.map(({ toMs }) => toMs), 0)
  const endMs = Math.max(newestMs, ...gaps.map(({ toMs }) => toMs))
  const found: unknown[] = []
  const fromMs = Math.floor(Math.min(...starts) / 1_000) * 1_000
  const range = { fromMs, toMs: endMs + 1_000, closed: [], collectedUntilMs: Infinity }
  const ranges = tileLedger({ coverage, gaps, ...range })
  for (let openMs = fromMs; openMs < endMs; openMs += 1_000) {
    const state = stateOver(ranges, openMs, openMs + 1_000)
    const isTraded = openMs < startMs + 24_000
    found.push({ open_ms: openMs, state: state === 'complete' && !isTraded ? 'quiet' : state })
  }
  return found
}

function replaceLedger(bench: WriterBench, content: Ledger): void {
  const database = new Database(bench.setup.file)
  database.exec('DELETE FROM coverage; DELETE FROM gap')
  database.close()
  bench.commit({ ledger: content })
}

function readCandles(bench: WriterBench, interval: string) {
  const reader = new ReaderDatabase(bench.setup.file)
  const { candles } = reader.candles({ ...all, name: 'candles', interval })
  reader.close()
  return candles
}

function stretch(fromMs: number, toMs: number): Coverage {
  return { instrument, fromMs: startMs + fromMs, toMs: startMs + toMs, kind: 'complete' }
}

function second(at: number) {
  const openMs = startMs + at * 1_000
  return aCandle({ openMs, closeMs: openMs + 1_000, final: true })
}

function rows(bench: WriterBench, sql: string): unknown[] {
  const database = new Database(bench.setup.file)
  const found = database.prepare(sql).all()
  database.close()
  return found
}
