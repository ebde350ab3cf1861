import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { AuditRecord, InstrumentAudit } from '../../../src/engine/storage/audit-record.ts'
import { pathIn } from '../../../src/engine/storage/sealed-hour.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aCandle } from '../../support/candles.ts'
import { reading, sealAll } from '../../support/tape-keeping.ts'
import { damagedFile } from '../../support/tape-rows.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const fromMs = Date.UTC(2026, 9, 19)
const nowMs = fromMs + dayMs + 4.5 * hourMs
const instrument = 'coinbase:BTC-USD'
const intervals = ['1m', '1h', '3t'] as const

/** A day with seven trades in three hours, and the candles that they make, as rebuilds store them. */
async function aStore(): Promise<WriterBench> {
  const bench = await aWriterBench([aRegistration()])
  const minutes = [0, 1, 2, 90, 91, 1_000, 1_400]
  const trades = minutes.map((minute, id) =>
    aTrade({ id, eventMs: fromMs + minute * minuteMs + 5, price: 100 + id })
  )
  const time = { instrument, fromMs, toMs: fromMs + dayMs, kind: 'time' } as const
  const fromOrder = { major: 0, minor: 0 }
  const tick = { kind: 'tick', instrument, interval: '3t', dayMs: fromMs, fromOrder } as const
  bench.commit({
    trades,
    rebuilds: [{ ...time, interval: '1m' }, { ...time, interval: '1h' }, tick],
    runNowMs: nowMs
  })
  return bench
}

function audited(bench: WriterBench): InstrumentAudit {
  const request = { instrument, dayMs: fromMs, intervals, nowMs } as const
  return reading(bench.setup.file, (reader) => reader.audit(request))
}

/** Changes the database behind the writer's back. */
function spoil(bench: WriterBench, sql: string): void {
  const database = new Database(bench.setup.file)
  expect(database.prepare(sql).run().changes).toBe(1)
  database.close()
}

function rows(bench: WriterBench, sql: string): readonly unknown[] {
  const database = new Database(bench.setup.file, { readonly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

function recordOf({ compared, differences, listed }: InstrumentAudit, isRepair: boolean) {
  const found = { compared, differences, listed, isRepair }
  return { dayMs: fromMs, atMs: nowMs, pages: 'ok', ...found } satisfies AuditRecord
}

const anHour = `interval = 3600 AND slot = ${fromMs / hourMs + 1}`

describe('an audit of candles', () => {
  test('finds nothing where each is what its trades make, of rows or of files', async () => {
    const bench = await aStore()
    expect(audited(bench)).toEqual({ compared: 7 + 4 + 3, differences: 0, listed: [] })
    sealAll(bench)
    expect(audited(bench)).toEqual({ compared: 14, differences: 0, listed: [] })
  })

  test.each([
    ['UPDATE candle SET close = close + 0.01', 'close', 104, 104.01],
    ['UPDATE candle SET trades = 3', 'trades', 2, 3],
    ['UPDATE candle SET volume = volume * 1.0000001', 'volume', 2, 2.0000002]
  ] as const)('finds a spoilt candle: %s', async (sql, field, built, stored) => {
    const bench = await aStore()
    spoil(bench, `${sql} WHERE ${anHour}`)
    const { differences, listed } = audited(bench)
    expect(differences).toBe(1)
    expect(listed).toMatchObject([
      { finding: 'differs', stored: { interval: '1h', [field]: stored }, built: { [field]: built } }
    ])
  })

  test('finds a spoilt tick candle', async () => {
    const bench = await aStore()
    spoil(bench, 'UPDATE tick_candle SET high = 999 WHERE place = 1')
    expect(audited(bench)).toMatchObject({
      differences: 1,
      listed: [{ finding: 'differs', stored: { index: 1, high: 999 }, built: { high: 105 } }]
    })
  })

  test('finds one that is missing among others, and one that no trade makes', async () => {
    const bench = await aStore()
    spoil(bench, `DELETE FROM candle WHERE ${anHour}`)
    const openMs = fromMs + 5 * minuteMs
    const extra = { openMs, closeMs: openMs + minuteMs, interval: '1m', final: true }
    bench.commit({ candles: [aCandle(extra)] })
    expect(audited(bench)).toMatchObject({
      differences: 2,
      listed: [
        { finding: 'extra', stored: { openMs }, built: null },
        { finding: 'missing', stored: null, built: { interval: '1h', openMs: fromMs + hourMs } }
      ]
    })
  })

  test('finds that nothing is stored of the last hours of a day', async () => {
    const bench = await aStore()
    for (const minute of [1_000, 1_400])
      spoil(
        bench,
        `DELETE FROM candle WHERE interval = 60 AND slot = ${fromMs / minuteMs + minute}`
      )
    expect(audited(bench).listed.map(({ finding }) => finding)).toEqual(['missing', 'missing'])
  })

  test('passes by what a venue told, what still forms, and what came before the first candle', async () => {
    const bench = await aStore()
    const minuteAt = (minute: number) => {
      const openMs = fromMs + minute * minuteMs
      return { interval: '1m', openMs, closeMs: openMs + minuteMs }
    }
    bench.commit({
      candles: [
        aCandle({ ...minuteAt(40), source: 'venue', final: true }),
        aCandle({ ...minuteAt(50), final: false })
      ]
    })
    spoil(bench, `DELETE FROM candle WHERE interval = 60 AND slot = ${fromMs / minuteMs}`)
    expect(audited(bench)).toMatchObject({ compared: 13, differences: 0 })
  })

  test('passes an instrument by whose trades cannot be read', async () => {
    const bench = await aStore()
    spoil(bench, `UPDATE candle SET close = 1 WHERE ${anHour}`)
    const [, file] = sealAll(bench)
    damagedFile(pathIn(bench.setup.file.replace(/tapedeck\.db$/, ''), file?.path ?? ''))
    expect(audited(bench)).toEqual({ compared: 0, differences: 0, listed: [] })
  })

  test('passes a day by whose trades were deleted', async () => {
    const bench = await aStore()
    const [file] = sealAll(bench)
    bench.database.forget({ kind: 'hour', venue: 'coinbase', hour: file?.hour ?? 0 }, nowMs)
    expect(audited(bench)).toEqual({ compared: 0, differences: 0, listed: [] })
  })
})

describe('what an audit found', () => {
  test('is kept, and changes no candle unless it is told to', async () => {
    const bench = await aStore()
    spoil(bench, `UPDATE candle SET close = 7 WHERE ${anHour}`)
    expect(bench.database.putAudit(recordOf(audited(bench), false))).toBe(0)
    expect(rows(bench, 'SELECT at_ms, day_ms, pages, compared, differences FROM v_audit')).toEqual([
      { at_ms: nowMs, day_ms: fromMs, pages: 'ok', compared: 14, differences: 1 }
    ])
    expect(
      rows(
        bench,
        `SELECT instrument, interval, open_ms, finding, stored ->> 'close' AS stored,
           built ->> 'close' AS built, repaired FROM v_audit_candle`
      )
    ).toEqual([
      {
        ...{ instrument, interval: '1h', open_ms: fromMs + hourMs, finding: 'differs' },
        ...{ stored: 7, built: 104, repaired: 0 }
      }
    ])
    expect(audited(bench).differences).toBe(1)
    expect(reading(bench.setup.file, (reader) => reader.auditStart())).toEqual({
      instruments: [instrument],
      last: { atMs: nowMs, dayMs: fromMs, pages: 'ok', left: 1 }
    })
  })

  test('is mended as a revision, both versions kept, but for what no trade makes', async () => {
    const bench = await aStore()
    spoil(bench, `UPDATE candle SET close = 7 WHERE ${anHour}`)
    spoil(bench, `DELETE FROM candle WHERE interval = 60 AND slot = ${fromMs / minuteMs + 91}`)
    const openMs = fromMs + 5 * minuteMs
    const extra = { openMs, closeMs: openMs + minuteMs, interval: '1m', final: true }
    bench.commit({ candles: [aCandle(extra)] })
    expect(bench.database.putAudit(recordOf(audited(bench), true))).toBe(2)
    expect(audited(bench).listed).toMatchObject([{ finding: 'extra' }])
    const mended = `SELECT close, revision FROM candle WHERE ${anHour}`
    expect(rows(bench, mended)).toEqual([{ close: 104, revision: 1 }])
    expect(
      rows(bench, 'SELECT finding, repaired FROM v_audit_candle ORDER BY interval, open_ms')
    ).toEqual([
      { finding: 'differs', repaired: 1 },
      { finding: 'extra', repaired: 0 },
      { finding: 'missing', repaired: 1 }
    ])
  })

  test('mends no candle that changed since', async () => {
    const bench = await aStore()
    spoil(bench, `UPDATE candle SET close = 7 WHERE ${anHour}`)
    const found = audited(bench)
    spoil(bench, `UPDATE candle SET close = 8, revision = 4 WHERE ${anHour}`)
    expect(bench.database.putAudit(recordOf(found, true))).toBe(0)
    expect(rows(bench, `SELECT close FROM candle WHERE ${anHour}`)).toEqual([{ close: 8 }])
  })
})
