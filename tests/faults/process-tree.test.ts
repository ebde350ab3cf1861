import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { descendantsOf, isAlive, writersOf } from '../../faults/process-tree.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

test('knows who holds a file open for writing, and who only reads it', async () => {
  const file = join(await scratchFolder(), 'held')
  writeFileSync(file, '')
  const reading = openSync(file, 'r')
  expect(writersOf(file)).toEqual([])
  const writing = openSync(file, 'r+')
  expect(writersOf(file)).toEqual([process.pid])
  closeSync(writing)
  closeSync(reading)
})

test('knows the children of a process until they have ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const pid = child.pid ?? 0
  expect(descendantsOf(process.pid)).toContain(pid)
  expect(isAlive(pid)).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isAlive(pid)).toBe(false)
})
