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

  test('leaves no listener behind, however often it waited', async () => {
    const pipe = new PassThrough({ highWaterMark: 1 })
    const output = new LineOutput(pipe, () => undefined)
    const heard = () => pipe.eventNames().map((name) => pipe.listenerCount(name))
    const before = heard()
    pipe.resume()
    for (let times = 0; times < 20; times += 1) await output.write(['a line'])
    expect(heard()).toEqual(before)
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
