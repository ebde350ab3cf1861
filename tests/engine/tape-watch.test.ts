import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openReader, openStoreJobs } from '../../src/engine/storage/open-reader.ts'
import { openWriter } from '../../src/engine/storage/open-writer.ts'
import type { StoreReader } from '../../src/engine/storage/store.ts'
import { TapeWatch } from '../../src/engine/tape-watch.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { sealAll } from '../support/tape-keeping.ts'
import { damagedFile } from '../support/tape-rows.ts'
import { until } from '../support/until.ts'
import { aWriterBench } from '../support/writer-bench.ts'

const writerThread = new URL('../../src/engine/writer-thread.ts', import.meta.url)
const readerThread = new URL('../../src/engine/reader-thread.ts', import.meta.url)
const instrument = 'coinbase:BTC-USD'
const hourMs = 3_600_000
const startMs = 497_000 * hourMs

/** A store with a file for each of some hours, watched. */
async function watched(hours: number) {
  const bench = await aWriterBench([aRegistration(instrument)])
  const trades = Array.from({ length: hours * 10 }, (...[, id]) =>
    aTrade({ instrument, id, eventMs: startMs + id * 360_000 })
  )
  bench.commit({ trades })
  const paths = sealAll(bench).map(({ path }) => path)
  const { file } = bench.setup
  bench.database.close(1)
  const writer = await openWriter({ ...bench.setup, threadUrl: writerThread })
  onTestFinished(() => writer.close({ stoppedMs: 1 }))
  const reader = await openReader({ file, threadUrl: readerThread })
  onTestFinished(() => reader.close())
  const clock = new FakeClock()
  const told: (string | null)[] = []
  const lines: string[] = []
  const watch = new TapeWatch({
    writer,
    openInspector: () => openStoreJobs({ file, threadUrl: readerThread }),
    clock,
    onDamage: (what) => told.push(what),
    log: (...[, event]) => void lines.push(event)
  })
  onTestFinished(() => watch.stop())
  const files = paths.map((path) => join(file, '..', ...path.split('/')))
  return { watch, clock, told, lines, files, paths, reader }
}

async function causes(reader: StoreReader): Promise<readonly string[]> {
  const gaps = await reader.gaps({ instrument: null, fromMs: null, toMs: null, limit: 100 })
  return gaps.map(({ cause, state }) => `${cause} ${state}`)
}

describe('TapeWatch', () => {
  test('notes a file that is missing at its first look, and takes it back when it is there again', async () => {
    const { watch, told, lines, files, paths, reader } = await watched(3)
    const [file = ''] = files.slice(1)
    const whole = readFileSync(file)
    rmSync(file)
    await watch.look()
    expect(await causes(reader)).toEqual(['damaged-file lost'])
    expect(lines).toEqual(['tape-lost'])
    expect(told.at(-1)).toContain(paths[1])
    await watch.look()
    expect(lines).toEqual(['tape-lost'])
    writeFileSync(file, whole)
    await watch.look()
    expect(await causes(reader)).toEqual([])
    expect(lines).toEqual(['tape-lost', 'tape-reads-again'])
    expect(told.at(-1)).toBeNull()
  })

  test('finds a byte that changed in any file, a few files at a look', async () => {
    const { watch, files, reader } = await watched(20)
    damagedFile(files[18] ?? '')
    for (let looks = 0; looks < 2; looks += 1) await watch.look()
    expect(await causes(reader)).toEqual([])
    await watch.look()
    expect(await causes(reader)).toEqual(['damaged-file lost'])
  })

  test('looks at once at a file that a reader could not read', async () => {
    const { watch, clock, files, reader } = await watched(20)
    await watch.look()
    damagedFile(files[18] ?? '')
    watch.suspect(files[18] ?? '')
    clock.advance(1_000)
    await until(async () => (await causes(reader)).length === 1, 'the damage to be noted')
    expect(await causes(reader)).toEqual(['damaged-file lost'])
  })

  test('tells what failed, and looks again', async () => {
    const { watch, clock, told, lines } = await watched(1)
    const broken = new TapeWatch({
      writer: { noteTape: () => Promise.resolve(false) },
      openInspector: () => Promise.reject(new Error('no thread')),
      clock,
      onDamage: (what) => told.push(what),
      log: (...[, event]) => void lines.push(event)
    })
    await broken.look()
    expect(lines).toEqual(['tape-not-inspected'])
    expect(told).toEqual([])
    await broken.stop()
    await watch.look()
    expect(told).toEqual([null])
  })
})
