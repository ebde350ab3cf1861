import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { LineOutput } from '../../../src/engine/replay/line-output.ts'

describe('LineOutput', () => {
  test('writes whole lines, and waits while the reader is slow', async () => {
    const pipe = new PassThrough({ highWaterMark: 4 })
    const output = new LineOutput(pipe, () => undefined)
    let isWritten = false
    const writing = output.write(['one', 'two']).then(() => (isWritten = true))
    await Promise.resolve()
    expect(isWritten).toBe(false)
    expect(String(pipe.read())).toBe('one\ntwo\n')
    await writing
    expect(isWritten).toBe(true)
  })

  test('tells once that its reader went away, and then writes nothing', async () => {
    const gone = Object.assign(new Error('gone'), { code: 'EPIPE' })
    const pipe = new Writable({ write: (...[, , done]) => done(gone), highWaterMark: 1 })
    let told = 0
    const output = new LineOutput(pipe, () => (told += 1))
    await output.write(['one'])
    await output.write(['two'])
    expect(told).toBe(1)
  })
})
