import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Candle } from '../../../src/core/market/candle.ts'
import type { RebuildRequest, RebuildResult } from '../../../src/core/market/rebuild.ts'
import type { LedgerChanges } from '../../../src/core/market/ledger/ledger-changes.ts'
import { checkIntegrity, openReader } from '../../../src/engine/storage/open-reader.ts'
import type { WriterOptions } from '../../../src/engine/storage/writer-options.ts'
import { openWriter } from '../../../src/engine/storage/open-writer.ts'
import type { StorageError } from '../../../src/engine/storage/storage-error.ts'
import type { CommittedBatch, StoreWriter } from '../../../src/engine/storage/store.ts'
import { aGap } from '../../support/a-gap.ts'
import { aRegistration } from '../../support/a-registration.ts'
import { aTrade } from '../../support/a-trade.ts'
import { aCandle } from '../../support/candles.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'
import { until } from '../../support/until.ts'

const writerThread = new URL('../../../src/engine/writer-thread.ts', import.meta.url)
const readerThread = new URL('../../../src/engine/reader-thread.ts', import.meta.url)
const dyingThread = new URL('../../support/dying-writer-thread.ts', import.meta.url)
const muteThread = new URL('../../support/mute-writer-thread.ts', import.meta.url)
const holderProcess = fileURLToPath(new URL('../../support/lock-holder.ts', import.meta.url))
const instrument = 'coinbase:BTC-USD'
const noChanges: LedgerChanges = { coverage: [], replaced: [], gaps: [] }
const everything = { instrument, fromMs: null, toMs: null, limit: 10_000 } as const

describe('openWriter', () => {
  test('commits rows and candles in its thread, and a reader in another thread finds them', async () => {
    const file = await aFile()
    const batches: CommittedBatch[] = []
    const events = { onCommitted: (batch: CommittedBatch) => void batches.push(batch) }
    const writer = await aWriter({ file, events })
    writer.trade(aTrade({ id: 'text-id', eventMs: 1_000.125 }), 0)
    writer.trade(aTrade({ id: 2, eventMs: 2_000 }), 1)
    writer.flaggedTrade(aTrade({ id: 3, eventMs: 3_000 }), 2)
    writer.putCandles([aCandle({ openMs: 1_000, closeMs: 2_000 })])
    await writer.flush()
    expect(batches.map(({ outcome }) => outcome)).toEqual([
      { trades: 3, duplicates: 0, conflicts: 0, candles: 1 }
    ])
    expect(writer.figures()).toMatchObject({ queuedRows: 0, storeLagMs: 0, committedTrades: 3 })

    const reader = await openReader({ file, threadUrl: readerThread })
    const trades = await reader.trades({ ...everything, name: 'trades' })
    expect(trades.map(({ id, eventMs }) => [id, eventMs])).toEqual([
      ['text-id', 1_000.125],
      ['2', 2_000],
      ['3', 3_000]
    ])
    const { candles } = await reader.candles({ ...everything, name: 'candles', interval: '1s' })
    expect(candles).toEqual([aCandle({ openMs: 1_000, closeMs: 2_000 })])
    expect(await reader.figures()).toMatchObject({ instruments: 1, runs: 1 })
    await reader.close()
  })

  test('commits by itself, without being asked', async () => {
    const writer = await aWriter({ file: await aFile(), flushMs: 10 })
    writer.trade(aTrade(), 0)
    await until(() => writer.figures().queuedRows === 0, 'the row is committed')
    expect(writer.figures().committedTrades).toBe(1)
  })

  test('puts rows and the pipeline’s candles of one moment into one batch, however many rows', async () => {
    const batches: CommittedBatch[] = []
    const events = { onCommitted: (batch: CommittedBatch) => void batches.push(batch) }
    const writer = await aWriter({ file: await aFile(), events, batchRows: 100, flushMs: 60_000 })
    let changed: Candle[] = []
    writer.follow({
      takeChangedCandles: () => changed.splice(0),
      takeRebuilds: () => [],
      takeLedgerChanges: () => noChanges,
      runNowMs: () => 0
    })
    for (let id = 0; id < 150; id += 1) writer.trade(aTrade({ id }), id)
    changed = [aCandle()]
    await until(() => batches.length === 1, 'the full batch is committed')
    expect(batches[0]?.outcome).toMatchObject({ trades: 150, candles: 1 })
  })

  test('carries out rebuilds after the rows they came with, and hands the candles back', async () => {
    const rebuilt: RebuildResult[] = []
    const events = { onRebuilt: (result: RebuildResult) => void rebuilt.push(result) }
    const writer = await aWriter({ file: await aFile(), events })
    const request: RebuildRequest = {
      kind: 'time',
      instrument,
      interval: '1s',
      fromMs: 5_000,
      toMs: 6_000
    }
    const requests = [request]
    writer.follow({
      takeChangedCandles: () => [],
      takeRebuilds: () => requests.splice(0),
      takeLedgerChanges: () => noChanges,
      runNowMs: () => 10_000
    })
    writer.trade(aTrade({ id: 1, eventMs: 5_000, price: 3, size: 0.1 }), 0)
    writer.trade(aTrade({ id: 2, eventMs: 5_999, price: 4, size: 0.2 }), 1)
    await writer.flush()
    expect(rebuilt).toHaveLength(1)
    expect(rebuilt[0]?.beforeArrival).toBe(2)
    expect(rebuilt[0]?.candles).toMatchObject([
      { openMs: 5_000, open: 3, close: 4, volume: 0.3, trades: 2, final: true, revision: 0 }
    ])
  })

  test('sends again what a crash left unanswered, and nothing is stored twice', async () => {
    const file = await aFile()
    const writer = await aWriter({ file, threadUrl: dyingThread })
    for (const id of [1, 2, 3]) {
      writer.trade(aTrade({ id }), id)
      await writer.flush()
    }
    expect(existsSync(`${file}.died`)).toBe(true)
    expect(writer.figures()).toMatchObject({ restarts: 1, duplicateTrades: 0, queuedRows: 0 })
    await writer.close({ stoppedMs: 1 })
    expect(ids(file)).toEqual([1, 2, 3])
  })

  test('starts a thread again that gives no answer', async () => {
    const file = await aFile()
    const writer = await aWriter({ file, threadUrl: muteThread, flushMs: 5, answerMs: 300 })
    writer.trade(aTrade(), 0)
    await writer.flush()
    expect(writer.figures().restarts).toBeGreaterThan(0)
    expect(writer.figures().queuedRows).toBe(0)
    await writer.close({ stoppedMs: 1 })
    expect(ids(file)).toEqual([1])
  })

  test('keeps rows while another process holds the file, says so once, and stores them after', async () => {
    const file = await aFile()
    const troubles: (string | null)[] = []
    const events = {
      onTrouble: (error: StorageError | null) => void troubles.push(error?.code ?? null)
    }
    const writer = await aWriter({ file, events })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    for (const id of [1, 2]) writer.trade(aTrade({ id }), id)
    const flushed = writer.flush()
    await until(() => troubles.length === 1, 'the trouble is told')
    writer.trade(aTrade({ id: 3 }), 3)
    other.exec('ROLLBACK')
    other.close()
    await flushed
    await writer.flush()
    expect(troubles).toEqual(['storage-busy', null])
    await writer.close({ stoppedMs: 1 })
    expect(ids(file)).toEqual([1, 2, 3])
  })

  test('loses no row and holds nobody up while another process writes for long', async () => {
    const file = await aFile()
    const troubles: (string | null)[] = []
    const events = {
      onTrouble: (error: StorageError | null) => void troubles.push(error?.code ?? null)
    }
    const writer = await aWriter({ file, events })
    const other = await holdInOtherProcess(file)
    let turns = 0
    await until(() => {
      writer.trade(aTrade({ id: turns }), turns)
      turns += 1
      return writer.figures().storeLagMs > 1_500
    }, 'rows wait for longer than a few tries')
    expect(turns).toBeGreaterThan(20)
    expect(writer.figures()).toMatchObject({ committedTrades: 0, restarts: 0, droppedTrades: 0 })
    await other.letGo()
    await writer.flush()
    expect(troubles).toEqual(['storage-busy', null])
    await writer.close({ stoppedMs: 1 })
    expect(ids(file)).toEqual(Array.from(Array(turns).keys()))
  })

  test('registers instruments once another process lets the file go', async () => {
    const file = await aFile()
    const troubles: (string | null)[] = []
    const events = {
      onTrouble: (error: StorageError | null) => void troubles.push(error?.code ?? null)
    }
    const writer = await aWriter({ file, events })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    const registered = writer.registerInstruments([aRegistration('kraken:ETH-USD')])
    await until(() => troubles.length === 1, 'the trouble is told')
    other.exec('ROLLBACK')
    other.close()
    await registered
    writer.trade(aTrade({ id: 9, instrument: 'kraken:ETH-USD' }), 0)
    await writer.flush()
    expect(troubles).toEqual(['storage-busy', null])
    expect(writer.figures().restarts).toBe(0)
    expect(ids(file)).toEqual([9])
  })

  test('answers a registration only when that one is stored', async () => {
    const file = await aFile()
    const options = optionsFor({ file, threadUrl: muteThread, flushMs: 5, answerMs: 300 })
    const writer = await openWriter(options)
    onTestFinished(() => writer.close({ stoppedMs: 1, deadlineMs: 1_000 }))
    const first = writer.registerInstruments([aRegistration(instrument)])
    const second = writer.registerInstruments([aRegistration('kraken:ETH-USD')])
    const again = writer.registerInstruments([aRegistration('kraken:ETH-USD')])
    await first
    await Promise.race([second, again])
    expect(writer.figures().restarts).toBeGreaterThan(0)
    writer.trade(aTrade({ id: 7, instrument: 'kraken:ETH-USD' }), 0)
    await writer.flush()
    const reader = await openReader({ file, threadUrl: readerThread })
    const query = { ...everything, instrument: 'kraken:ETH-USD', name: 'trades' as const }
    expect((await reader.trades(query)).map(({ id }) => id)).toEqual(['7'])
    await reader.close()
  })

  test('tells a rebuild once, though its thread died before it called the batch committed', async () => {
    const file = await aFile()
    const rebuilt: RebuildResult[] = []
    const events = { onRebuilt: (result: RebuildResult) => void rebuilt.push(result) }
    const writer = await aWriter({ file, threadUrl: dyingThread, events })
    const requests: RebuildRequest[] = [
      { kind: 'time', instrument, interval: '1s', fromMs: 5_000, toMs: 6_000 }
    ]
    writer.follow({
      takeChangedCandles: () => [],
      takeRebuilds: () => requests.splice(0),
      takeLedgerChanges: () => noChanges,
      runNowMs: () => 10_000
    })
    writer.trade(aTrade({ id: 1, eventMs: 5_000 }), 0)
    await writer.flush()
    expect(writer.figures().restarts).toBe(1)
    expect(rebuilt.map(({ beforeArrival }) => beforeArrival)).toEqual([1])
  })

  test('asks for a pause when too much waits, ends it, and drops only far beyond, counted', async () => {
    const file = await aFile()
    const told: string[] = []
    const events = { onPressure: (pressure: 'high' | 'normal') => void told.push(pressure) }
    const writer = await aWriter({ file, events, queueRows: 10 })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    for (let id = 0; id < 39; id += 1) writer.trade(aTrade({ id }), id)
    expect(writer.isFull).toBe(false)
    for (let id = 39; id < 50; id += 1) writer.trade(aTrade({ id }), id)
    expect([writer.isFull, told]).toEqual([true, ['high']])
    expect(writer.figures()).toMatchObject({ queuedRows: 40, droppedTrades: 10 })
    other.exec('ROLLBACK')
    other.close()
    await writer.flush()
    expect([writer.isFull, told]).toEqual([false, ['high', 'normal']])
    expect(writer.figures()).toMatchObject({ queuedRows: 0, committedTrades: 40 })
  })

  test('rejects with the store’s own error when the file cannot be had', async () => {
    const file = join(await scratchFolder(), 'gone', 'tapedeck.db')
    await expect(openWriter(optionsFor({ file }))).rejects.toMatchObject({
      code: 'storage-folder',
      name: 'StorageError'
    })
  })

  test('gives up when its thread cannot run, and says so to whoever waits', async () => {
    const threadUrl = new URL('no-such-thread.ts', import.meta.url)
    await expect(openWriter(optionsFor({ file: await aFile(), threadUrl }))).rejects.toMatchObject({
      code: 'storage-thread'
    })
  })

  test('marks a run as stopped in order when it closes', async () => {
    const file = await aFile()
    const first = await aWriter({ file })
    first.trade(aTrade(), 0)
    await first.close({ stoppedMs: 1_790_000_000_500 })
    const second = await aWriter({ file })
    expect(second.run).toEqual({
      run: 2,
      isUncleanStart: false,
      lastSeenMs: null,
      integrity: 'ok',
      nextArrival: 1
    })
    await second.close({ stoppedMs: 1 })
    expect(existsSync(`${file}-wal`)).toBe(false)
  })

  test('closes in bounded time though rows cannot be stored, and the next start knows', async () => {
    const file = await aFile()
    const writer = await aWriter({ file })
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    writer.trade(aTrade(), 0)
    await writer.close({ stoppedMs: 1, deadlineMs: 100 })
    other.exec('ROLLBACK')
    other.close()
    const next = await aWriter({ file })
    expect(next.run.isUncleanStart).toBe(true)
  })
})

describe('checkIntegrity', () => {
  test('says that a file is whole, beside its writer', async () => {
    const file = await aFile()
    const writer = await aWriter({ file })
    expect(writer.run.integrity).toBe('ok')
    expect(await checkIntegrity({ file, threadUrl: readerThread })).toBe('ok')
  })

  test.each([
    {
      what: 'a table that is overwritten',
      damage: (file: string) => {
        fillFrom(file, 0.5)
      },
      says: /damaged|malformed|invalid|never used|out of order|error/i
    },
    {
      what: 'a file that was cut off',
      damage: (file: string) => {
        truncateSync(file, Math.floor(statSync(file).size / 2))
      },
      says: /damaged|malformed/
    }
  ])('finds $what', async ({ damage, says }) => {
    const file = await aFile()
    const writer = await aWriter({ file })
    for (let id = 0; id < 5_000; id += 1) writer.trade(aTrade({ id }), id)
    await writer.close({ stoppedMs: 1 })
    damage(file)
    expect(await checkIntegrity({ file, threadUrl: readerThread })).toMatch(says)
    await expect(openWriter(optionsFor({ file }))).rejects.toMatchObject({
      code: 'storage-corrupt'
    })
  })
})

describe('openReader', () => {
  test('gives back the gaps that the writer was told', async () => {
    const file = await aFile()
    const writer = await aWriter({ file })
    const changes = [{ ...noChanges, gaps: [aGap({ fromMs: 1_000, toMs: 2_000 })] }]
    writer.follow({
      takeChangedCandles: () => [],
      takeRebuilds: () => [],
      takeLedgerChanges: () => changes.pop() ?? noChanges,
      runNowMs: () => 0
    })
    await writer.flush()
    const reader = await openReader({ file, threadUrl: readerThread })
    const query = { instrument, fromMs: null, toMs: null, limit: 10 }
    expect(await reader.gaps(query)).toEqual([aGap({ fromMs: 1_000, toMs: 2_000 })])
    expect(await reader.ledger(query)).toMatchObject({ coverage: [], gaps: [{ firstId: 11 }] })
    await reader.close()
  })

  test('lets another question through while it seeds many instruments', async () => {
    const file = await aFile()
    await aWriter({ file })
    const reader = await openReader({ file, threadUrl: readerThread })
    const many = Array.from(Array(40).keys(), (at) => `kraken:A${at}-USD` as const)
    const answered: string[] = []
    const seeded = reader.seed(many, ['1s'], 0).then((seeds) => {
      answered.push('seed')
      return seeds
    })
    await Promise.all([seeded, reader.figures().then(() => answered.push('figures'))])
    expect(answered).toEqual(['figures', 'seed'])
    expect((await seeded).map((seed) => seed.instrument)).toEqual(many)
    await reader.close()
  })

  test('rejects when the file does not exist', async () => {
    await expect(
      openReader({ file: await aFile(), threadUrl: readerThread })
    ).rejects.toMatchObject({ code: 'storage-folder' })
  })

  test('forgets a query that is aborted while it waits, and answers the others', async () => {
    const file = await aFile()
    await aWriter({ file })
    const reader = await openReader({ file, threadUrl: readerThread })
    const abort = new AbortController()
    const first = reader.figures()
    const second = reader.trades({ ...everything, name: 'trades' }, abort.signal)
    const third = reader.figures()
    abort.abort(new Error('the chart is gone'))
    await expect(second).rejects.toThrow('the chart is gone')
    expect(await first).toEqual(await third)
    await reader.close()
    await expect(reader.figures()).rejects.toMatchObject({ code: 'storage-thread' })
  })
})

function optionsFor(options: Pick<WriterOptions, 'file'> & Partial<WriterOptions>): WriterOptions {
  return {
    mode: 'live',
    startedMs: 1_790_000_000_000,
    tickSizes: [100],
    threadUrl: writerThread,
    ...options
  }
}

async function aWriter(
  options: Pick<WriterOptions, 'file'> & Partial<WriterOptions>
): Promise<StoreWriter> {
  const writer = await openWriter(optionsFor(options))
  onTestFinished(() => writer.close({ stoppedMs: 1_790_000_001_000, deadlineMs: 1_000 }))
  await writer.registerInstruments([aRegistration(instrument)])
  return writer
}

/** Another process that holds the file's write lock until it is told to let go. */
async function holdInOtherProcess(file: string): Promise<{ letGo(): Promise<void> }> {
  const child = fork(holderProcess, [file])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return {
    letGo: async () => {
      child.send('let go')
      await once(child, 'exit')
    }
  }
}

function fillFrom(file: string, share: number): void {
  const content = readFileSync(file)
  writeFileSync(file, content.fill(0xa5, Math.floor(content.length * share)))
}

async function aFile(): Promise<string> {
  return join(await scratchFolder(), 'tapedeck.db')
}

function ids(file: string): unknown[] {
  const database = new Database(file)
  const rows = database.prepare('SELECT id FROM trade ORDER BY arrival').pluck().all()
  database.close()
  return rows
}
