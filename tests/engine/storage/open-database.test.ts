import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  assertRuntime,
  migrate,
  openForReading,
  openForWriting
} from '../../../src/engine/storage/open-database.ts'
import { migrations } from '../../../src/engine/storage/schema.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'

const nowMs = 1_790_000_000_000

describe('openForWriting', () => {
  test('makes a file that asks for WAL, FULL, incremental vacuum and no long waits', async () => {
    const file = await aFile()
    const database = openForWriting({ file, mode: 'live', nowMs })
    const pragmas = ['journal_mode', 'synchronous', 'auto_vacuum', 'page_size', 'busy_timeout']
    expect(pragmas.map((name) => pragma(database, name))).toEqual(['wal', 2, 2, 4_096, 50])
    database.close()
    expect(readdirSync(join(file, '..'))).toEqual(['tapedeck.db'])
  })

  test('asks for FULL again at every later opening', async () => {
    const file = await aStore()
    const database = openForWriting({ file, mode: 'live', nowMs })
    expect(pragma(database, 'synchronous')).toBe(2)
    database.close()
  })

  test('refuses a newer schema and changes nothing on disk', async () => {
    const file = await aStore()
    change(file, 'PRAGMA user_version = 999')
    const { before, names } = { before: readFileSync(file), names: readdirSync(join(file, '..')) }
    expect(() => openForWriting({ file, mode: 'live', nowMs })).toThrow(
      expect.objectContaining({
        code: 'storage-newer-schema',
        message: `${file} was written by a newer Tapedeck (schema 999, this one knows ${migrations.length})`
      })
    )
    expect(() => openForReading(file)).toThrow(
      expect.objectContaining({ code: 'storage-newer-schema' })
    )
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(join(file, '..'))).toEqual(names)
  })

  test('refuses live data for a simulated run, and the reverse', async () => {
    const file = await aStore()
    const before = readFileSync(file)
    expect(() => openForWriting({ file, mode: 'simulated', nowMs })).toThrow(
      expect.objectContaining({ code: 'storage-mode-mismatch' })
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test.each([
    { what: 'an empty file', content: '' },
    { what: 'a text file', content: 'a'.repeat(5_000) },
    { what: 'a file shorter than a header', content: 'SQLite format 3\0' }
  ])('refuses $what and leaves it as it is', async ({ content }) => {
    const file = await aFile()
    writeFileSync(file, content)
    expect(() => openForWriting({ file, mode: 'live', nowMs })).toThrow(
      expect.objectContaining({ code: 'storage-not-ours' })
    )
    expect(readFileSync(file, 'utf8')).toBe(content)
  })

  test("refuses another program's database", async () => {
    const file = await aFile()
    const foreign = new Database(file)
    foreign.exec('CREATE TABLE note (text)')
    foreign.close()
    expect(() => openForWriting({ file, mode: 'live', nowMs })).toThrow(
      expect.objectContaining({
        code: 'storage-not-ours',
        message: `${file} is another program's database`
      })
    )
  })

  test.each([
    {
      what: 'overwritten pages',
      damage: (file: string) => {
        overwrite(file, 4_096)
      }
    },
    {
      what: 'a truncated file',
      damage: (file: string) => {
        truncateSync(file, 4_096 * 3)
      }
    }
  ])('finds $what at opening', async ({ damage }) => {
    const file = await aStore()
    damage(file)
    expect(() => openForWriting({ file, mode: 'live', nowMs })).toThrow(
      expect.objectContaining({ code: 'storage-corrupt' })
    )
  })

  test('says which folder is missing', async () => {
    const folder = join(await scratchFolder(), 'gone')
    const file = join(folder, 'tapedeck.db')
    expect(() => openForWriting({ file, mode: 'live', nowMs })).toThrow(
      expect.objectContaining({ code: 'storage-folder', message: `${folder} is not a folder` })
    )
  })

  test('starts anew over the rest of a creation that was killed', async () => {
    const file = await aFile()
    writeFileSync(`${file}.new`, 'half a database')
    openForWriting({ file, mode: 'live', nowMs }).close()
    expect(existsSync(`${file}.new`)).toBe(false)
  })
})

describe('openForReading', () => {
  test('refuses to write', async () => {
    const database = openForReading(await aStore())
    expect(() => database.exec("DELETE FROM meta WHERE key = 'mode'")).toThrow('readonly')
    database.close()
  })
})

describe('migrate', () => {
  test('takes the gaps of version 2 over, settles those whose trades came late, and keeps all rows', () => {
    const database = new Database(':memory:')
    migrate(database, migrations.slice(0, 2))
    database.exec(`
      INSERT INTO instrument (id, venue, symbol, venue_symbol, base, quote, trade_ids)
        VALUES (1, 'coinbase', 'BTC-USD', 'BTC-USD', 'BTC', 'USD', 'contiguous');
      INSERT INTO proof (instrument, from_ms, to_ms, state, cause, missed_trades, first_id) VALUES
        (1, 3600000, 3600900, 'open', 'missing-ids', 2, 11),
        (1, NULL, 3601000, 'open', 'missing-ids', 1, 5),
        (1, 7199000, 7201000, 'open', 'missing-ids', 2, 21);
      INSERT INTO proof (instrument, from_ms, to_ms, state) VALUES (1, 100, 200, 'complete');
      INSERT INTO trade VALUES
        (1, 1, 11, 0, 3600500, 3600500, 1, 1, 1, 0),
        (1, 1, 21, 1, 7199500, 7199500, 1, 1, 1, 0),
        (1, 2, 22, 2, 7200500, 7200500, 1, 1, 1, 0);
      INSERT INTO candle VALUES (1, 1, 3600, 1, 1, 1, 1, 1, 1, 1, 11, 0, 11, 0, 0, 0, 7);`)
    migrate(database, migrations)
    const all = (sql: string) => database.prepare(sql).all()
    const gap = { from_ms: 3_600_000, to_ms: 3_600_900, cause: 'missing-ids' }
    const sql = `SELECT first_id, last_id, from_ms, to_ms, state, cause, missed_trades, source
      FROM v_gap ORDER BY first_id`
    expect(all(sql)).toEqual([
      {
        ...gap,
        ...{ first_id: 5, last_id: 5, from_ms: null, to_ms: 3_601_000 },
        ...{ state: 'open', missed_trades: 1, source: null }
      },
      { ...gap, first_id: 11, last_id: 12, state: 'open', missed_trades: 2, source: null },
      {
        ...gap,
        ...{ first_id: 21, last_id: 22, from_ms: 7_199_000, to_ms: 7_201_000 },
        ...{ state: 'refilled', missed_trades: 2, source: 'late' }
      }
    ])
    expect(all('SELECT from_ms, to_ms, kind FROM coverage')).toEqual([
      { from_ms: 100, to_ms: 200, kind: 'complete' }
    ])
    expect(all('SELECT count(*) AS trades FROM v_trade')).toEqual([{ trades: 3 }])
    expect(all('SELECT open_ms, trades FROM v_candle')).toEqual([{ open_ms: 3_600_000, trades: 1 }])
    expect(all("SELECT name FROM sqlite_schema WHERE name = 'proof'")).toEqual([])
    database.close()
  })

  test('takes the trades of version 4 over as rows that lie in no file', () => {
    const database = new Database(':memory:')
    migrate(database, migrations.slice(0, 4))
    database.exec(`
      INSERT INTO instrument (id, venue, symbol, venue_symbol, base, quote, trade_ids)
        VALUES (1, 'coinbase', 'BTC-USD', 'BTC-USD', 'BTC', 'USD', 'contiguous');
      INSERT INTO trade VALUES (1, 1, 11, 0, 3600500.125, 3600500, 2, 3, -1, 1);`)
    const all = (sql: string) => database.prepare(sql).all()
    const before = all('SELECT * FROM v_trade')
    migrate(database, migrations)
    expect(before).toHaveLength(1)
    expect(all('SELECT * FROM v_trade')).toEqual(before)
    expect(all('SELECT * FROM v_tape')).toEqual([])
    database.close()
  })

  test('leaves no trace of a step that fails half-way, and a second try succeeds', () => {
    const database = new Database(':memory:')
    const next = migrations.length + 1
    const broken = { version: next, sql: 'CREATE TABLE extra (a); CREATE TABLE extra (a);' }
    expect(() => {
      migrate(database, [...migrations, broken])
    }).toThrow('already exists')
    expect(pragma(database, 'user_version')).toBe(next - 1)
    migrate(database, [...migrations, { version: next, sql: 'CREATE TABLE extra (a);' }])
    expect(pragma(database, 'user_version')).toBe(next)
    database.close()
  })
})

describe('assertRuntime', () => {
  test.each(['9', 'none'])('refuses Node-API version %s before SQLite is loaded', (napi) => {
    expect(() => {
      assertRuntime(napi)
    }).toThrow(expect.objectContaining({ code: 'wrong-runtime' }))
  })
})

async function aFile(): Promise<string> {
  return join(await scratchFolder(), 'tapedeck.db')
}

async function aStore(): Promise<string> {
  const file = await aFile()
  openForWriting({ file, mode: 'live', nowMs }).close()
  return file
}

function pragma(database: Database.Database, name: string): unknown {
  return database.pragma(name, { simple: true })
}

function change(file: string, sql: string): void {
  const database = new Database(file)
  database.exec(sql)
  database.close()
}

function overwrite(file: string, from: number): void {
  const content = readFileSync(file)
  writeFileSync(file, content.fill(0xa5, from))
}
