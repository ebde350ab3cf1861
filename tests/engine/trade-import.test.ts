import { existsSync } from 'node:fs'
import { copyFile, mkdir, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exportStored } from '../../src/engine/store-export.ts'
import { lockFolder } from '../../src/engine/storage/folder-lock.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { ImportRig } from '../support/import-rig.ts'
import { quietProgress } from '../support/quiet-progress.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const startMs = Date.UTC(2026, 9, 1)
const header = 'id,event_ms,price,size,side'
const ether = 'bybit-spot:ETH-USDT'
const spy = 'eodhd:SPY'

/** Trades `from` to before `to`, one every 700 ms, as lines of a table. */
function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (...[, at]) => lineOf(from + at))
}

function lineOf(id: number, price = 100 + (id % 17) / 8): string {
  return `${id},${startMs + id * 700},${price},0.${(id % 9) + 1},${id % 2 === 0 ? 'buy' : 'sell'}`
}

/** Candles without what tells of the way they came. */
const candles = `SELECT instrument, interval, open_ms, close_ms, "index", open, high, low, close, volume,
  buy_volume, trades, state, final FROM v_candle ORDER BY interval, open_ms, "index"`
const trades = `SELECT instrument, id, event_ms, received_ms, price, size, side FROM v_trade
  ORDER BY event_ms, arrival`

async function imported(...parts: readonly (readonly string[])[]): Promise<ImportRig> {
  const rig = await ImportRig.make()
  for (const part of parts) await rig.import(await rig.file([header, ...part]))
  return rig
}

/** Writes all trades to a file. */
async function exported(rig: ImportRig, out: string, format: 'csv' | 'parquet') {
  return await exportStored(
    {
      ...{ kind: 'trades', dataDir: rig.dataDir, instrument: 'binance-spot:BTC-USDT' },
      ...{ interval: null, fromMs: null, toMs: null, format, out, force: false }
    },
    { progress: quietProgress(), signal: new AbortController().signal }
  )
}

describe('importTrades', () => {
  test('makes trades, candles and the ledger as a live run does', async () => {
    const rig = await imported(lines(1, 301))
    expect(rig.rows('SELECT count(*) AS trades, sum(price) AS sum FROM v_trade')).toEqual([
      { trades: 300, sum: lines(1, 301).reduce((sum, line) => sum + Number(line.split(',')[2]), 0) }
    ])
    expect(
      rig.rows(`SELECT interval, trades, state, final FROM v_candle
        WHERE interval IN ('100t', '1m') ORDER BY interval, open_ms`)
    ).toEqual([
      ...Array.from({ length: 3 }, () => ({
        interval: '100t',
        trades: 100,
        state: expect.any(String) as unknown,
        final: expect.any(Number) as unknown
      })),
      { interval: '1m', trades: 85, state: 'unproven', final: 1 },
      { interval: '1m', trades: 86, state: 'complete', final: 1 },
      { interval: '1m', trades: 86, state: 'complete', final: 1 },
      { interval: '1m', trades: 43, state: 'open', final: 0 }
    ])
    expect(rig.rows('SELECT count(*) AS gaps FROM v_gap')).toEqual([{ gaps: 0 }])
  })

  test('shows the holes that ids tell of', async () => {
    const rig = await imported([...lines(1, 51), ...lines(61, 101)])
    expect(rig.rows('SELECT state, first_id, last_id, missed_trades FROM v_gap')).toEqual([
      { state: 'open', first_id: 51, last_id: 60, missed_trades: 10 }
    ])
  })

  test.each([
    ['one after the other', [lines(1, 200), lines(200, 301)]],
    ['the later one first', [lines(200, 301), lines(1, 200)]],
    ['one that fills the hole of another', [[...lines(1, 100), ...lines(150, 301)], lines(1, 301)]]
  ])('makes the same trades and candles of two files, %s', async (...[, parts]) => {
    const [whole, pieces] = [await imported(lines(1, 301)), await imported(...parts)]
    const byId = `${trades}, id`.replace('event_ms, arrival', 'event_ms')
    expect(pieces.rows(byId)).toEqual(whole.rows(byId))
    const plain = candles.replace('state, final', "''")
    expect(pieces.rows(plain)).toEqual(whole.rows(plain))
  })

  test('changes nothing when all of it is stored already, equal', async () => {
    const rig = await imported(lines(1, 301))
    const before = rig.contents()
    const file = await rig.file([header, ...lines(100, 200)])
    expect(await rig.import(file)).toEqual({ rows: 100, imported: 0, mode: 'replay' })
    expect(rig.contents()).toEqual(before)
  })

  test.each([
    ['a price', [...lines(100, 150), lineOf(150, 7), ...lines(151, 200)], /row 51: differs/],
    ['a trade that is left out', [...lines(100, 150), ...lines(151, 200)], /row 51: a trade is/],
    ['a trade that is left out at the end', lines(300, 302).toSpliced(0, 1, lineOf(299)), /id 300/]
  ])('refuses what differs from stored trades by %s', async (...[, rows, line]) => {
    const rig = await imported(lines(1, 301))
    const before = rig.contents()
    const file = await rig.file([header, ...rows])
    await expect(rig.import(file)).rejects.toThrow(line)
    await expect(rig.import(file)).rejects.toMatchObject({ code: 'import-differs' })
    expect(rig.contents()).toEqual(before)
  })

  test('knows trades that lie in files, and makes candles of them with new ones', async () => {
    const rig = await imported([...lines(1, 100), ...lines(150, 301)])
    rig.seal()
    expect(rig.rows('SELECT count(*) AS trades FROM trade')).toEqual([{ trades: 0 }])
    const same = await rig.file([header, ...lines(200, 301)])
    expect(await rig.import(same)).toMatchObject({ rows: 101, imported: 0 })
    const other = await rig.file([header, ...lines(200, 250), lineOf(250, 7)])
    await expect(rig.import(other)).rejects.toMatchObject({ code: 'import-differs' })
    const filling = await rig.file([header, ...lines(1, 301)])
    expect(await rig.import(filling)).toMatchObject({ rows: 300, imported: 50 })
    const whole = await imported(lines(1, 301))
    const plain = candles.replace('state, final', "''")
    expect(rig.rows(plain)).toEqual(whole.rows(plain))
    rig.seal()
    const out = join(rig.folder, 'all.csv')
    expect(await exported(rig, out, 'csv')).toMatchObject({ rows: 300, damage: [] })
    const again = await ImportRig.make()
    await again.import(out)
    expect(again.rows(plain)).toEqual(whole.rows(plain))
  })

  test('keeps up every kind of candle that is stored, whichever are asked for', async () => {
    const [rig, whole] = [await imported(lines(100, 200)), await imported(lines(1, 200))]
    const before = await rig.file([header, ...lines(1, 100)])
    await rig.import(before, undefined, ['1m', '7t'])
    const plain = candles.replace('state, final', "''")
    const others = plain.replace('ORDER BY', "WHERE interval <> '7t' ORDER BY")
    expect(rig.rows(others)).toEqual(whole.rows(others))
    expect(rig.rows("SELECT count(*) AS candles FROM v_candle WHERE interval = '7t'")).toEqual([
      { candles: Math.ceil(199 / 7) }
    ])
  })

  test('compares nothing with what cannot be read', async () => {
    const rig = await imported(lines(1, 20))
    rig.seal()
    const [file] = rig.rows('SELECT path FROM v_tape') as readonly { readonly path: string }[]
    await truncate(join(rig.dataDir, file?.path ?? ''), 20)
    const before = rig.contents()
    const same = await rig.file([header, ...lines(1, 30)])
    await expect(rig.import(same)).rejects.toMatchObject({ code: 'storage-tape' })
    expect(rig.contents()).toEqual(before)
  })

  test('keeps equal trades of a venue that numbers none, and knows them again', async () => {
    const rig = await ImportRig.make()
    const table = ['event_ms,price,size', ...Array.from({ length: 5 }, () => `${startMs},1,2`)]
    const file = await rig.file(table)
    expect(await rig.import(file, spy)).toMatchObject({ imported: 5 })
    expect(await rig.import(file, spy)).toMatchObject({ rows: 5, imported: 0 })
    const longer = await rig.file([...table, `${startMs + 1},1,2`])
    expect(await rig.import(longer, spy)).toMatchObject({ rows: 6, imported: 1 })
    expect(rig.rows("SELECT trades FROM v_candle WHERE interval = '1d'")).toEqual([{ trades: 6 }])
    const other = await rig.file(['event_ms,price,size', `${startMs},3,2`])
    await expect(rig.import(other, spy)).rejects.toMatchObject({ code: 'import-differs' })
  })

  test('counts arrivals on, and is no run of the engine', async () => {
    const bench = await aWriterBench([aRegistration(ether, { tradeIds: 'unique' })], {
      mode: 'replay'
    })
    const old = { instrument: ether, eventMs: startMs, size: 1 } as const
    bench.commit({ trades: [aTrade({ ...old, id: 'a' })], runNowMs: 77 })
    bench.database.close(99)
    const rig = await ImportRig.make()
    await mkdir(rig.dataDir)
    await copyFile(bench.setup.file, rig.database)
    const runs = 'SELECT id, stopped_ms, last_seen_ms, last_arrival FROM run'
    const before = rig.rows(runs)
    await rig.import(await rig.file([header, `b,${startMs + 5},1,1,`]), ether)
    expect(rig.rows('SELECT id, arrival FROM v_trade ORDER BY arrival')).toEqual([
      { id: 'a', arrival: 0 },
      { id: 'b', arrival: 1 }
    ])
    expect(rig.rows(runs)).toEqual(before.map((row) => ({ ...(row as object), last_arrival: 1 })))
  })

  test.each([
    ['a bad number in the last row', [...lines(1, 30_000), 'x,1,1,1,'], 'import-bad-row'],
    ['a duplicate', [...lines(1, 20), lineOf(19)], 'import-bad-row'],
    ['no row', [], 'import-no-trades']
  ])('leaves no folder behind for %s', async (...[, rows, code]) => {
    const rig = await ImportRig.make()
    const file = await rig.file([header, ...rows])
    await expect(rig.import(file)).rejects.toMatchObject({ code })
    expect(existsSync(rig.dataDir)).toBe(false)
  })

  test('leaves a folder as it was when it is stopped in the middle', async () => {
    const rig = await imported(lines(1, 11))
    const before = rig.contents()
    const file = await rig.file([header, ...lines(20, 60_000)])
    const stopped = rig.import(file)
    setImmediate(() => rig.stop.abort())
    await expect(stopped).rejects.toMatchObject({ code: 'import-stopped' })
    expect(rig.contents()).toEqual(before)
    expect(existsSync(join(rig.dataDir, 'tapedeck.lock'))).toBe(false)
  })

  test('does not touch the folder of a running engine', async () => {
    const rig = await imported(lines(1, 11))
    const file = await rig.file([header, ...lines(20, 30)])
    const lock = lockFolder(rig.dataDir)
    await expect(rig.import(file)).rejects.toMatchObject({ code: 'storage-locked' })
    lock.release()
    expect(await rig.import(file)).toMatchObject({ imported: 10 })
  })

  test('keeps simulated data out of a folder of others', async () => {
    const rig = await imported(lines(1, 11))
    const file = await rig.file([`${header},mode`, `${lineOf(20)},simulated`])
    await expect(rig.import(file)).rejects.toMatchObject({ code: 'import-other-mode' })
    const own = await ImportRig.make()
    expect(await own.import(file)).toMatchObject({ mode: 'simulated' })
  })

  test.each([
    ['SPY', 'import-unknown-instrument'],
    ['nyse:SPY', 'import-unknown-venue'],
    ['binance-spot:B', 'import-unknown-instrument']
  ])('does not guess what %s is', async (...[instrument, code]) => {
    const rig = await ImportRig.make()
    const file = await rig.file([header, ...lines(1, 3)])
    await expect(rig.import(file, instrument)).rejects.toMatchObject({ code })
    expect(existsSync(rig.dataDir)).toBe(false)
  })

  test.each([
    { tradeIds: 'contiguous', instrument: 'binance-spot:BTC-USDT' },
    { tradeIds: 'unique', instrument: ether }
  ])('makes the same of files in any order where ids are $tradeIds', async ({ instrument }) => {
    const cuts = fc.uniqueArray(fc.integer({ min: 2, max: 299 }), { maxLength: 4 })
    const keys = fc.array(fc.nat(), { minLength: 5, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(cuts, keys, async (borders, order) => {
        const ends = [...borders.toSorted((a, b) => a - b), 300]
        const shuffled = ends
          .map((end, at) => ({ part: lines(ends[at - 1] ?? 1, end), key: order[at] ?? 0 }))
          .sort((a, b) => a.key - b.key)
        const [whole, pieces] = [await ImportRig.make(), await ImportRig.make()]
        await whole.import(await whole.file([header, ...lines(1, 300)]), instrument)
        for (const { part } of shuffled)
          await pieces.import(await pieces.file([header, ...part]), instrument)
        const plain = candles.replace('state, final', "''")
        expect(pieces.rows(plain)).toEqual(whole.rows(plain))
        expect(pieces.rows('SELECT count(*) AS trades FROM v_trade')).toEqual([{ trades: 299 }])
      }),
      { numRuns: 6 }
    )
  })

  test.each(['csv', 'parquet'] as const)(
    'gives back every trade and candle that was exported as %s',
    async (format) => {
      const rig = await imported([...lines(1, 51), ...lines(61, 5_000)])
      const out = join(rig.folder, `trades.${format}`)
      expect(await exported(rig, out, format)).toMatchObject({ rows: 4_989, flagged: 0 })
      const again = await ImportRig.make()
      expect(await again.import(out)).toEqual({ rows: 4_989, imported: 4_989, mode: 'replay' })
      expect(again.rows(trades)).toEqual(rig.rows(trades))
      expect(again.rows(candles)).toEqual(rig.rows(candles))
      const gaps = 'SELECT from_ms, to_ms, state, cause, first_id, last_id FROM v_gap'
      expect(again.rows(gaps)).toEqual(rig.rows(gaps))
    }
  )
})
