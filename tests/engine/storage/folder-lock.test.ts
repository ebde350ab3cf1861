import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockFolder } from '../../../src/engine/storage/folder-lock.ts'
import { scratchFolder } from '../../support/scratch-folder.ts'

describe('lockFolder', () => {
  test('refuses a folder that a running process holds, and names the process', async () => {
    const folder = await scratchFolder()
    const lock = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        code: 'storage-locked',
        message: `${folder} is in use by another Tapedeck (process ${process.pid})`
      })
    )
    lock.release()
    expect(existsSync(join(folder, 'tapedeck.lock'))).toBe(false)
    lockFolder(folder).release()
  })

  test('takes over the lock of a process that is gone', async () => {
    const folder = await scratchFolder()
    writeLock(folder, { pid: 2 ** 22 + 1, startedAt: null })
    lockFolder(folder)
    expect(ownerOf(folder)).toBe(process.pid)
  })

  test.runIf(process.platform === 'linux')(
    'takes over a lock whose process id was given to another process since',
    async () => {
      const folder = await scratchFolder()
      writeLock(folder, { pid: process.ppid, startedAt: 'another boot:1' })
      lockFolder(folder)
      expect(ownerOf(folder)).toBe(process.pid)
    }
  )

  test('leaves a lock alone that is only just being written', async () => {
    const folder = await scratchFolder()
    writeFileSync(join(folder, 'tapedeck.lock'), '')
    expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: 'storage-locked' }))
  })

  test('releases only its own lock', async () => {
    const folder = await scratchFolder()
    const lock = lockFolder(folder)
    writeLock(folder, { pid: 1, startedAt: null })
    lock.release()
    expect(readFileSync(join(folder, 'tapedeck.lock'), 'utf8')).toContain('"pid":1,')
  })

  test('makes a missing folder, with blanks and non-Latin letters in its path', async () => {
    const folder = join(await scratchFolder(), 'дані 数据', 'deck')
    lockFolder(folder)
    expect(ownerOf(folder)).toBe(process.pid)
  })

  test('says that a path through a file is no folder', async () => {
    const file = join(await scratchFolder(), 'note')
    writeFileSync(file, 'text')
    expect(() => lockFolder(join(file, 'deck'))).toThrow(
      expect.objectContaining({ code: 'storage-folder' })
    )
  })
})

function writeLock(folder: string, owner: object): void {
  writeFileSync(join(folder, 'tapedeck.lock'), JSON.stringify(owner))
}

function ownerOf(folder: string): unknown {
  const { pid } = JSON.parse(readFileSync(join(folder, 'tapedeck.lock'), 'utf8')) as {
    pid: unknown
  }
  return pid
}
