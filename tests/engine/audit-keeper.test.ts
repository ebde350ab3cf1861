import { copyFileSync, openSync, closeSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AuditKeeper } from '../../src/engine/audit-keeper.ts'
import type {
  AuditRecord,
  InstrumentAudit,
  LastAudit
} from '../../src/engine/storage/audit-record.ts'
import { checkIntegrity, openStoreJobs } from '../../src/engine/storage/open-reader.ts'
import { openWriter } from '../../src/engine/storage/open-writer.ts'
import type { CandleAuditor } from '../../src/engine/storage/store-jobs.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { aCandle } from '../support/candles.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const writerThread = new URL('../../src/engine/writer-thread.ts', import.meta.url)
const readerThread = new URL('../../src/engine/reader-thread.ts', import.meta.url)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const todayMs = 20_000 * dayMs
const halfPastFourMs = 4.5 * hourMs
const instrument = 'coinbase:BTC-USD'
const clean: InstrumentAudit = { compared: 9, differences: 0, listed: [] }
const spoilt: InstrumentAudit = {
  ...{ compared: 9, differences: 1 },
  listed: [{ finding: 'extra', stored: aCandle(), built: null }]
}

type Options = {
  readonly nowMs?: number
  readonly last?: LastAudit
  readonly audits?: readonly InstrumentAudit[]
  readonly pages?: string
}

/** A keeper of a store of two instruments whose audits come out as told. */
function aKeeper(options: Options = {}) {
  const clock = new FakeClock(options.nowMs ?? todayMs + halfPastFourMs)
  const records: AuditRecord[] = []
  const found: LastAudit[] = []
  const lines: (readonly [level: string, event: string, fields: object])[] = []
  const asked: number[] = []
  const left = [...(options.audits ?? [])]
  const auditor: CandleAuditor = {
    auditStart: () =>
      Promise.resolve({
        instruments: [instrument, 'coinbase:ETH-USD'],
        last: options.last ?? null
      }),
    audit: (request) => {
      asked.push(request.dayMs)
      return Promise.resolve(left.shift() ?? clean)
    },
    end: () => Promise.resolve()
  }
  const keeper = new AuditKeeper({
    writer: {
      putAudit: (record) => {
        records.push(record)
        return Promise.resolve(record.isRepair ? record.listed.length : 0)
      }
    },
    openAuditor: () => Promise.resolve(auditor),
    checkPages: () => Promise.resolve(options.pages ?? 'ok'),
    ...{ clock, intervals: ['1m'], atMs: halfPastFourMs, isRepair: false },
    found: (audit) => void found.push(audit),
    log: (...line) => void lines.push(line)
  })
  return { keeper, clock, records, found, lines, asked, look: () => looked(keeper, clock) }
}

async function looked(keeper: AuditKeeper, clock: FakeClock): Promise<void> {
  let isDone = false
  const look = keeper.look().finally(() => (isDone = true))
  await until(() => {
    clock.advance(20)
    return isDone
  }, 'the look to end')
  await look
}

describe('AuditKeeper', () => {
  test('holds the day before against its trades, once a day at its time', async () => {
    const { clock, records, asked, look } = aKeeper({ nowMs: todayMs + halfPastFourMs - 1_000 })
    await look()
    expect(asked).toEqual([todayMs - 2 * dayMs, todayMs - 2 * dayMs])
    clock.advance(2_000)
    await look()
    expect(asked.slice(2)).toEqual([todayMs - dayMs, todayMs - dayMs])
    clock.advance(hourMs)
    await look()
    expect(asked).toHaveLength(4)
    expect(records).toMatchObject([
      { dayMs: todayMs - 2 * dayMs, compared: 18, differences: 0, pages: 'ok' },
      { dayMs: todayMs - dayMs, compared: 18, differences: 0, pages: 'ok' }
    ])
  })

  test('makes up for one that was missed, and repeats none that was made before a start', async () => {
    const last = { dayMs: 0, pages: 'ok', left: 0 }
    const missed = aKeeper({ last: { ...last, atMs: todayMs + halfPastFourMs - 1 } })
    await missed.look()
    expect(missed.asked).toHaveLength(2)
    const made = aKeeper({ last: { ...last, atMs: todayMs + halfPastFourMs } })
    await made.look()
    expect(made.asked).toEqual([])
    const fromTheFuture = aKeeper({ last: { ...last, atMs: todayMs + 9 * dayMs } })
    await fromTheFuture.look()
    expect(fromTheFuture.asked).toHaveLength(2)
  })

  test('tells what it found, and after a start what the last one found', async () => {
    const audits = [clean, spoilt]
    const { found, lines, look } = aKeeper({ audits, pages: 'row 7 missing from index gap_end' })
    await look()
    expect(found).toMatchObject([{ left: 1, pages: 'row 7 missing from index gap_end' }])
    expect(lines).toMatchObject([
      ['error', 'store-audited', { candles: 18, differences: 1, repaired: 0 }]
    ])
    const before = { atMs: todayMs + halfPastFourMs, dayMs: todayMs - dayMs, pages: 'ok', left: 3 }
    const again = aKeeper({ last: before })
    await again.look()
    expect(again.found).toEqual([before])
  })

  test('keeps a thousand differences one by one, and counts all', async () => {
    const many = { ...spoilt, differences: 900, listed: Array(900).fill(spoilt.listed[0]) }
    const { records, look } = aKeeper({ audits: [many, many] as InstrumentAudit[] })
    await look()
    expect(records[0]).toMatchObject({ differences: 1_800 })
    expect(records[0]?.listed).toHaveLength(1_000)
  })

  test('keeps nothing of an audit that was stopped', async () => {
    const { keeper, records, asked, clock } = aKeeper()
    const look = keeper.look()
    await until(() => asked.length > 0, 'the audit to begin')
    await keeper.stop()
    clock.advance(20)
    await look
    expect(records).toEqual([])
  })
})

describe('an audit of a store in use', () => {
  test('finds a spoilt candle through the threads, and mends it', async () => {
    const bench = await aWriterBench([aRegistration()])
    const openMs = todayMs - 2 * hourMs
    const request = { kind: 'time', instrument, interval: '1m' } as const
    bench.commit({
      trades: [aTrade({ eventMs: openMs + 5, price: 42 })],
      rebuilds: [{ ...request, fromMs: openMs, toMs: openMs + hourMs }],
      runNowMs: todayMs
    })
    bench.database.close(todayMs)
    const { file } = bench.setup
    const spoiler = new Database(file)
    onTestFinished(() => void spoiler.close())
    spoiler.exec('UPDATE candle SET close = 7')
    const writer = await openWriter({
      ...{ file, mode: 'live', startedMs: todayMs, tickSizes: [], threadUrl: writerThread }
    })
    onTestFinished(() => writer.close({ stoppedMs: todayMs }))
    const found: LastAudit[] = []
    const clock = new FakeClock(todayMs + halfPastFourMs)
    const options = { file, threadUrl: readerThread }
    const keeper = new AuditKeeper({
      ...{ writer, clock, intervals: ['1m'], atMs: halfPastFourMs, isRepair: true },
      openAuditor: () => openStoreJobs(options),
      checkPages: () => checkIntegrity(options),
      found: (audit) => void found.push(audit),
      log: () => undefined
    })
    await looked(keeper, clock)
    expect(found).toMatchObject([{ pages: 'ok', left: 0 }])
    expect(spoiler.prepare('SELECT close, revision FROM candle').all()).toEqual([
      { close: 42, revision: 1 }
    ])
    expect(
      spoiler.prepare("SELECT stored ->> 'close' AS stored, repaired FROM v_audit_candle").all()
    ).toEqual([{ stored: 7, repaired: 1 }])
  })

  test('finds a spoilt page', async () => {
    const bench = await aWriterBench([aRegistration()])
    const trades = Array.from(Array(20_000).keys(), (id) => aTrade({ id, eventMs: todayMs + id }))
    bench.commit({ trades })
    bench.database.close(todayMs)
    const file = join(await scratchFolder(), 'tapedeck.db')
    copyFileSync(bench.setup.file, file)
    const handle = openSync(file, 'r+')
    writeSync(handle, Buffer.alloc(4_096, 0xff), 0, 4_096, statSync(file).size - 40 * 4_096)
    closeSync(handle)
    expect(await checkIntegrity({ file, threadUrl: readerThread })).not.toBe('ok')
    expect(await checkIntegrity({ file: bench.setup.file, threadUrl: readerThread })).toBe('ok')
  })
})
