import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openFrames } from '../../src/recordings/frames.ts'
import type { RecordedFrame } from '../../src/recordings/recorded-frame.ts'
import { collect } from '../support/collect.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

// Shapes: recordings/MANIFEST.md, "Formats"; the frames are ours.
const jsonLines = [
  '{"t":"header","format":2,"exchange":"BYBIT","config":{}}',
  '{"t":"http","conn":"http.1","ts":1786310817.5,"url":"https://api.bybit.com/v5/market/time","data":"{}"}',
  '{"t":"connect","conn":"ws.2","ts":1786310818.25,"addr":"wss://stream.bybit.com/v5/public/linear"}',
  '{"t":"send","conn":"ws.2","ts":1786310819.25,"addr":"wss://stream.bybit.com/v5/public/linear","data":"{\\"op\\":\\"ping\\"}"}',
  '{"t":"recv","conn":"ws.2","ts":1786310819.5,"data":"{\\"op\\":\\"pong\\"}"}'
]
const textLines = [
  'configuration: {"trades":["BTC-USD"]}',
  'https://api.kraken.com/0/public/AssetPairs -> 1618678132.5: {"error":[]}',
  'wss://ws.kraken.com <-> 1618678132.75',
  'wss://ws.kraken.com <- 1618678132.8125: {"event":"subscribe"}',
  '1618678132.875: {"event":"heartbeat"}'
]
const nanosecondLines = [
  '1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade"}}',
  '1723161254206652067 {"lastUpdateId":50093239218,"bids":[],"asks":[]}',
  '1723161254347673567 {"stream":"btcusdt@bookTicker","data":{"u":1}}'
]

describe('openFrames', () => {
  test('reads what a JSON-lines capture asked, opened, sent and received', async () => {
    const url = 'wss://stream.bybit.com/v5/public/linear'
    expect(await framesOf(jsonLines.join('\n'))).toEqual([
      {
        receivedMs: 1786310817500,
        direction: 'rest',
        connection: 'http.1',
        url: 'https://api.bybit.com/v5/market/time',
        frame: '{}'
      },
      { receivedMs: 1786310818250, direction: 'connected', connection: 'ws.2', url, frame: '' },
      {
        receivedMs: 1786310819250,
        direction: 'sent',
        connection: 'ws.2',
        url,
        frame: '{"op":"ping"}'
      },
      {
        receivedMs: 1786310819500,
        direction: 'received',
        connection: 'ws.2',
        url: null,
        frame: '{"op":"pong"}'
      }
    ])
  })

  test('reads the older text captures', async () => {
    const url = 'wss://ws.kraken.com'
    const connection = 'main'
    expect(await framesOf(textLines.join('\n'))).toEqual([
      {
        receivedMs: 1618678132500,
        direction: 'rest',
        connection,
        url: 'https://api.kraken.com/0/public/AssetPairs',
        frame: '{"error":[]}'
      },
      { receivedMs: 1618678132750, direction: 'connected', connection, url, frame: '' },
      {
        receivedMs: 1618678132812.5,
        direction: 'sent',
        connection,
        url,
        frame: '{"event":"subscribe"}'
      },
      {
        receivedMs: 1618678132875,
        direction: 'received',
        connection,
        url: null,
        frame: '{"event":"heartbeat"}'
      }
    ])
  })

  test('reads nanosecond captures, telling a REST snapshot from the frames around it', async () => {
    const frames = await framesOf(nanosecondLines.join('\n'))
    expect(frames.map((frame) => frame.direction)).toEqual(['received', 'rest', 'received'])
    expect(frames[0]?.receivedMs).toBeCloseTo(1723161254087.8965, 3)
    expect(frames[0]?.frame).toBe('{"stream":"btcusdt@trade","data":{"e":"trade"}}')
  })

  test.each([
    ['plain', (bytes: Buffer) => bytes],
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)]
  ])('reads %s files whatever they are called', async (...[, pack]) => {
    const file = await fileOf(pack(Buffer.from(nanosecondLines.join('\n'))))
    expect(await readAll(file)).toHaveLength(3)
  })

  test('keeps line separators that stand inside a frame, and reads CRLF files', async () => {
    const frame = '{"text":"a\u2028b\u0085c"}'
    const frames = await framesOf(`1618678132.5: ${frame}\r\n1618678133.5: {}\r\n`)
    expect(frames.map((each) => each.frame)).toEqual([frame, '{}'])
  })

  test('reads a frame that spans many chunks, multi-byte text included', async () => {
    const frame = `{"text":"${'aé€😀'.repeat(200_000)}"}`
    const frames = await framesOf(`1618678132.5: ${frame}\n1618678133.5: {}\n`)
    expect(frames.map((each) => each.frame)).toEqual([frame, '{}'])
  })

  test('may be left early', async () => {
    const file = await fileOf(gzipSync(Buffer.from(nanosecondLines.join('\n'))))
    let seen = 0
    for await (const frame of openFrames(file)) {
      seen += frame.frame.length > 0 ? 1 : 0
      break
    }
    expect(seen).toBe(1)
  })

  test.each([
    ['a missing kind', '{"conn":"a","ts":1786310817,"data":""}'],
    ['a time that is text', '{"t":"recv","conn":"a","ts":"1","data":""}'],
    ['data that is no text', '{"t":"recv","conn":"a","ts":1786310817,"data":{}}'],
    ['cut-off JSON', '{"t":"recv","conn"']
  ])('names file and line of %s', async (...[, bad]) => {
    const file = await fileOf(Buffer.from([...jsonLines, bad].join('\n')))
    await expect(readAll(file)).rejects.toMatchObject({
      name: 'RecordingError',
      code: 'recording-bad-line',
      file,
      line: 6
    })
  })

  test('names the formats it knows when a file is none of them', async () => {
    const file = await fileOf(Buffer.from('open,high,low,close\n1,2,3,4\n'))
    await expect(readAll(file)).rejects.toMatchObject({ code: 'recording-unknown-format' })
    await expect(readAll(file)).rejects.toThrow('hftbacktest')
  })

  test('says that an empty file is empty', async () => {
    await expect(readAll(await fileOf(Buffer.alloc(0)))).rejects.toMatchObject({
      code: 'recording-unknown-format'
    })
  })

  test('says that a file is missing', async () => {
    await expect(readAll('/nowhere/frames.gz')).rejects.toMatchObject({ code: 'recording-missing' })
  })

  test.each([
    ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)]
  ])('reads a cut-off %s file as unreadable, not as a shorter one', async (...[, pack]) => {
    const many = [...Array(5_000).keys()].map(
      (k) => `17231612540878${String(k).padStart(5, '0')} {"n":${(k * 7919) % 10007}}`
    )
    const packed = pack(Buffer.from(many.join('\n')))
    const file = await fileOf(packed.subarray(0, packed.length - 400))
    await expect(readAll(file)).rejects.toMatchObject({ code: 'recording-unreadable', file })
  })

  test('reads a corrupt file as unreadable', async () => {
    const packed = gzipSync(Buffer.from(nanosecondLines.join('\n')))
    packed.fill(0xff, 20, 60)
    await expect(readAll(await fileOf(packed))).rejects.toMatchObject({
      code: 'recording-unreadable'
    })
  })
})

async function framesOf(text: string): Promise<RecordedFrame[]> {
  return readAll(await fileOf(Buffer.from(text)))
}

async function fileOf(bytes: Buffer): Promise<string> {
  const file = join(await scratchFolder(), 'capture')
  await writeFile(file, bytes)
  return file
}

function readAll(file: string): Promise<RecordedFrame[]> {
  return collect(openFrames(file))
}
