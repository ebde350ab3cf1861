import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { RebuildRequest } from '../../../src/core/market/rebuild.ts'
import { aCandle } from '../../support/candles.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aWriterBench } from '../../support/writer-bench.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'

const startMs = 1_790_000_000_000
const aRebuild: RebuildRequest = {
  kind: 'time',
  instrument: 'coinbase:BTC-USD',
  interval: '1s',
  fromMs: startMs,
  toMs: startMs + 1_000
}

describe('WriterDatabase', () => {
  test.each([
    [{ price: 0.00001234, size: 1e-8 }],
    [{ price: 214_748.3601, size: 123_456_789.123_456_78 }],
    [{ price: 1e-12, size: 9_007_199_254_740_991 }],
    [{ eventMs: startMs + 0.125, receivedMs: startMs + 31.25 }]
  ])('keeps %o to the last bit', async (fields) => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ trades: [aTrade(fields)] })
    const row = only(bench.setup.file, 'SELECT event_ms, received_ms, price, size FROM v_trade')
    const { eventMs, receivedMs, price, size } = aTrade(fields)
    expect(row).toEqual({ event_ms: eventMs, received_ms: receivedMs, price, size })
  })

  test.each([
    [1, '1'],
    [2 ** 31, '2147483648'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['9007199254740993', '9007199254740993'],
    ['0123', '0123'],
    ['12.0', '12.0'],
    ['0d1b5b0c-6d26-4ef0-a2f4-6e3bd0b2b9f1', '0d1b5b0c-6d26-4ef0-a2f4-6e3bd0b2b9f1']
  ])('gives the id %o back as the text %s', async (id, text) => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ trades: [aTrade({ id })] })
    expect(only(bench.setup.file, 'SELECT id FROM v_trade')).toEqual({ id: text })
  })

  test('stores numeric ids as integers, whatever their size', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ trades: [aTrade({ id: 7 }), aTrade({ id: 2 ** 40 })] })
    const rows = all(bench.setup.file, 'SELECT typeof(id) AS type FROM trade')
    expect(rows).toEqual([{ type: 'integer' }, { type: 'integer' }])
  })

  test('keeps the first of an id, and tells repeats from contradictions', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = Array.from(Array(40).keys(), (at) => aTrade({ id: at, price: 1 + at }))
    expect(bench.commit({ trades }).outcome).toEqual({
      trades: 40,
      duplicates: 0,
      conflicts: 0,
      candles: 0
    })
    const again = trades.map((trade) => (trade.id === 33 ? { ...trade, price: 99 } : trade))
    const { outcome } = bench.commit({ trades: [...again, aTrade({ id: 40 })] })
    expect(outcome).toEqual({ trades: 1, duplicates: 40, conflicts: 1, candles: 0 })
    expect(only(bench.setup.file, 'SELECT price FROM trade WHERE id = 33')).toEqual({ price: 34 })
  })

  test('counts what contradicts a stored trade once, however often it comes', async () => {
    const bench = await aWriterBench([aRegistration()])
    const first = [aTrade({ id: 7, price: 1 }), aTrade({ id: 'text', price: 1 })]
    const other = first.map((trade) => ({ ...trade, price: 2 }))
    const conflicts = (trades: typeof first) => bench.commit({ trades }).outcome?.conflicts
    bench.commit({ trades: first })
    expect(conflicts(other)).toBe(2)
    expect(conflicts([...other, ...other, aTrade({ id: 7, price: 3 })])).toBe(0)
    bench.restart(null)
    expect(conflicts(other)).toBe(0)
    const sql = 'SELECT id, price FROM conflicting_trade ORDER BY typeof(id)'
    expect(all(bench.setup.file, sql)).toEqual([
      { id: 7, price: 2 },
      { id: 'text', price: 2 }
    ])
    expect(all(bench.setup.file, 'SELECT DISTINCT price FROM trade')).toEqual([{ price: 1 }])
  })

  test('keeps equal ids of different instruments apart', async () => {
    const other = 'bybit-linear:BTC-USDT'
    const bench = await aWriterBench([aRegistration(), aRegistration(other)])
    bench.commit({ trades: [aTrade({ id: 5 }), aTrade({ id: 5, instrument: other })] })
    expect(all(bench.setup.file, 'SELECT venue, symbol FROM v_trade ORDER BY venue')).toEqual([
      { venue: 'bybit-linear', symbol: 'BTC-USDT' },
      { venue: 'coinbase', symbol: 'BTC-USD' }
    ])
  })

  test('applies a batch once, though it is sent again after a crash between commit and answer', async () => {
    const bench = await aWriterBench([aRegistration()])
    const work = bench.batch({ trades: [aTrade()], candles: [aCandle({ revision: 1 })] })
    expect(bench.database.apply(work).outcome?.trades).toBe(1)
    bench.crash()
    const { outcome, rebuilt } = bench.database.apply(work)
    expect([outcome, ...rebuilt]).toEqual([null])
    expect(only(bench.setup.file, 'SELECT count(*) AS n FROM trade')).toEqual({ n: 1 })
  })

  test('stores trades and the rebuild they call for together, or neither', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({
      trades: [aTrade({ id: 1, eventMs: startMs })],
      candles: [aCandle({ openMs: startMs, closeMs: startMs + 1_000, trades: 1, final: true })]
    })
    const late = bench.batch({
      trades: [aTrade({ id: 2, eventMs: startMs + 1 })],
      rebuilds: [aRebuild, { ...aRebuild, instrument: 'kraken:NONE-USD' }],
      runNowMs: startMs + 60_000
    })
    const sql = 'SELECT trades FROM v_candle UNION ALL SELECT count(*) FROM v_trade'
    expect(() => bench.database.apply(late)).toThrow('expected a registered instrument')
    expect(all(bench.setup.file, sql)).toEqual([{ trades: 1 }, { trades: 1 }])
    bench.database.apply({ ...late, rebuilds: [aRebuild] })
    expect(all(bench.setup.file, sql)).toEqual([{ trades: 2 }, { trades: 2 }])
  })

  test('answers rebuilds again after a crash, with all that is stored by then, and changes nothing', async () => {
    const bench = await aWriterBench([aRegistration()])
    const work = bench.batch({
      trades: [aTrade({ id: 1, eventMs: startMs }), aTrade({ id: 2, eventMs: startMs + 1 })],
      rebuilds: [aRebuild],
      runNowMs: startMs + 60_000
    })
    const [first] = bench.database.apply(work).rebuilt
    expect(first).toMatchObject({ beforeArrival: 2, candles: [{ trades: 2, revision: 0 }] })
    bench.commit({ trades: [aTrade({ id: 3, eventMs: startMs + 2 })] })
    bench.crash()
    const [again] = bench.database.apply(work).rebuilt
    expect(again).toMatchObject({ beforeArrival: 3, candles: [{ trades: 3 }] })
    bench.crash()
    expect([...bench.database.apply(work).rebuilt]).toEqual([again])
  })

  test('takes work only in order, so that a refused batch is not overtaken', async () => {
    const bench = await aWriterBench([aRegistration()])
    const refused = bench.batch({ trades: [aTrade({ id: 1 })] })
    const next = bench.batch({ trades: [aTrade({ id: 2 })] })
    expect(bench.database.isDue(next.sequence)).toBe(false)
    expect(() => bench.database.apply(next)).toThrow('expected work 2, received 3')
    bench.database.apply(refused)
    expect(bench.database.apply(next).outcome?.trades).toBe(1)
  })

  test('gives arrivals on over restarts, and says whether the run before stopped in order', async () => {
    const bench = await aWriterBench([aRegistration()])
    expect(bench.database.run).toEqual({
      run: 1,
      isUncleanStart: false,
      lastSeenMs: null,
      integrity: 'ok',
      nextArrival: 0
    })
    bench.commit({ trades: [aTrade({ id: 1 }), aTrade({ id: 2 })], runNowMs: startMs })
    bench.restart(startMs)
    expect(bench.database.run).toEqual({
      run: 2,
      isUncleanStart: false,
      lastSeenMs: startMs,
      integrity: 'ok',
      nextArrival: 2
    })
    bench.restart(null)
    expect(bench.database.run).toEqual({
      run: 3,
      isUncleanStart: true,
      lastSeenMs: null,
      integrity: 'ok',
      nextArrival: 2
    })
  })

  test('replaces a candle by its later state, but never a built one by the venue’s', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ candles: [aCandle({ close: 11 })] })
    bench.commit({ candles: [aCandle({ close: 12, final: true, revision: 2 })] })
    bench.commit({ candles: [aCandle({ close: 13, source: 'venue' })] })
    const sql = 'SELECT interval, close, final, revision, state, source FROM v_candle'
    expect(all(bench.setup.file, sql)).toEqual([
      { interval: '1s', close: 12, final: 1, revision: 2, state: 'unproven', source: 'trades' }
    ])
  })

  test('shows one candle where a venue’s final one is being built again from trades', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ candles: [aCandle({ close: 13, source: 'venue', final: true })] })
    bench.commit({ candles: [aCandle({ close: 12 })] })
    expect(all(bench.setup.file, 'SELECT close, final, source FROM v_candle')).toEqual([
      { close: 12, final: 0, source: 'trades' }
    ])
  })

  test('keeps tick candles by day and place', async () => {
    const bench = await aWriterBench([aRegistration()])
    const tick = aCandle({ interval: '100t', dayMs: 86_400_000, index: 7, closeMs: startMs + 5.5 })
    bench.commit({ candles: [tick, { ...tick, index: 8 }, { ...tick, index: 8, close: 10 }] })
    const sql = 'SELECT interval, "index", close_ms, close FROM v_candle ORDER BY "index"'
    expect(all(bench.setup.file, sql)).toEqual([
      { interval: '100t', index: 7, close_ms: startMs + 5.5, close: 11 },
      { interval: '100t', index: 8, close_ms: startMs + 5.5, close: 10 }
    ])
  })

  test('stores nothing of a batch that fails, and takes it when the cause is gone', async () => {
    const bench = await aWriterBench([aRegistration()])
    const other = new Database(bench.setup.file)
    other.exec('BEGIN IMMEDIATE')
    const work = bench.batch({ trades: [aTrade()] })
    expect(() => bench.database.apply(work)).toThrow(
      expect.objectContaining({ code: 'storage-busy', retry: 'now' })
    )
    other.exec('ROLLBACK')
    other.close()
    expect(bench.database.apply(work).outcome?.trades).toBe(1)
  })

  test('refuses a batch on a full disk, keeps what it had, and goes on when there is room', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.commit({ trades: [aTrade({ id: 1 })] })
    bench.database.limitPages(40)
    const many = Array.from(Array(20_000).keys(), (at) => aTrade({ id: at + 2 }))
    const work = bench.batch({ trades: many })
    expect(() => bench.database.apply(work)).toThrow(
      expect.objectContaining({ code: 'storage-disk-full', retry: 'after' })
    )
    expect(only(bench.setup.file, 'SELECT count(*) AS n FROM trade')).toEqual({ n: 1 })
    bench.database.limitPages(100_000)
    expect(bench.database.apply(work).outcome?.trades).toBe(20_000)
  })

  test('has every acknowledged row after a power cut at any commit', async () => {
    const bench = await aWriterBench([aRegistration()])
    const folder = await scratchFolder()
    for (let id = 0; id < 40; id += 1) {
      bench.commit({ trades: [aTrade({ id, eventMs: startMs + id })] })
      const copy = join(folder, `${id}.db`)
      for (const part of ['', '-wal']) copyIfThere(bench.setup.file + part, copy + part)
      expect(all(copy, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      expect(only(copy, 'SELECT max(id) AS last, count(*) AS n FROM trade')).toEqual({
        last: id,
        n: id + 1
      })
    }
  })
})

function copyIfThere(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to)
}

function all(file: string, sql: string): unknown[] {
  const database = new Database(file)
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}

function only(file: string, sql: string): unknown {
  const rows = all(file, sql)
  expect(rows).toHaveLength(1)
  return rows[0]
}
