import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ReplayStore } from '../../src/engine/replay-store.ts'
import { threadFiles } from '../../src/engine/thread-files.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const entry = join(import.meta.dirname, '../../src/engine/replay-frames.ts')
const threads = threadFiles(pathToFileURL(entry).href)
const nowhere = new URL('./no-such-thread.ts', import.meta.url)

describe('ReplayStore.open', { timeout: 60_000 }, () => {
  test.each([
    { name: 'writer', broken: { ...threads, writer: nowhere } },
    { name: 'reader', broken: { ...threads, reader: nowhere } }
  ])('lets the folder go when its $name cannot be started', async ({ broken }) => {
    const folder = await scratchFolder()
    const opened = ReplayStore.open({ folder, intervals: [], threads: broken })
    await expect(opened).rejects.toMatchObject({ code: 'storage-thread' })
    expect(existsSync(join(folder, 'tapedeck.lock'))).toBe(false)
    const store = await ReplayStore.open({ folder, intervals: [], threads })
    await store.close()
    expect(existsSync(join(folder, 'tapedeck.lock'))).toBe(false)
  })
})
