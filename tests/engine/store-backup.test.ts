import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { BackupError } from '../../src/engine/storage/backup-error.ts'
import { pathIn } from '../../src/engine/storage/sealed-hour.ts'
import { TapeCopies } from '../../src/engine/storage/tape-copies.ts'
import { WriterDatabase } from '../../src/engine/storage/writer-database.ts'
import { backUpStore } from '../../src/engine/store-backup.ts'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { quietProgress } from '../support/quiet-progress.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { sealAll, storedFor } from '../support/tape-keeping.ts'
import { damagedFile } from '../support/tape-rows.ts'
import { aWriterBench, type WriterBench } from '../support/writer-bench.ts'

const hourMs = 3_600_000
const startMs = 497_300 * hourMs
const never = new AbortController().signal

/** A store of which one hour lies in a file, and 2,000 trades are rows. */
async function aStore() {
  const bench = await aWriterBench([aRegistration()])
  put(bench, { from: 0, count: 1_000, atMs: startMs })
  const [sealed] = sealAll(bench)
  put(bench, { from: 1_000, count: 2_000, atMs: startMs + hourMs })
  const dataDir = join(bench.setup.file, '..')
  const above = await scratchFolder()
  const path = pathIn(dataDir, sealed?.path ?? '')
  return { bench, dataDir, above, path, out: join(above, 'backup') }
}

function put(
  bench: WriterBench,
  { from, count, atMs }: { readonly from: number; readonly count: number; readonly atMs: number }
): void {
  const trades = Array.from({ length: count }, (...[, at]) =>
    aTrade({ id: from + at, eventMs: atMs + at })
  )
  bench.commit({ trades })
}

function idsIn(folder: string): readonly number[] {
  return storedFor(join(folder, 'tapedeck.db')).map(({ id }) => Number(id))
}

describe('backUpStore', () => {
  test('makes a folder that holds all trades, of rows and of files, and can be written on', async () => {
    const { bench, dataDir, out } = await aStore()
    const summary = await backUpStore(
      { dataDir, out },
      { progress: quietProgress(), signal: never }
    )
    expect(summary).toMatchObject({ folder: out, tapeFiles: 1, damage: [] })
    expect(idsIn(out)).toEqual([...Array(3_000).keys()])
    const opened = new WriterDatabase({ ...bench.setup, file: join(out, 'tapedeck.db') })
    onTestFinished(() => {
      opened.close(0)
    })
    expect(opened.run).toMatchObject({ run: 2, integrity: 'ok', nextArrival: 3_000 })
    expect((await readdir(out)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('holds one state, with all that was stored before it began, while a writer goes on', async () => {
    const { bench, dataDir, out } = await aStore()
    put(bench, { from: 3_000, count: 40_000, atMs: startMs + 2 * hourMs })
    let stored = 43_000
    const progress = {
      tell: () => {
        put(bench, { from: stored, count: 500, atMs: startMs + 2 * hourMs + stored })
        stored += 500
      }
    }
    await backUpStore({ dataDir, out }, { progress, signal: never })
    const ids = idsIn(out)
    expect(stored).toBeGreaterThanOrEqual(44_000)
    expect(ids.length).toBeLessThan(stored)
    expect(ids.length % 500).toBe(0)
    expect(ids).toEqual([...Array(ids.length).keys()])
    expect(ids.length).toBeGreaterThanOrEqual(43_000)
  })

  test('holds the files that count in its state, though others were made meanwhile', async () => {
    const { bench, dataDir, out } = await aStore()
    let rounds = 0
    const progress = {
      tell: () => {
        if (rounds > 0) return
        for (rounds = 1; rounds <= 5; rounds += 1) {
          put(bench, { from: 10_000 * rounds, count: 10, atMs: startMs + 2_000 * rounds })
          sealAll(bench)
        }
      }
    }
    const { tapeFiles, damage } = await backUpStore({ dataDir, out }, { progress, signal: never })
    expect(damage).toEqual([])
    expect(idsIn(out)).toEqual(idsIn(dataDir))
    expect(idsIn(out)).toHaveLength(3_050)
    const files = await readdir(out, { recursive: true })
    expect(files.filter((name) => name.endsWith('.parquet'))).toHaveLength(tapeFiles)
  })

  test('leaves nothing when it is stopped', async () => {
    const { dataDir, above, out } = await aStore()
    const stop = new AbortController()
    const progress = { tell: () => stop.abort() }
    await expect(
      backUpStore({ dataDir, out }, { progress, signal: stop.signal })
    ).rejects.toMatchObject({ code: 'backup-stopped' })
    expect(await readdir(above)).toEqual([])
  })

  test('copies a damaged file as it is, and names it', async () => {
    const { dataDir, out, path } = await aStore()
    damagedFile(path)
    const { damage } = await backUpStore(
      { dataDir, out },
      { progress: quietProgress(), signal: never }
    )
    expect(damage).toEqual([`${path}, byte 4: its row group is not as it was written`])
    expect(readFileSync(path.replace(dataDir, out))).toEqual(readFileSync(path))
  })

  test('names a file that is missing, and copies the rest', async () => {
    const { dataDir, out, path } = await aStore()
    await rm(path)
    const { damage } = await backUpStore(
      { dataDir, out },
      { progress: quietProgress(), signal: never }
    )
    expect(damage).toEqual([`${path}: it is missing`])
  })

  test('is none when the database is damaged', async () => {
    const { bench, dataDir, above, out } = await aStore()
    bench.database.close(0)
    const bytes = readFileSync(bench.setup.file)
    bytes.fill(0xff, bytes.length - 40_960)
    writeFileSync(bench.setup.file, bytes)
    await expect(
      backUpStore({ dataDir, out }, { progress: quietProgress(), signal: never })
    ).rejects.toMatchObject({ code: 'backup-not-whole' })
    expect(await readdir(above)).toEqual([])
  })

  test.each([
    ['backup-exists', 'there'],
    ['backup-exists', 'a-file'],
    ['backup-bad-folder', 'nowhere/backup'],
    ['backup-bad-folder', 'a-file/backup']
  ])('refuses with %s to make %s', async (code, name) => {
    const { dataDir, above } = await aStore()
    await mkdir(join(above, 'there'))
    await writeFile(join(above, 'a-file'), '')
    const request = { dataDir, out: join(above, name) }
    const backup = backUpStore(request, { progress: quietProgress(), signal: never })
    await expect(backup).rejects.toMatchObject({ code })
    expect((await readdir(above)).sort()).toEqual(['a-file', 'there'])
  })

  test('refuses a folder without a database', async () => {
    const above = await scratchFolder()
    const request = { dataDir: above, out: join(above, 'backup') }
    const backup = backUpStore(request, { progress: quietProgress(), signal: never })
    await expect(backup).rejects.toMatchObject({ code: 'backup-no-data' })
  })
})

describe('TapeCopies', () => {
  test('notices a copy that is not what it was made of', async () => {
    const { bench, dataDir, above } = await aStore()
    put(bench, { from: 9_000, count: 10, atMs: startMs + 3 * hourMs })
    const [file] = sealAll(bench)
    if (file === undefined) throw new Error('expected a file')
    const steps = { tell: () => undefined, stopped: () => null }
    const copies = new TapeCopies(dataDir, above, steps, (copy) => appendFileSync(copy, 'x'))
    const copied = copies.follow([file])
    await expect(copied).rejects.toThrow(BackupError)
    await expect(copied).rejects.toThrow('the copy is not what it was made of')
  })
})
