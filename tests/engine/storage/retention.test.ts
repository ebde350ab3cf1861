import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pathIn } from '../../../src/engine/storage/sealed-hour.ts'
import type { Forgetting, RetentionTerms } from '../../../src/engine/storage/retention-rule.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { anIncident } from '../../support/an-incident.ts'
import { aCandle } from '../../support/candles.ts'
import { reading, sealAll, storedFor } from '../../support/tape-keeping.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const instrument = 'coinbase:BTC-USD'
const todayMs = Date.UTC(2026, 9, 20)
const nowMs = todayMs + 12 * hourMs
const keepAll: RetentionTerms = {
  tradesMs: null,
  candlesMs: {},
  ticksMs: null,
  marksMs: null,
  incidentsMs: null,
  mostBytes: null
}

/** A store with a trade of each of these hours, counted back from now, the id of each its hour. */
async function aStore(hoursAgo: readonly number[]): Promise<WriterBench> {
  const bench = await aWriterBench([aRegistration()])
  for (const ago of [...hoursAgo].sort((a, b) => b - a)) {
    bench.commit({ trades: [aTrade({ id: 10_000 - ago, eventMs: nowMs - ago * hourMs })] })
  }
  sealAll(bench)
  return bench
}

/** Does all that is due. @returns The steps. */
function forgetAll(bench: WriterBench, terms: Partial<RetentionTerms>, atMs = nowMs): Forgetting[] {
  const steps: Forgetting[] = []
  for (;;) {
    const rule = { ...keepAll, ...terms, nowMs: atMs }
    const { next } = reading(bench.setup.file, (reader) => reader.planForgetting(rule))
    if (next === null) return steps
    expect(steps.length).toBeLessThan(1_000)
    while (bench.database.forget(next, atMs));
    steps.push(next)
  }
}

function agesStored(bench: WriterBench): readonly number[] {
  return storedFor(bench.setup.file).map(({ id }) => 10_000 - Number(id))
}

type Row = Readonly<Record<string, number | string | null>>

function rows(bench: WriterBench, sql: string): readonly Row[] {
  const database = new Database(bench.setup.file, { readonly: true })
  try {
    return database.prepare<[], Row>(sql).all()
  } finally {
    database.close()
  }
}

function forgotten(bench: WriterBench, kind: string): readonly Row[] {
  return rows(bench, `SELECT subject, from_ms, to_ms, rows FROM v_forgotten WHERE kind = '${kind}'`)
}

describe('retention of trades', () => {
  test('deletes whole hours that are too old, oldest first, and tells which', async () => {
    const bench = await aStore([0, 71, 72, 73, 74, 200])
    const steps = forgetAll(bench, { tradesMs: 3 * dayMs })
    const hour = Math.floor(nowMs / hourMs)
    expect(steps).toEqual(
      [200, 74, 73].map((ago) => ({ kind: 'hour', venue: 'coinbase', hour: hour - ago }))
    )
    expect(agesStored(bench)).toEqual([72, 71, 0])
    expect(forgotten(bench, 'trades')).toEqual([
      stretch('coinbase', nowMs - 200 * hourMs, nowMs - 199 * hourMs, 1),
      stretch('coinbase', nowMs - 74 * hourMs, nowMs - 72 * hourMs, 2)
    ])
    expect(forgetAll(bench, { tradesMs: 3 * dayMs })).toEqual([])
  })

  test('leaves a file for those who read it, ten minutes long', async () => {
    const bench = await aStore([0, 200])
    const [file] = rows(bench, 'SELECT path FROM v_tape ORDER BY hour_ms')
    const path = pathIn(dirname(bench.setup.file), String(file?.['path']))
    forgetAll(bench, { tradesMs: 3 * dayMs })
    bench.database.clearSealed(nowMs + 599_999)
    expect(existsSync(path)).toBe(true)
    bench.database.clearSealed(nowMs + 600_000)
    expect(existsSync(path)).toBe(false)
  })

  test('keeps an hour in which a gap is open, or trades lie that are in no file', async () => {
    const bench = await aStore([0, 100, 150, 200])
    bench.commit({
      ledger: { gaps: [gapAt(150, 'open'), gapAt(100, 'lost')] },
      trades: [aTrade({ id: 9_801, eventMs: nowMs - 200 * hourMs + 1 })]
    })
    forgetAll(bench, { tradesMs: 3 * dayMs })
    expect(agesStored(bench)).toEqual([200, 150, 0, 199])
    bench.commit({ ledger: { gaps: [gapAt(150, 'refilled')] } })
    sealAll(bench)
    forgetAll(bench, { tradesMs: 3 * dayMs })
    expect(agesStored(bench)).toEqual([0])
  })

  test('keeps two days, however short the terms and the room', async () => {
    const bench = await aStore([0, 24, 47, 48, 49, 72])
    forgetAll(bench, { tradesMs: 1, mostBytes: 1 })
    expect(agesStored(bench)).toEqual([48, 47, 24, 0])
  })

  test('counts ages from the newest trade when the clock is ahead of it', async () => {
    const bench = await aStore([0, 24, 100])
    forgetAll(bench, { tradesMs: 3 * dayMs }, nowMs + 300 * dayMs)
    expect(agesStored(bench)).toEqual([24, 0])
  })

  test('leaves candles of deleted trades as they were when a trade comes late', async () => {
    const openMs = nowMs - 200 * hourMs
    const candle = aCandle({ interval: '1m', openMs, closeMs: openMs + 60_000, final: true })
    const bench = await aStore([0, 200])
    bench.commit({ candles: [candle] })
    forgetAll(bench, { tradesMs: 3 * dayMs })
    const range = { fromMs: openMs, toMs: openMs + 60_000 }
    const request = { kind: 'time', instrument, interval: '1m', ...range } as const
    const late = aTrade({ id: 9_800, eventMs: openMs + 5, price: 7 })
    const { rebuilt } = bench.commit({ trades: [late], rebuilds: [request] })
    expect([...rebuilt]).toMatchObject([{ request, candles: [] }])
    const query = { name: 'candles', instrument, interval: '1m', limit: 9 } as const
    const found = reading(bench.setup.file, (reader) =>
      reader.candles({ ...query, fromMs: null, toMs: null })
    )
    expect(found.candles).toMatchObject([{ open: 10, trades: 3, revision: 0 }])
  })

  test('never loses a trade that is young enough, or without telling', async () => {
    const ages = fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 8 })
    const gaps = fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { maxLength: 3 })
    const days = fc.integer({ min: 1, max: 5 })
    await fc.assert(
      fc.asyncProperty(ages, gaps, days, async (hoursAgo, open, kept) => {
        const bench = await aStore([0, ...hoursAgo])
        bench.commit({ ledger: { gaps: open.map((ago) => gapAt(ago, 'open')) } })
        forgetAll(bench, { tradesMs: kept * dayMs })
        const stored = new Set(agesStored(bench))
        const told = forgotten(bench, 'trades')
        for (const ago of hoursAgo) {
          const atMs = nowMs - ago * hourMs
          const isTold = told.some(
            (row) => atMs >= Number(row['from_ms']) && atMs < Number(row['to_ms'])
          )
          expect(stored.has(ago)).toBe(!isTold)
          if (ago <= Math.max(kept, 2) * 24 || open.includes(ago)) expect(isTold).toBe(false)
        }
        bench.database.close(0)
      }),
      { numRuns: 25 }
    )
  })
})

describe('retention of candles', () => {
  test('deletes those of an interval up to the start of a day, in turns', async () => {
    const bench = await aStore([0])
    const fromMs = todayMs - 5 * dayMs
    const candles = Array.from(Array(6_000).keys(), (at) => secondAt(fromMs + at * 60_000))
    bench.commit({ candles })
    const step = { kind: 'candles', interval: '1s', toMs: todayMs - 3 * dayMs } as const
    const rule = { ...keepAll, candlesMs: { '1s': 3 * dayMs }, nowMs }
    const plan = () => reading(bench.setup.file, (reader) => reader.planForgetting(rule))
    expect(plan().next).toEqual(step)
    expect(bench.database.forget(step, nowMs)).toBe(true)
    expect(countOf(bench, 'candle')).toBe(5_500)
    while (bench.database.forget(step, nowMs));
    expect(countOf(bench, 'candle')).toBe(6_000 - 2 * 1_440)
    expect(plan().next).toBeNull()
    expect(forgotten(bench, 'candles')).toEqual([stretch('1s', 0, step.toMs, 2_880)])
  })

  test('calls seconds without their candles neither quiet nor counted', async () => {
    const bench = await aStore([0])
    const oldMs = todayMs - 5 * dayMs
    const coverage = [oldMs, todayMs].map((fromMs) => ({
      ...{ instrument, kind: 'complete', fromMs, toMs: fromMs + 2_000 }
    })) as { instrument: typeof instrument; kind: 'complete'; fromMs: number; toMs: number }[]
    bench.commit({ candles: [secondAt(oldMs), secondAt(todayMs)], ledger: { coverage } })
    const seconds = () =>
      rows(
        bench,
        `SELECT open_ms - ${oldMs} AS at, state, trades FROM v_second
         WHERE open_ms < ${oldMs + 2_000} OR open_ms BETWEEN ${todayMs} AND ${todayMs + 1_000}`
      )
    const today = [
      { at: 5 * dayMs, state: 'complete', trades: 3 },
      { at: 5 * dayMs + 1_000, state: 'quiet', trades: 0 }
    ]
    expect(seconds()).toEqual([
      { at: 0, state: 'complete', trades: 3 },
      { at: 1_000, state: 'quiet', trades: 0 },
      ...today
    ])
    forgetAll(bench, { candlesMs: { '1s': 3 * dayMs } })
    expect(seconds()).toEqual([
      { at: 0, state: 'complete', trades: null },
      { at: 1_000, state: 'complete', trades: null },
      ...today
    ])
  })

  test('deletes those that count trades by their day', async () => {
    const bench = await aStore([0])
    const ticks = [5, 3, 0].map((ago) => {
      const openMs = todayMs - ago * dayMs
      return aCandle({ interval: '100t', dayMs: openMs, openMs, closeMs: openMs + 9, final: true })
    })
    bench.commit({ candles: ticks })
    forgetAll(bench, { ticksMs: 3 * dayMs })
    expect(rows(bench, 'SELECT day_ms FROM tick_candle ORDER BY day_ms')).toEqual([
      { day_ms: todayMs - 3 * dayMs },
      { day_ms: todayMs }
    ])
  })
})

describe('retention of marks and incidents', () => {
  test('keeps marks for as long as a replay of the oldest trade looks for them', async () => {
    const bench = await aStore([0, 100])
    const ages = [20, 12, 11, 1]
    bench.commit({ marks: ages.map((ago) => markAt(nowMs - ago * dayMs)) })
    forgetAll(bench, { marksMs: 2 * dayMs })
    const kept = rows(bench, `SELECT (${nowMs} - at_ms) / ${dayMs} AS days FROM mark ORDER BY id`)
    expect(kept).toEqual([{ days: 11 }, { days: 1 }])
  })

  test('deletes incidents by their beginning, but none that is open', async () => {
    const bench = await aStore([0])
    const put = [20, 15, 1].map((ago, at) =>
      anIncident({ id: `1-${at}`, beganMs: nowMs - ago * dayMs, state: at === 0 ? 'open' : 'over' })
    )
    bench.tell({ put })
    forgetAll(bench, { incidentsMs: 10 * dayMs })
    expect(rows(bench, 'SELECT id FROM incident ORDER BY id')).toEqual([
      { id: '1-0' },
      { id: '1-2' }
    ])
  })
})

describe('retention for want of room', () => {
  test('deletes the oldest day of trades and fine candles first, and no more than needed', async () => {
    const bench = await aStore([0, 100, 150, 200])
    const days = [9, 7, 5, 0].map((ago) => todayMs - ago * dayMs)
    bench.commit({
      candles: [...days.map(secondAt), aCandle({ ...dayAt(days[0] ?? 0), final: true })]
    })
    const one = { ...keepAll, nowMs }
    const { usedBytes } = reading(bench.setup.file, (reader) => reader.planForgetting(one))
    const steps = forgetAll(bench, { mostBytes: usedBytes - 1 })
    expect(steps[0]).toEqual({ kind: 'candles', interval: '1s', toMs: todayMs - 8 * dayMs })
    expect(steps[1]).toMatchObject({ kind: 'hour' })
    expect(agesStored(bench)).toEqual([150, 100, 0])
    forgetAll(bench, { mostBytes: 1 })
    expect(agesStored(bench)).toEqual([0])
    expect(countOf(bench, 'candle')).toBe(2)
    expect(rows(bench, 'SELECT interval FROM candle ORDER BY interval')).toEqual([
      { interval: 1 },
      { interval: 86_400 }
    ])
  })

  test('gives pages back to the file system, some at a time', async () => {
    const bench = await aStore([0])
    const fromMs = todayMs - 5 * dayMs
    const candles = Array.from(Array(20_000).keys(), (at) => secondAt(fromMs + at * 1_000))
    bench.commit({ candles })
    const before = bench.database.databaseBytes()
    const steps = forgetAll(bench, { candlesMs: { '1s': 3 * dayMs }, mostBytes: 1_000_000 })
    expect(steps.map(({ kind }) => kind)).toEqual(['candles', 'pages'])
    expect(bench.database.databaseBytes()).toBeLessThan(before / 4)
  })
})

function stretch(subject: string, fromMs: number, toMs: number, count: number): Row {
  return { subject, from_ms: fromMs, to_ms: toMs, rows: count }
}

function gapAt(hoursAgo: number, state: 'open' | 'lost' | 'refilled') {
  const fromMs = nowMs - hoursAgo * hourMs
  return aGap({ firstId: 500 + hoursAgo, lastId: 500 + hoursAgo, fromMs, toMs: fromMs + 10, state })
}

function secondAt(openMs: number) {
  return aCandle({ openMs, closeMs: openMs + 1_000, final: true })
}

function dayAt(openMs: number) {
  return { interval: '1d', openMs, closeMs: openMs + dayMs }
}

function markAt(atMs: number) {
  return { kind: 'link-up', atMs, instrument: null, connection: 'c-1', detail: {} } as const
}

function countOf(bench: WriterBench, table: string): number {
  return Number(rows(bench, `SELECT count(*) AS count FROM ${table}`)[0]?.['count'])
}
