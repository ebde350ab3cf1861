import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RecordedBlock, recordBytes, recordKinds } from '../../src/engine/recorded-block.ts'
import { recordsIn } from '../../src/engine/recorded-block.ts'
import { openFrames } from '../../src/recordings/frames.ts'
import type { RecordedFrame } from '../../src/recordings/recorded-frame.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { collect } from '../support/collect.ts'
import { aFrameRecorder } from '../support/frame-recorder.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const link = 'coinbase-01'

/** What was captured of a venue, its lists of instruments left out. */
async function captured(folder: string, venue = 'coinbase'): Promise<readonly RecordedFrame[]> {
  const frames = await collect(openFrames(join(folder, venue)))
  return frames.filter(({ direction }) => direction !== 'instruments')
}

function told(frames: readonly RecordedFrame[]): readonly (readonly [string, string])[] {
  return frames.map(({ direction, frame }) => [direction, frame])
}

describe('RecordedBlock', () => {
  test('gives back the records that were put', () => {
    const record = fc.record({
      kind: fc.constantFrom(...recordKinds),
      venue: fc.nat(255),
      atMs: fc.double({ noNaN: true }),
      link: fc.string({ maxLength: 20 }),
      data: fc.uint8Array().map((bytes) => Buffer.from(bytes))
    })
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const size = records.reduce((sum, each) => sum + recordBytes(each), 0)
        const block = new RecordedBlock(new ArrayBuffer(size))
        for (const each of records) expect(block.put(each)).toBe(true)
        for (const each of records.slice(0, 1)) expect(block.put(each)).toBe(false)
        const read = [...recordsIn({ buffer: block.buffer, bytes: block.used })]
        expect(read).toEqual(records)
      })
    )
  })
})

describe('FrameRecorder', { timeout: 20_000 }, () => {
  test('captures what goes over the sockets of each venue for itself', async () => {
    const folder = await scratchFolder()
    const { recorder } = aFrameRecorder(folder)
    const instrument = anInstrument({
      venue: 'coinbase',
      symbol: 'BTC-USD',
      venueSymbol: 'BTC-USD'
    })
    recorder.instruments('coinbase', [instrument])
    const tap = recorder.tapOf('coinbase')
    tap?.connected(link, 'ws://venue.test', 1)
    tap?.sent(link, '{"op":"subscribe"}', 2)
    tap?.received(link, Buffer.from('{"é":1}'), 3.25)
    tap?.binary(link, Buffer.from([0, 1]), 4)
    tap?.closed(link, '1006', 5)
    recorder.tapOf('eodhd')?.received('eodhd-01', Buffer.from('{}'), 6)
    expect(recorder.tapOf('binance-spot')).toBeNull()
    await recorder.close(5_000)
    const frames = await captured(folder)
    expect(told(frames)).toEqual([
      ['began', 'coinbase'],
      ['connected', ''],
      ['sent', '{"op":"subscribe"}'],
      ['received', '{"é":1}'],
      ['closed', '1006']
    ])
    expect(frames.slice(1).map(({ receivedMs }) => receivedMs)).toEqual([1, 2, 3.25, 5])
    expect(frames[1]).toMatchObject({ connection: link, url: 'ws://venue.test' })
    expect(told(await captured(folder, 'eodhd'))).toEqual([
      ['began', 'eodhd'],
      ['received', '{}']
    ])
    const all = await collect(openFrames(join(folder, 'coinbase')))
    const list = all.find(({ direction }) => direction === 'instruments')
    expect(JSON.parse(list?.frame ?? '')).toEqual([instrument])
  })

  test('keeps a copy: what a socket does with its buffer afterwards changes nothing', async () => {
    const folder = await scratchFolder()
    const { recorder } = aFrameRecorder(folder)
    const data = Buffer.from('first')
    recorder.tapOf('coinbase')?.received(link, data, 1)
    data.fill('x')
    await recorder.close(5_000)
    expect(told(await captured(folder)).at(-1)).toEqual(['received', 'first'])
  })

  test('writes what waits without being closed, two seconds after it came', async () => {
    const folder = await scratchFolder()
    const { recorder, clock } = aFrameRecorder(folder)
    recorder.tapOf('coinbase')?.received(link, Buffer.from('{}'), 1)
    const isWritten = async () => {
      clock.advance(1_000)
      const frames: RecordedFrame[] = []
      const path = join(folder, 'coinbase')
      if (!readdirSync(folder).includes('coinbase')) return false
      for await (const frame of openFrames(path, () => undefined)) frames.push(frame)
      return frames.some(({ direction }) => direction === 'received')
    }
    await until(isWritten, 'the frame to be written')
    expect(recorder.structures()[0]?.size).toBe(0)
  })

  test('takes the key out of everything, however it is spelled', async () => {
    const apiKey = 'a/"key"+1'
    const folder = await scratchFolder()
    const { recorder } = aFrameRecorder(folder, { apiKey })
    const tap = recorder.tapOf('coinbase')
    tap?.connected(link, `ws://venue.test?token=${encodeURIComponent(apiKey)}`, 1)
    tap?.sent(link, JSON.stringify({ key: apiKey }), 2)
    tap?.received(link, Buffer.from(`bad token ${apiKey}`), 3)
    tap?.closed(link, `refused ${apiKey}`, 4)
    await recorder.close(5_000)
    const frames = await captured(folder)
    expect(frames.map(({ frame, url }) => url ?? frame)).toEqual([
      'coinbase',
      'ws://venue.test?token=[key]',
      '{"key":"[key]"}',
      'bad token [key]',
      'refused [key]'
    ])
  })

  test('leaves frames out where its thread is behind, counts them and says so in the capture', async () => {
    const folder = await scratchFolder()
    const { recorder, clock } = aFrameRecorder(folder, { mostHeldBytes: 600_000 })
    const tap = recorder.tapOf('coinbase')
    const frame = Buffer.alloc(100_000, 'x')
    // Its thread answers at the earliest when this turn of the loop is over.
    for (let count = 0; count < 10; count += 1) tap?.received(link, frame, 1_000 + count)
    expect(recorder.omittedFrames).toBe(6)
    expect(recorder.structures()).toMatchObject([{ bound: 600_000, dropped: 6 }])
    expect(recorder.structures()[0]?.size).toBeLessThanOrEqual(600_000)
    await until(() => {
      clock.advance(1_000)
      return recorder.structures()[0]?.size === 0
    }, 'the thread to catch up')
    tap?.received(link, Buffer.from('next'), 2_000)
    await recorder.close(5_000)
    const frames = await captured(folder)
    expect(frames.map(({ direction }) => direction)).toEqual([
      'began',
      ...Array.from({ length: 4 }, () => 'received'),
      'omitted',
      'received'
    ])
    expect(told(frames).slice(-2)).toEqual([
      ['omitted', '6'],
      ['received', 'next']
    ])
  })

  test('tells that writing fails, goes on when it works again, and says how many frames it cost', async () => {
    const folder = join(await scratchFolder(), 'frames')
    writeFileSync(folder, 'in the way')
    const { recorder, clock, troubles } = aFrameRecorder(folder)
    const tap = recorder.tapOf('coinbase')
    tap?.received(link, Buffer.from('lost'), 1)
    await until(() => {
      clock.advance(1_000)
      return troubles.some((reason) => reason !== null)
    }, 'the failure to be told')
    expect(troubles.at(-1)).toContain(folder)
    expect(recorder.omittedFrames).toBe(1)
    rmSync(folder)
    mkdirSync(folder)
    tap?.received(link, Buffer.from('kept'), 2)
    await until(() => {
      clock.advance(1_000)
      return troubles.at(-1) === null
    }, 'it to work again')
    await recorder.close(5_000)
    expect(told(await captured(folder))).toEqual([
      ['began', 'coinbase'],
      ['omitted', '1'],
      ['received', 'kept']
    ])
  })

  test('gives up on a thread that crashes again and again, without holding up anybody', async () => {
    const folder = await scratchFolder()
    const threadUrl = new URL('../support/crashing-thread.ts', import.meta.url)
    const { recorder, clock, troubles } = aFrameRecorder(folder, { threadUrl })
    const tap = recorder.tapOf('coinbase')
    await until(() => {
      tap?.received(link, Buffer.from('{}'), 1)
      clock.advance(1_000)
      return String(troubles.at(-1)).includes('nothing more is recorded')
    }, 'it to give up')
    expect(recorder.omittedFrames).toBeGreaterThan(0)
  })
})
