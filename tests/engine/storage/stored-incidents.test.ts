import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Incident } from '../../../src/contracts/incident.ts'
import { migrate } from '../../../src/engine/storage/open-database.ts'
import { openReader } from '../../../src/engine/storage/open-reader.ts'
import { openWriter } from '../../../src/engine/storage/open-writer.ts'
import { ReaderDatabase } from '../../../src/engine/storage/reader-database.ts'
import { migrations } from '../../../src/engine/storage/schema.ts'
import type { IncidentsQuery } from '../../../src/engine/storage/store.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { anIncident } from '../../support/an-incident.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'
import { aWriterBench, type WriterBench } from '../../support/writer-bench.ts'

const anywhere: IncidentsQuery = { venue: null, fromMs: null, toMs: null, limit: 10 }
const open = anIncident({ state: 'open', endedMs: null, recoverMs: null, firstFrameMs: null })

describe('stored incidents', () => {
  test('come back as they were told last, once however often', async () => {
    const bench = await aWriterBench([aRegistration()])
    const offline = anIncident({ id: '1-2', kind: 'offline', venue: null, causeCode: null })
    bench.tell({ put: [open, { ...offline, beganMs: open.beganMs + 1 }] })
    bench.tell({ put: [anIncident({ missedTrades: 7 })] })
    expect(found(bench)).toEqual([
      anIncident({ missedTrades: 7 }),
      { ...offline, beganMs: open.beganMs + 1 }
    ])
  })

  test('are gone when they turn out to be a part of another', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.tell({ put: [open, anIncident({ id: '1-2' })] })
    bench.tell({ gone: ['1-2'] })
    expect(ids(found(bench))).toEqual(['1-1'])
  })

  test('are found by venue and by the time that they touch, the newest of them', async () => {
    const bench = await aWriterBench([aRegistration()])
    const between = (id: string, beganMs: number, endedMs: number | null, venue: string | null) =>
      anIncident({ id, beganMs, endedMs, venue })
    bench.tell({
      put: [
        between('a', 100, 200, 'coinbase'),
        between('b', 300, 400, 'bybit-spot'),
        between('c', 500, null, null)
      ]
    })
    expect(ids(found(bench, { fromMs: 200, toMs: 301 }))).toEqual(['a', 'b'])
    expect(ids(found(bench, { fromMs: 201, toMs: 300 }))).toEqual([])
    expect(ids(found(bench, { venue: 'coinbase' }))).toEqual(['a', 'c'])
    expect(ids(found(bench, { fromMs: 9_000 }))).toEqual(['c'])
    expect(ids(found(bench, { limit: 2 }))).toEqual(['b', 'c'])
  })

  test('are kept to the newest ten thousand', async () => {
    const bench = await aWriterBench([aRegistration()])
    const many = Array.from({ length: 10_001 }, (...[, at]) =>
      anIncident({ id: `1-${at}`, beganMs: at })
    )
    bench.tell({ put: many })
    const all = found(bench, { limit: 20_000 })
    expect([all.length, all[0]?.id]).toEqual([10_000, '1-1'])
  })

  test('are shown by their view', async () => {
    const bench = await aWriterBench([aRegistration()])
    bench.tell({ put: [anIncident()] })
    const database = new Database(bench.setup.file, { readonly: true })
    onTestFinished(() => void database.close())
    expect(database.prepare('SELECT * FROM v_incident').all()).toEqual([
      {
        id: '1-1',
        kind: 'connections',
        state: 'over',
        venue: 'coinbase',
        cause_class: 'reset',
        cause_text: 'connection reset',
        cause_code: 1006,
        began_ms: 1_790_000_000_000,
        ended_ms: 1_790_000_000_080,
        recover_ms: 80,
        connections: '["coinbase-01"]',
        connection_count: 1,
        instruments: '["coinbase:BTC-USD"]',
        instrument_count: 1,
        attempts: 1,
        last_frame_ms: 1_789_999_999_950,
        first_frame_ms: 1_790_000_000_080,
        missed_trades: 3,
        refilled_trades: 3,
        lost_trades: 0
      }
    ])
  })

  test('go through the writer’s thread, only the latest of each, and a reader finds them', async () => {
    const file = `${await scratchFolder()}/tapedeck.db`
    const writer = await openWriter({
      file,
      mode: 'live',
      startedMs: 1,
      tickSizes: [],
      threadUrl: new URL('../../../src/engine/writer-thread.ts', import.meta.url)
    })
    writer.putIncident(open)
    writer.putIncident(anIncident({ attempts: 4 }))
    writer.putIncident(anIncident({ id: '1-2' }))
    writer.dropIncident('1-2')
    await writer.flush()
    const threadUrl = new URL('../../../src/engine/reader-thread.ts', import.meta.url)
    const reader = await openReader({ file, threadUrl })
    expect(await reader.incidents(anywhere)).toEqual([anIncident({ attempts: 4 })])
    await reader.close()
    await writer.close({ stoppedMs: 2 })
  })
})

describe('the run before', () => {
  test('is last seen at its last batch', async () => {
    const bench = await aWriterBench([aRegistration()])
    expect(bench.database.run.lastSeenMs).toBeNull()
    bench.commit({ runNowMs: 500 })
    bench.commit({ runNowMs: 900 })
    bench.tell({ put: [open] })
    bench.restart(null)
    expect(bench.database.run).toMatchObject({ isUncleanStart: true, lastSeenMs: 900 })
  })
})

describe('version 4', () => {
  test('takes over a database of version 3 with all its runs', () => {
    const database = new Database(':memory:')
    migrate(database, migrations.slice(0, 3))
    database.exec('INSERT INTO run VALUES (1, 100, NULL, 7, 9)')
    migrate(database, migrations)
    expect(database.prepare('SELECT * FROM run').all()).toEqual([
      {
        id: 1,
        started_ms: 100,
        stopped_ms: null,
        last_batch: 7,
        last_arrival: 9,
        last_seen_ms: null
      }
    ])
    expect(database.prepare('SELECT * FROM v_incident').all()).toEqual([])
    database.close()
  })
})

function found(bench: WriterBench, query: Partial<IncidentsQuery> = {}): readonly Incident[] {
  const reader = new ReaderDatabase(bench.setup.file)
  try {
    return reader.incidents({ ...anywhere, ...query })
  } finally {
    reader.close()
  }
}

function ids(incidents: readonly Incident[]): readonly string[] {
  return incidents.map(({ id }) => id)
}
