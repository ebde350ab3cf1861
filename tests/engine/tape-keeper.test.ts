import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/engine/collector/clock.ts'
import { openStoreJobs, openReader } from '../../src/engine/storage/open-reader.ts'
import { openWriter } from '../../src/engine/storage/open-writer.ts'
import type { HourCompactor } from '../../src/engine/storage/store-jobs.ts'
import type { StoreWriter } from '../../src/engine/storage/store.ts'
import { TapeKeeper } from '../../src/engine/tape-keeper.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { storedFor } from '../support/tape-keeping.ts'
import { damagedFile } from '../support/tape-rows.ts'
import { until } from '../support/until.ts'

const writerThread = new URL('../../src/engine/writer-thread.ts', import.meta.url)
const readerThread = new URL('../../src/engine/reader-thread.ts', import.meta.url)
const instrument = 'coinbase:BTC-USD'
const hourMs = 3_600_000
const nowMs = 497_300 * hourMs
const everything = { name: 'trades', instrument, fromMs: null, toMs: null, limit: 10_000 } as const

type Lines = (readonly [event: string, path: unknown])[]

async function aStore() {
  const file = join(await scratchFolder(), 'tapedeck.db')
  const writer = await openWriter({
    file,
    mode: 'live',
    startedMs: nowMs,
    tickSizes: [],
    threadUrl: writerThread
  })
  onTestFinished(() => writer.close({ stoppedMs: nowMs }))
  await writer.registerInstruments([aRegistration(instrument)])
  return { file, writer }
}

function aKeeper({ file, writer }: { readonly file: string; readonly writer: StoreWriter }) {
  const lines: Lines = []
  const keeper = new TapeKeeper({
    writer,
    openCompactor: () => openStoreJobs({ file, threadUrl: readerThread }),
    clock: { ...systemClock(), nowMs: () => nowMs - 1 },
    afterMs: hourMs,
    log: (...[, event, fields]) => void lines.push([event, fields['path'] ?? fields['reason']])
  })
  return { keeper, lines }
}

/** Of three hours; the newest is not over for an hour. */
async function fill(writer: StoreWriter): Promise<readonly string[]> {
  const ids = [...Array(9_000).keys()]
  for (const id of ids) {
    const eventMs = nowMs - 3.5 * hourMs + id * 1_000
    writer.trade(aTrade({ instrument, id, eventMs }), id)
  }
  await writer.flush()
  return ids.map(String)
}

describe('TapeKeeper', () => {
  test('moves hours that are over into files, and every trade is still read', async () => {
    const store = await aStore()
    const ids = await fill(store.writer)
    const { keeper, lines } = aKeeper(store)
    await keeper.look()
    expect(lines.map(([event]) => event)).toEqual(['hour-compacted', 'hour-compacted'])
    for (const [, path] of lines)
      expect(existsSync(join(dirname(store.file), String(path)))).toBe(true)
    expect(storedFor(store.file).map(({ id }) => id)).toEqual(ids)
    const reader = await openReader({ file: store.file, threadUrl: readerThread })
    const trades = await reader.trades(everything)
    await reader.close()
    expect(trades.map(({ id }) => id)).toEqual(ids)
    await keeper.look()
    expect(lines).toHaveLength(2)
  })

  test('tells what failed, and does it at a later look', async () => {
    const store = await aStore()
    const ids = await fill(store.writer)
    let failures = 1
    const writer = Object.create(store.writer, {
      seal: {
        value: (...of: Parameters<StoreWriter['seal']>) => {
          failures -= 1
          return failures < 0 ? store.writer.seal(...of) : Promise.reject(new Error('no room'))
        }
      },
      clearSealed: { value: (at: number) => store.writer.clearSealed(at) }
    }) as StoreWriter
    const { keeper, lines } = aKeeper({ file: store.file, writer })
    await keeper.look()
    expect(lines).toEqual([['tape-not-compacted', 'Error: no room']])
    await keeper.look()
    expect(lines.slice(1).map(([event]) => event)).toEqual(['hour-compacted', 'hour-compacted'])
    expect(storedFor(store.file).map(({ id }) => id)).toEqual(ids)
  })

  test('ends at once, and leaves every trade where it is read', async () => {
    const store = await aStore()
    const ids = await fill(store.writer)
    const { keeper } = aKeeper(store)
    const look = keeper.look()
    await keeper.stop()
    await look
    expect(storedFor(store.file).map(({ id }) => id)).toEqual(ids)
  })
})

describe('a TapeKeeper that is stopped while it begins', () => {
  test('moves nothing more', async () => {
    const { file, writer } = await aStore()
    await fill(writer)
    const opening = Promise.withResolvers<HourCompactor>()
    const done: string[] = []
    const keeper = new TapeKeeper({
      writer,
      openCompactor: () => {
        done.push('opening')
        return opening.promise
      },
      clock: { ...systemClock(), nowMs: () => nowMs - 1 },
      afterMs: hourMs,
      log: (...[, event]) => void done.push(event)
    })
    const look = keeper.look()
    await until(() => done.length > 0, 'a compactor is opened')
    await keeper.stop()
    const compactor = await openStoreJobs({ file, threadUrl: readerThread })
    opening.resolve({
      compact: (rule) => {
        done.push('compacted')
        return compactor.compact(rule)
      },
      end: () => {
        done.push('ended')
        return compactor.end()
      }
    })
    await look
    expect(done).toEqual(['opening', 'ended'])
  })
})

describe('a reader in its thread', () => {
  test('tells of a damaged file, and answers with the rest', async () => {
    const store = await aStore()
    await fill(store.writer)
    const { keeper, lines } = aKeeper(store)
    await keeper.look()
    const path = join(dirname(store.file), String(lines[0]?.[1]))
    damagedFile(path)
    const told: string[] = []
    const reader = await openReader({
      file: store.file,
      threadUrl: readerThread,
      onDamaged: ({ code, message }) => void told.push(`${code} ${message}`)
    })
    const trades = await reader.trades(everything)
    await reader.close()
    expect(trades).toHaveLength(7_200)
    expect(told).toEqual([`storage-tape ${path}, byte 4: its row group is not as it was written`])
  })
})
