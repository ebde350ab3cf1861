import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openReader } from '../../../src/engine/storage/open-reader.ts'
import { openForWriting } from '../../../src/engine/storage/open-database.ts'
import type { StorageError } from '../../../src/engine/storage/storage-error.ts'
import { SupervisedThread } from '../../../src/engine/storage/supervised-thread.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'
import { until } from '../../support/until.ts'

const crashingThread = new URL('../../support/crashing-thread.ts', import.meta.url)
const muteReader = new URL('../../support/mute-reader-thread.ts', import.meta.url)

async function aFile(): Promise<string> {
  const file = join(await scratchFolder(), 'tapedeck.db')
  openForWriting({ file, mode: 'simulated', nowMs: 1 }).close()
  return file
}

describe('SupervisedThread', () => {
  test('says that the SQLite module is missing, so that nobody tries again', async () => {
    const folder = await scratchFolder()
    mkdirSync(join(folder, 'threads'))
    const entry = join(folder, 'threads', 'thread.mjs')
    copyFileSync(new URL('../../support/needs-sqlite-thread.mjs', import.meta.url), entry)
    const failure = Promise.withResolvers<StorageError>()
    const thread = new SupervisedThread({
      url: pathToFileURL(entry),
      setup: () => null,
      onUp: () => undefined,
      onMessage: () => undefined,
      onDown: () => undefined,
      onGaveUp: (error) => failure.resolve(error)
    })
    expect(await failure.promise).toMatchObject({
      code: 'wrong-runtime',
      retry: 'never',
      message: 'the SQLite module (better-sqlite3) is missing: run npm ci'
    })
    expect(thread.isUp).toBe(false)
  })
})

describe('openReader', () => {
  test('ends a thread that does not answer, and asks the next one', async () => {
    const file = await aFile()
    const ends: string[] = []
    const onRestart = ({ message }: StorageError) => void ends.push(message)
    const reader = await openReader({ file, threadUrl: muteReader, answerMs: 200, onRestart })
    onTestFinished(() => reader.close())
    await expect(reader.figures()).rejects.toMatchObject({ code: 'storage-thread' })
    expect((await reader.figures()).runs).toBe(0)
    expect(ends).toEqual(['the storage thread did not answer'])
  })

  test('lets nobody wait for an answer for ever', async () => {
    const reader = await openReader({
      file: await aFile(),
      threadUrl: muteReader,
      answerMs: 2_000,
      patienceMs: 50
    })
    onTestFinished(() => reader.close())
    const first = reader.figures()
    const second = reader.figures()
    await expect(first).rejects.toMatchObject({ code: 'storage-busy' })
    await expect(second).rejects.toMatchObject({ code: 'storage-busy' })
  })

  test('gives up on a thread that crashes again and again, and says so', async () => {
    const failures: StorageError[] = []
    const reader = await openReader({
      file: await aFile(),
      threadUrl: crashingThread,
      onFailed: (error) => void failures.push(error)
    })
    await until(
      async () => {
        await reader.figures().catch(() => undefined)
        return failures.length > 0
      },
      'it gives up',
      30_000
    )
    expect(failures[0]?.code).toBe('storage-thread')
    await expect(reader.figures()).rejects.toBe(failures[0])
  }, 40_000)
})
