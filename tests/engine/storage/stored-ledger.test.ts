import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Coverage } from '../../../src/core/market/ledger/coverage.ts'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import { ReaderDatabase } from '../../../src/engine/storage/reader-database.ts'
import type { GapsQuery } from '../../../src/engine/storage/store.ts'
import { tapeMarkOf } from '../../../src/engine/storage/tape-mark.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import type { WriterBench } from '../../support/writer-bench.ts'
import { aWriterBench } from '../../support/writer-bench.ts'

const instrument = 'coinbase:BTC-USD'
const other = 'bybit-linear:BTC-USDT'
const dayMs = Date.UTC(2026, 9, 1)
const hourMs = 3_600_000
const withoutIds = { firstId: null, lastId: null, missedTrades: null }
const anywhere = { instrument: null, fromMs: null, toMs: null, limit: 10 } as const

describe('gaps', () => {
  test('come back as they were told, once however often', async () => {
    const bench = await aWriterBench([aRegistration(), aRegistration(other)])
    const byId = aGap({ toMs: dayMs, reason: 'close 1006', cause: 'disconnected' })
    const byStart = noIds({ fromMs: dayMs, toMs: dayMs + 5, state: 'lost', source: null })
    bench.commit({ ledger: { gaps: [byId, byStart] } })
    bench.commit({ ledger: { gaps: [byId, byStart] } })
    expect(readerOf(bench).gaps(anywhere)).toEqual([byId, byStart])
  })

  test('change their state in their place, and are told as settled', async () => {
    const bench = await aWriterBench([aRegistration()])
    const refilled = aGap({ state: 'refilled', source: 'trades' })
    bench.commit({ ledger: { gaps: [aGap()] }, runNowMs: 5 })
    bench.commit({ ledger: { gaps: [aGap({ toMs: 1_790_000_000_600 })] } })
    bench.commit({ ledger: { gaps: [refilled] }, runNowMs: 9 })
    bench.commit({ ledger: { gaps: [refilled] }, runNowMs: 10 })
    expect(readerOf(bench).gaps(anywhere)).toEqual([refilled])
    expect(marks(bench)).toEqual([
      { at_ms: 5, kind: 'gap-opened', instrument, connection: null, state: 'open' },
      { at_ms: 9, kind: 'gap-settled', instrument, connection: null, state: 'refilled' }
    ])
  })

  test('give way to the pieces that take their place', async () => {
    const bench = await aWriterBench([aRegistration()])
    const pieces = [
      aGap({ lastId: 12, missedTrades: 2, state: 'refilled', source: 'trades' }),
      aGap({ firstId: 13, missedTrades: 2, state: 'lost', reason: 'too old' })
    ]
    bench.commit({ ledger: { gaps: [aGap()] } })
    bench.commit({ ledger: { replaced: [aGap()], gaps: pieces } })
    expect(readerOf(bench).gaps(anywhere)).toEqual(pieces)
    expect(marks(bench).map(({ kind, state }) => [kind, state])).toEqual([
      ['gap-opened', 'open'],
      ['gap-settled', 'replaced'],
      ['gap-settled', 'refilled'],
      ['gap-settled', 'lost']
    ])
  })

  test('of one moment are kept apart, and one that began at an unknown time', async () => {
    const bench = await aWriterBench([aRegistration()])
    const first = aGap({ firstId: 1, lastId: 2, fromMs: null, toMs: dayMs })
    const second = aGap({ toMs: dayMs + 1 })
    const third = aGap({ firstId: 16, lastId: 16, toMs: dayMs + 2 })
    bench.commit({ ledger: { gaps: [third, first, second] } })
    expect(readerOf(bench).gaps(anywhere)).toEqual([first, second, third])
  })

  test('are given newest first come, of one instrument or of all, by what they touch', async () => {
    const bench = await aWriterBench([aRegistration(), aRegistration(other)])
    const at = (hour: number, of: Gap['instrument'] = instrument) => {
      const fromMs = dayMs + hour * hourMs
      return aGap({ instrument: of, firstId: hour, lastId: hour, fromMs, toMs: fromMs + 1 })
    }
    bench.commit({ ledger: { gaps: [at(1), at(2), at(3), at(4, other)] } })
    const reader = readerOf(bench)
    const hours = (query: Partial<GapsQuery>) =>
      reader.gaps({ ...anywhere, ...query }).map(({ firstId }) => firstId)
    expect(hours({ limit: 2 })).toEqual([3, 4])
    expect(hours({ instrument })).toEqual([1, 2, 3])
    expect(hours({ instrument: 'kraken:NONE-USD' })).toEqual([])
    expect(hours({ fromMs: dayMs + 2 * hourMs, toMs: dayMs + 3 * hourMs })).toEqual([2])
  })

  test('are given as far as they are open where that is asked for', async () => {
    const bench = await aWriterBench([aRegistration(), aRegistration(other)])
    const open = noIds({ instrument: other, fromMs: dayMs, toMs: dayMs + 5 })
    bench.commit({ ledger: { gaps: [aGap({ state: 'lost', toMs: dayMs + 9 }), open] } })
    expect(readerOf(bench).gaps({ ...anywhere, limit: 1, isOpen: true })).toEqual([open])
  })
})

describe('coverage', () => {
  test('grows at its end and never shrinks', async () => {
    const bench = await aWriterBench([aRegistration()])
    for (const toMs of [2_000, 3_000, 2_500])
      bench.commit({ ledger: { coverage: [stretch(1_000, toMs)] } })
    const query = { instrument, fromMs: null, toMs: null }
    expect(readerOf(bench).ledger(query).coverage).toEqual([stretch(1_000, 3_000)])
  })

  test('is given where it touches a range, with the stretches beside it', async () => {
    const bench = await aWriterBench([aRegistration()])
    const coverage = [stretch(0, 10), stretch(20, 30), stretch(40, 50)]
    bench.commit({ ledger: { coverage } })
    const within = (fromMs: number, toMs: number) =>
      readerOf(bench)
        .ledger({ instrument, fromMs, toMs })
        .coverage.map(({ fromMs: start }) => start)
    expect(within(25, 45)).toEqual([20, 40])
    expect(within(60, 70)).toEqual([40])
    expect(within(-20, -10)).toEqual([0])
    expect(within(12, 15)).toEqual([0, 20])
  })

  test('reaches back to the first stretch where a gap’s begin is not known', async () => {
    const bench = await aWriterBench([aRegistration()])
    const gap = aGap({ fromMs: null, toMs: 25 })
    bench.commit({ ledger: { coverage: [stretch(0, 10), stretch(20, 30)], gaps: [gap] } })
    const found = readerOf(bench).ledger({ instrument, fromMs: 12, toMs: 22 })
    expect(found).toEqual({ coverage: [stretch(0, 10), stretch(20, 30)], gaps: [gap] })
  })
})

describe('the seed of a ledger', () => {
  test('is the newest stretch and every gap not settled, oldest first', async () => {
    const bench = await aWriterBench([aRegistration()])
    const open = [aGap({ firstId: 50, fromMs: 7 }), noIds({ instrument, fromMs: 9, toMs: 12 })]
    bench.commit({
      trades: [aTrade()],
      ledger: {
        coverage: [stretch(0, 10), stretch(20, 30)],
        gaps: [...open.toReversed(), aGap({ firstId: 40, state: 'lost' })]
      }
    })
    const [found] = readerOf(bench).seed([instrument], [], 0)
    const [newestGap] = readerOf(bench).gaps({ instrument, fromMs: null, toMs: null, limit: 1 })
    const coverage = stretch(20, 30)
    expect(found?.seed?.ledger).toEqual({ coverage, newestId: null, openGaps: open, newestGap })
  })

  test('is there for an instrument that was collected and never traded', async () => {
    const bench = await aWriterBench([aRegistration()])
    for (const toMs of [5, 10])
      bench.commit({ ledger: { coverage: [{ ...stretch(0, toMs), newestId: toMs * 1e9 }] } })
    const [found] = readerOf(bench).seed([instrument], [], 0)
    expect(found?.seed).toMatchObject({
      day: { trades: 0, tail: [] },
      ledger: { coverage: stretch(0, 10), newestId: 1e10, openGaps: [] }
    })
  })
})

describe('marks', () => {
  test('stand on the tape between the trades they came between', async () => {
    const bench = await aWriterBench([aRegistration()])
    const link = { connection: 'coinbase-01', instruments: [instrument], lastFrameMs: 7 } as const
    bench.commit({
      trades: [aTrade({ id: 1 }), aTrade({ id: 2 })],
      marks: [tapeMarkOf({ ...link, state: 'down', atMs: 9, reason: 'close 1006' })]
    })
    const rows = all(bench, 'SELECT arrival, at_ms, kind, connection, detail FROM v_mark')
    expect(rows).toEqual([
      {
        arrival: 2,
        at_ms: 9,
        kind: 'link-down',
        connection: 'coinbase-01',
        detail: '{"instruments":["coinbase:BTC-USD"],"lastFrameMs":7,"reason":"close 1006"}'
      }
    ])
  })

  test('and ledger changes are stored once, though their batch is sent again after a crash', async () => {
    const bench = await aWriterBench([aRegistration()])
    const work = bench.batch({ ledger: { gaps: [aGap()], coverage: [stretch(0, 10)] } })
    bench.database.apply(work)
    bench.crash()
    bench.database.apply(work)
    expect(marks(bench)).toHaveLength(1)
    expect(readerOf(bench).gaps(anywhere)).toEqual([aGap()])
  })
})

function noIds(fields: Partial<Gap>): Gap {
  return { ...aGap({ instrument: other, ...fields }), ...withoutIds } as Gap
}

function stretch(fromMs: number, toMs: number): Coverage {
  return { instrument, fromMs, toMs, kind: 'complete' }
}

function readerOf(bench: WriterBench): ReaderDatabase {
  const reader = new ReaderDatabase(bench.setup.file)
  onTestFinished(() => {
    reader.close()
  })
  return reader
}

function marks(bench: WriterBench): Record<string, unknown>[] {
  const rows = all(
    bench,
    `SELECT at_ms, kind, instrument, connection, detail ->> 'state' AS state FROM v_mark ORDER BY id`
  )
  return rows as Record<string, unknown>[]
}

function all(bench: WriterBench, sql: string): unknown[] {
  const database = new Database(bench.setup.file)
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}
