import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compactHour } from '../../../src/engine/storage/compact-hour.ts'
import { HourCompaction, type CompactionStep } from '../../../src/engine/storage/hour-compaction.ts'
import { openForReading, openForWriting } from '../../../src/engine/storage/open-database.ts'
import { pathIn } from '../../../src/engine/storage/sealed-hour.ts'
import { SealedHours } from '../../../src/engine/storage/sealed-hours.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'
import { atOnce, reading, sealAll, sealOne, storedFor } from '../../support/tape-keeping.ts'
import { readTape } from '../../support/tape-rows.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const compactingChild = fileURLToPath(new URL('../../support/compacting-child.ts', import.meta.url))
const hour = 497_222
const hourMs = 3_600_000
const instrument = 'coinbase:BTC-USD'

function trades(from: number, count: number) {
  return Array.from(Array(count).keys(), (at) =>
    aTrade({ id: from + at, eventMs: hour * hourMs + (from + at) * 1_000, price: from + at })
  )
}

async function aBench(): Promise<WriterBench> {
  const bench = await aWriterBench([aRegistration(instrument)])
  bench.commit({ trades: trades(0, 40) })
  return bench
}

/** What the engine reads. */
function readBy(bench: WriterBench): readonly string[] {
  const query = { name: 'trades', instrument, fromMs: null, toMs: null, limit: 10_000 } as const
  return reading(bench.setup.file, (reader) => reader.trades(query).map(({ id }) => id))
}

/** How many trades tick candles count on from. */
function tradesOfDay(bench: WriterBench): number | undefined {
  return reading(bench.setup.file, (reader) => {
    const [stored] = reader.seed([instrument], ['3t'], hour * hourMs)
    return stored?.seed?.day.trades
  })
}

function fileOf(bench: WriterBench, path: string): string {
  return pathIn(dirname(bench.setup.file), path)
}

/** Stops a compaction behind one of its steps, as a kill does. */
function stopAfter(bench: WriterBench, step: CompactionStep): void {
  const database = openForReading(bench.setup.file)
  try {
    new HourCompaction(database).write({ venue: 'coinbase', hour }, (done) => {
      if (done === step) throw new Error('stopped')
    })
  } catch (error) {
    if (!(error instanceof Error && error.message === 'stopped')) throw error
  } finally {
    database.close()
  }
}

const wanted = Array.from(Array(40).keys(), String)

describe('a compaction that is stopped', () => {
  test.each(['written', 'published', 'checked'] as const)(
    'when its file was %s leaves every trade once, and the next one ends it',
    async (step) => {
      const bench = await aBench()
      stopAfter(bench, step)
      bench.restart(null)
      expect(readBy(bench)).toEqual(wanted)
      expect(storedFor(bench.setup.file).map(({ id }) => id)).toEqual(wanted)
      expect(sealAll(bench)).toHaveLength(1)
      expect(readBy(bench)).toEqual(wanted)
      expect(storedFor(bench.setup.file).map(({ id }) => id)).toEqual(wanted)
    }
  )

  test('when its rows were deleted in part leaves every trade once, and the rest goes later', async () => {
    const bench = await aBench()
    sealOne(bench)
    const database = openForWriting({ ...bench.setup, nowMs: 0 })
    for (let left = 40; left > 0; left -= 10) {
      expect(readBy(bench)).toEqual(wanted)
      expect(storedFor(bench.setup.file).map(({ id }) => id)).toEqual(wanted)
      const rows = database.prepare('SELECT count(*) AS rows FROM trade').get()
      expect(rows).toEqual({ rows: left })
      new SealedHours(database).clear(10)
    }
    database.close()
    bench.restart(null)
    while (bench.database.clearSealed(0));
    expect(readBy(bench)).toEqual(wanted)
  })

  test('counts a trade that came meanwhile, and one that comes again, once', async () => {
    const bench = await aBench()
    const sealed = compactHour(bench.setup.file, atOnce)
    bench.commit({ trades: trades(40, 1) })
    if (sealed !== null) bench.database.seal(sealed, 0)
    expect(bench.commit({ trades: trades(38, 4) }).outcome).toMatchObject({
      trades: 1,
      duplicates: 3
    })
    while (bench.database.clearSealed(0));
    expect(bench.commit({ trades: trades(38, 4) }).outcome).toMatchObject({
      trades: 0,
      duplicates: 4
    })
    expect(readBy(bench)).toEqual([...wanted, '40', '41'])
    expect(storedFor(bench.setup.file)).toHaveLength(42)
  })
})

describe('a process that stores and compacts', () => {
  test('is killed at any moment, again and again, and leaves each committed trade once', async () => {
    const file = join(await scratchFolder(), 'tapedeck.db')
    let committed = 0
    for (const stepsBeforeKill of [1, 3, 5, 8, 11, 14]) {
      committed = Math.max(committed, await killAfter(file, stepsBeforeKill))
      const ids = storedFor(file).map(({ id }) => Number(id))
      expect(ids.length).toBeGreaterThanOrEqual(committed)
      expect(ids).toEqual([...ids.keys()])
    }
  })
})

/** Runs the child on a database until it told so many steps. @returns How many trades it said were stored. */
async function killAfter(file: string, steps: number): Promise<number> {
  const child = fork(compactingChild, [file], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  let told = 0
  let committed = 0
  child.on('message', ({ trades: stored }: { readonly trades: number }) => {
    told += 1
    committed = stored
    if (told === steps) child.kill('SIGKILL')
  })
  await exited
  expect(told).toBeGreaterThanOrEqual(steps)
  return committed
}

describe('HourCompaction', () => {
  test('writes an hour that is larger than what it holds at once in order of arrival', async () => {
    const bench = await aBench()
    bench.commit({ trades: trades(40, 30).toReversed() })
    const database = openForReading(bench.setup.file)
    const path = new HourCompaction(database, 7).write({ venue: 'coinbase', hour })?.path ?? ''
    database.close()
    const rows = readTape(fileOf(bench, path))
    expect(rows.map(({ arrival }) => arrival)).toEqual([...Array(70).keys()])
    expect(rows.slice(39, 42).map(({ id }) => id)).toEqual([39, 69, 68])
  })
})

describe('refills of a sealed hour', () => {
  test('go into files of their own, which are made one when they are many', async () => {
    const bench = await aBench()
    const paths = sealAll(bench).map(({ path }) => path)
    for (let from = 40; from < 90; from += 10) {
      bench.commit({ trades: trades(from, 10) })
      paths.push(...sealAll(bench).map(({ path }) => path))
      expect(readBy(bench)).toHaveLength(from + 10)
      expect(storedFor(bench.setup.file)).toHaveLength(from + 10)
    }
    const folder = 'tape/coinbase/2026-09-21'
    expect(paths).toEqual([
      `${folder}/14.parquet`,
      `${folder}/14.delta-1.parquet`,
      `${folder}/14.delta-2.parquet`,
      `${folder}/14.delta-3.parquet`,
      `${folder}/14.whole-4.parquet`,
      `${folder}/14.delta-5.parquet`
    ])
    expect(existsSync(fileOf(bench, `${folder}/14.parquet`))).toBe(true)
    bench.database.clearSealed(atOnce.nowMs + 600_000)
    const left = paths.filter((path) => existsSync(fileOf(bench, path)))
    expect(left).toEqual(paths.slice(4))
    expect(readBy(bench)).toHaveLength(90)
  })
})

describe('a file that is damaged', () => {
  test('is not made one with others, which go into a file of their own', async () => {
    const bench = await aBench()
    const [first] = sealAll(bench)
    writeFileSync(fileOf(bench, first?.path ?? ''), 'x')
    const replaced = [40, 50, 60, 70].map((from) => {
      bench.commit({ trades: trades(from, 10) })
      return sealAll(bench).map(({ replaces }) => replaces)
    })
    expect(replaced).toEqual([[[]], [[]], [[]], [[]]])
    expect(readBy(bench)).toHaveLength(40)
  })

  test('lets what may lie in it wait as rows, and other hours go', async () => {
    const bench = await aBench()
    const [first] = sealAll(bench)
    writeFileSync(fileOf(bench, first?.path ?? ''), 'x')
    bench.commit({ trades: [...trades(39, 2), ...trades(3_600, 2)] })
    expect(sealAll(bench)).toMatchObject([{ hour: hour + 1, trades: 2 }])
    expect(readBy(bench)).toEqual(['39', '40', '3600', '3601'])
  })

  test('is put back, and a trade counts once that came again meanwhile', async () => {
    const bench = await aBench()
    const [first] = sealAll(bench)
    const path = fileOf(bench, first?.path ?? '')
    const bytes = readFileSync(path)
    writeFileSync(path, 'x')
    bench.commit({ trades: trades(30, 20) })
    sealAll(bench)
    writeFileSync(path, bytes)
    const all = Array.from(Array(50).keys(), String)
    expect(readBy(bench)).toEqual(all)
    expect(tradesOfDay(bench)).toBe(50)
    sealAll(bench)
    expect(readBy(bench)).toEqual(all)
    expect(tradesOfDay(bench)).toBe(50)
    expect(storedFor(bench.setup.file).map(({ id }) => id)).toEqual(all)
  })

  test('is named, the rest is still read, and candles of it are not built anew', async () => {
    const bench = await aBench()
    const [first] = sealAll(bench)
    bench.commit({ trades: trades(3_600, 2) })
    const path = fileOf(bench, first?.path ?? '')
    const bytes = readFileSync(path)
    bytes[40] = (bytes[40] ?? 0) ^ 1
    writeFileSync(path, bytes)
    reading(bench.setup.file, (reader) => {
      const query = { name: 'trades', instrument, fromMs: null, toMs: null, limit: 10_000 } as const
      expect(reader.trades(query).map(({ id }) => id)).toEqual(['3600', '3601'])
      expect(reader.takeDamage()).toMatchObject([
        { code: 'recording-damaged', file: path, offset: 4 }
      ])
      expect(reader.takeDamage()).toEqual([])
    })
    const range = { fromMs: hour * hourMs, toMs: (hour + 2) * hourMs }
    const { rebuilt } = bench.commit({
      rebuilds: [{ kind: 'time', instrument, interval: '1h', ...range }],
      runNowMs: range.toMs + hourMs
    })
    expect([...rebuilt].map(({ candles }) => candles)).toEqual([[]])
  })

  test('is named when it is not there', async () => {
    const bench = await aBench()
    const [first] = sealAll(bench)
    const path = fileOf(bench, first?.path ?? '')
    writeFileSync(path, 'x')
    expect(readBy(bench)).toEqual([])
    reading(bench.setup.file, (reader) => {
      reader.tradesById({ instrument, ids: [3], fromMs: null, toMs: hour * hourMs })
      expect(reader.takeDamage()).toMatchObject([{ code: 'recording-unknown-format', file: path }])
    })
  })
})

describe('compactHour', () => {
  const rule = { nowMs: (hour + 3) * hourMs, afterMs: hourMs, gapAfterMs: 24 * hourMs } as const

  test('takes an hour when it is over for so long, and nothing came for so long', async () => {
    const bench = await aBench()
    const due = (nowMs: number) => compactHour(bench.setup.file, { ...rule, nowMs })?.hour ?? null
    expect(due((hour + 2) * hourMs - 1)).toBeNull()
    expect(due((hour + 2) * hourMs)).toBe(hour)
    const receivedMs = (hour + 2) * hourMs
    bench.commit({ trades: [{ ...aTrade({ id: 99, eventMs: hour * hourMs }), receivedMs }] })
    expect(due((hour + 2) * hourMs)).toBeNull()
    expect(due((hour + 3) * hourMs)).toBe(hour)
  })

  test('leaves an hour with an open gap, but not for ever', async () => {
    const bench = await aBench()
    const gap = aGap({ instrument, fromMs: hour * hourMs, toMs: hour * hourMs + 5 })
    bench.commit({ ledger: { gaps: [gap] } })
    const due = (nowMs: number) => compactHour(bench.setup.file, { ...rule, nowMs })?.hour ?? null
    expect(due((hour + 24) * hourMs)).toBeNull()
    expect(due((hour + 25) * hourMs)).toBe(hour)
  })
})
