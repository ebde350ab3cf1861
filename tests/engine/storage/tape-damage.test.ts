import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Gap } from '../../../src/core/market/ledger/gap.ts'
import type { InstrumentId } from '../../../src/core/market/instrument.ts'
import { parseInterval } from '../../../src/core/market/interval.ts'
import type { ReaderDatabase } from '../../../src/engine/storage/reader-database.ts'
import { pathIn } from '../../../src/engine/storage/sealed-hour.ts'
import { SnapshotReader } from '../../../src/engine/storage/snapshot-reader.ts'
import type { TapeLook, TapeLooked } from '../../../src/engine/storage/tape-finding.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aCandle } from '../../support/candles.ts'
import { PlayedTape } from '../../support/played-tape.ts'
import { reading, sealAll } from '../../support/tape-keeping.ts'
import { damagedFile } from '../../support/tape-rows.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const bitcoin: InstrumentId = 'coinbase:BTC-USD'
const ether: InstrumentId = 'coinbase:ETH-USD'
const hourMs = 3_600_000
const startMs = 497_000 * hourMs
const nowMs = startMs + 10 * hourMs
const all = { fromMs: -Infinity, toMs: Infinity }
const closely: TapeLook = { paths: null, from: 0, files: 100, depth: 'groups' }
const heads: TapeLook = { ...closely, depth: 'heads' }

type Store = {
  readonly bench: WriterBench
  /** Of the first hour and the second. */
  readonly paths: readonly string[]
  readonly files: readonly string[]
}

/** Two hours of two instruments at rest, collected from a minute after the first hour began. */
async function aStore(): Promise<Store> {
  const bench = await aWriterBench([aRegistration(bitcoin), aRegistration(ether)])
  const trades = Array.from({ length: 110 }, (...[, at]) => {
    const eventMs = startMs + (at + 1) * 60_000
    const times = { eventMs, receivedMs: eventMs }
    return aTrade({ instrument: at % 2 === 0 ? bitcoin : ether, id: at, ...times })
  })
  const coverage = [bitcoin, ether].map((instrument) => ({
    instrument,
    fromMs: startMs + 60_000,
    toMs: startMs + 2 * hourMs,
    kind: 'complete' as const
  }))
  const candles = [0, 1].map((hour) =>
    aCandle({
      instrument: bitcoin,
      interval: '1h',
      openMs: startMs + hour * hourMs,
      closeMs: startMs + (hour + 1) * hourMs
    })
  )
  bench.commit({ trades, candles, ledger: { coverage } })
  const paths = sealAll(bench).map(({ path }) => path)
  const files = paths.map((path) => pathIn(dirname(bench.setup.file), path))
  return { bench, paths, files }
}

function inspect(bench: WriterBench, look: TapeLook): TapeLooked {
  return reading(bench.setup.file, (reader) => reader.inspect(look))
}

/** Looks, and notes what was found. @returns How many findings changed the ledger. */
function note(bench: WriterBench, look: TapeLook): number {
  const { findings } = inspect(bench, look)
  return findings.filter((finding) => bench.database.noteTape(finding, nowMs)).length
}

function gapsOf(bench: WriterBench): readonly Gap[] {
  const query = { instrument: null, fromMs: null, toMs: null, limit: 100 }
  return reading(bench.setup.file, (reader: ReaderDatabase) => reader.gaps(query))
}

function viewed(bench: WriterBench, sql: string): readonly unknown[] {
  const database = new Database(bench.setup.file, { readonly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

describe('a file of trades that is damaged', () => {
  test('stands in the ledger as lost, with instruments, time, trades and place', async () => {
    const { bench, paths, files } = await aStore()
    damagedFile(files[0] ?? '')
    expect(note(bench, closely)).toBe(1)
    const reason = `${paths[0] ?? ''}, byte 4: its row group is not as it was written`
    const lost = { state: 'lost', cause: 'damaged-file', reason, source: null, firstId: null }
    const range = { fromMs: startMs + 60_000, toMs: startMs + 59 * 60_000 + 1 }
    expect(gapsOf(bench)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ ...lost, ...range, instrument: bitcoin, missedTrades: 30 }),
        expect.objectContaining({ ...lost, ...range, instrument: ether, missedTrades: 29 })
      ])
    )
    expect(gapsOf(bench)).toHaveLength(2)
  })

  test.each([
    ['is missing', (file: string) => rmSync(file), 'no such file'],
    ['is cut off', (file: string) => truncateSync(file, 300), ''],
    [
      'is another',
      (file: string) => writeFileSync(file, 'another program’s'),
      ': expected a Parquet'
    ]
  ])('and %s as a whole loses what was collected of its hour', async (...[, harm, why]) => {
    const { bench, paths, files } = await aStore()
    harm(files[0] ?? '')
    expect(note(bench, heads)).toBe(1)
    const [gap] = gapsOf(bench).filter(({ instrument }) => instrument === bitcoin)
    expect(gap).toMatchObject({
      state: 'lost',
      cause: 'damaged-file',
      fromMs: startMs + 60_000,
      toMs: startMs + hourMs,
      missedTrades: 30
    })
    expect(gap?.reason?.startsWith(paths[0] ?? '')).toBe(true)
    expect(gap?.reason).toContain(why === 'no such file' ? 'ENOENT' : why)
  })

  test('is told so in candles, in views, to an export and in the final view of a replay', async () => {
    const { bench, files } = await aStore()
    const folder = dirname(bench.setup.file)
    const states = () => {
      const series = { name: 'candles', instrument: bitcoin, interval: '1h' } as const
      const query = { ...series, fromMs: null, toMs: null, limit: 10 }
      const read = reading(bench.setup.file, (reader) => reader.candles(query))
      return read.candles.map(({ state }) => state)
    }
    expect(states()).toEqual(['unproven', 'complete'])
    rmSync(files[1] ?? '')
    note(bench, heads)
    expect(states()).toEqual(['unproven', 'lost'])
    const hour = startMs + hourMs
    expect(viewed(bench, 'SELECT state FROM v_candle ORDER BY open_ms')).toEqual([
      { state: 'unproven' },
      { state: 'lost' }
    ])
    const seconds = `SELECT DISTINCT state FROM v_second
      WHERE instrument = '${bitcoin}' AND open_ms >= ${hour} AND open_ms < ${hour + hourMs}`
    expect(viewed(bench, seconds)).toEqual([{ state: 'lost' }])
    const snapshot = new SnapshotReader(bench.setup.file)
    onTestFinished(() => {
      snapshot.close()
    })
    const [of, spec] = [snapshot.find(bitcoin), parseInterval('1h')]
    if (of === null || spec === null) throw new Error('expected an instrument and an interval')
    const exported = [...snapshot.candles(of, spec, all)].flat()
    expect(exported.map(({ state }) => state)).toEqual(['unproven', 'lost'])
    expect([...snapshot.gaps(of, all)].flat()).toMatchObject([{ cause: 'damaged-file' }])
    const tape = new PlayedTape(folder, { view: 'final' }).playTo(Infinity)
    const told = tape.lines.filter((line) => line.startsWith('{"type":"gap"'))
    expect(told.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { instrument: bitcoin, state: 'lost', cause: 'damaged-file', missedTrades: 25 },
      { instrument: ether, state: 'lost', cause: 'damaged-file', missedTrades: 26 }
    ])
  })

  test('is noted once, and taken back when it reads again', async () => {
    const { bench, files } = await aStore()
    const whole = readFileSync(files[0] ?? '')
    damagedFile(files[0] ?? '')
    expect(note(bench, closely)).toBe(1)
    expect(note(bench, closely)).toBe(0)
    // Its head is whole: only who reads all of it knows, and what is noted is always read whole.
    expect(note(bench, heads)).toBe(0)
    expect(gapsOf(bench)).toHaveLength(2)
    writeFileSync(files[0] ?? '', whole)
    expect(note(bench, { ...closely, paths: [] })).toBe(1)
    expect(gapsOf(bench)).toEqual([])
    expect(note(bench, { ...closely, paths: [] })).toBe(0)
    const marks = viewed(bench, 'SELECT detail FROM v_mark') as readonly { detail: string }[]
    expect(
      marks.map(({ detail }) => (JSON.parse(detail) as { readonly state: string }).state)
    ).toEqual(['lost', 'lost', 'replaced', 'replaced'])
  })

  test('leaves the other files alone, and those that are whole are not told of', async () => {
    const { bench, paths, files } = await aStore()
    expect(inspect(bench, closely)).toEqual({ findings: [], next: null })
    damagedFile(files[1] ?? '')
    expect(inspect(bench, { ...closely, files: 1 })).toEqual({ findings: [], next: 1 })
    const second = inspect(bench, { ...closely, from: 1, files: 1 })
    expect(second).toMatchObject({ findings: [{ path: paths[1] }], next: null })
    const asked = inspect(bench, { ...closely, paths: [paths[1] ?? ''] })
    expect(asked.findings).toEqual(second.findings)
  })

  test('is not noted once another file took its place', async () => {
    const { bench, files } = await aStore()
    damagedFile(files[0] ?? '')
    const { findings } = inspect(bench, closely)
    const database = new Database(bench.setup.file)
    database.prepare('UPDATE tape_file SET replaced_ms = 1').run()
    database.close()
    expect(findings.map((finding) => bench.database.noteTape(finding, nowMs))).toEqual([false])
    expect(gapsOf(bench)).toEqual([])
  })

  test('takes no other gap’s place, whenever that one begins', async () => {
    const { bench, files } = await aStore()
    const gap: Gap = {
      instrument: bitcoin,
      firstId: null,
      lastId: null,
      fromMs: startMs + 60_000,
      toMs: startMs + 70_000,
      state: 'refilled',
      cause: 'disconnected',
      reason: null,
      missedTrades: null,
      source: 'trades'
    }
    bench.commit({ ledger: { gaps: [gap] } })
    rmSync(files[0] ?? '')
    expect(note(bench, heads)).toBe(1)
    expect(note(bench, heads)).toBe(0)
    const found = gapsOf(bench).filter(({ instrument }) => instrument === bitcoin)
    expect(found).toHaveLength(2)
    expect(found).toContainEqual(gap)
  })

  test('is nothing that a new run goes on from', async () => {
    const { bench, files } = await aStore()
    const seed = () =>
      reading(bench.setup.file, (reader) => reader.seed([bitcoin], ['1m'], nowMs))[0]?.seed?.ledger
    const before = seed()
    expect(before).toBeDefined()
    rmSync(files[0] ?? '')
    note(bench, heads)
    expect(seed()).toEqual(before)
  })
})
