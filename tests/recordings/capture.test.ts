import { openSync } from 'node:fs'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { crc32, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blockHeadBytes, readBlockHead } from '../../src/recordings/capture-block.ts'
import { CaptureFolder } from '../../src/recordings/capture-folder.ts'
import type { CaptureLine } from '../../src/recordings/capture-line.ts'
import { CaptureWriter } from '../../src/recordings/capture-writer.ts'
import { openFrames } from '../../src/recordings/frames.ts'
import type { RecordedFrame } from '../../src/recordings/recorded-frame.ts'
import type { RecordingError } from '../../src/recordings/recording-error.ts'
import { anInstrument } from '../support/an-instrument.ts'
import { collect } from '../support/collect.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const nowMs = Date.UTC(2026, 10, 22, 17, 30)
const hourMs = 3_600_000
const wide = 1e9

function received(frame: string, atMs = nowMs, connection = 'coinbase-01'): CaptureLine {
  return { kind: 'received', atMs, connection, frame }
}

function aWriter(path: string, options: { mostBytes?: number; fileBytes?: number } = {}) {
  const folder = new CaptureFolder(path, options.mostBytes ?? wide)
  const by = 'tapedeck/test'
  const rest = options.fileBytes === undefined ? {} : { fileBytes: options.fileBytes }
  return new CaptureWriter({ folder, venue: 'coinbase', mode: 'simulated', by, ...rest })
}

/** Puts each list in a block of its own. */
function writeBlocks(path: string, blocks: readonly (readonly CaptureLine[])[]): CaptureWriter {
  const writer = aWriter(path)
  for (const lines of blocks) {
    for (const line of lines) writer.put(line, nowMs)
    writer.flush(nowMs)
  }
  return writer
}

async function readAll(path: string) {
  const damage: RecordingError[] = []
  const frames = await collect(openFrames(path, (error) => damage.push(error)))
  return { frames, damage }
}

function framesIn(frames: readonly RecordedFrame[]): readonly string[] {
  return frames.filter(({ direction }) => direction === 'received').map(({ frame }) => frame)
}

async function filesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
}

/** Where each block begins. */
function blocksOf(bytes: Buffer): readonly number[] {
  const found: number[] = []
  for (let at = 0; at < bytes.length;) {
    found.push(at)
    const head = readBlockHead(bytes.subarray(at))
    if (head === null || head === 'newer') throw new Error(`expected a block at ${at}`)
    at += blockHeadBytes + head.packedBytes
  }
  return found
}

/** A capture of four blocks: `a`, `b`, `c` and its end. */
async function aCapture(): Promise<{ path: string; file: string; bytes: Buffer }> {
  const path = await scratchFolder()
  writeBlocks(path, [[received('a')], [received('b')], [received('c')]]).close(nowMs)
  const [file = ''] = await filesIn(path)
  return { path, file, bytes: await readFile(file) }
}

describe('CaptureWriter and openFrames', () => {
  test('gives back what went over the sockets, in order', async () => {
    const path = await scratchFolder()
    const writer = aWriter(path)
    const connection = 'coinbase-01'
    const instruments = [
      anInstrument({ venue: 'coinbase', symbol: 'BTC-USD', venueSymbol: 'BTC-USD' })
    ]
    const lines: readonly CaptureLine[] = [
      { kind: 'instruments', atMs: nowMs, instruments },
      { kind: 'connected', atMs: nowMs + 0.25, connection, url: 'wss://venue.test/ws' },
      { kind: 'sent', atMs: nowMs + 1, connection, frame: '{"op":"subscribe"}' },
      received('{"price":"1.50"}', nowMs + 1.125),
      { kind: 'binary', atMs: nowMs + 2, connection, frame: 'AAE=' },
      { kind: 'closed', atMs: nowMs + 3, connection, reason: '1006' }
    ]
    for (const line of lines) writer.put(line, nowMs)
    writer.close(nowMs)
    const { frames, damage } = await readAll(path)
    expect(damage).toEqual([])
    const [began, known, again, ...rest] = frames
    expect(began).toMatchObject({ direction: 'began', frame: 'coinbase' })
    for (const each of [known, again]) {
      expect(each?.direction).toBe('instruments')
      expect(JSON.parse(each?.frame ?? '')).toEqual(instruments)
    }
    expect(rest).toEqual([
      {
        receivedMs: nowMs + 0.25,
        direction: 'connected',
        connection,
        url: 'wss://venue.test/ws',
        frame: ''
      },
      {
        receivedMs: nowMs + 1,
        direction: 'sent',
        connection,
        url: null,
        frame: '{"op":"subscribe"}'
      },
      {
        receivedMs: nowMs + 1.125,
        direction: 'received',
        connection,
        url: null,
        frame: '{"price":"1.50"}'
      },
      { receivedMs: nowMs + 3, direction: 'closed', connection, url: null, frame: '1006' }
    ])
  })

  test('gives back any text, over any number of blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), { minLength: 1 }),
        async (blocks) => {
          const path = await scratchFolder()
          const lines = blocks.map((texts) => texts.map((text) => received(text)))
          writeBlocks(path, lines).close(nowMs)
          const { frames, damage } = await readAll(path)
          expect(framesIn(frames)).toEqual(blocks.flat())
          expect(damage).toEqual([])
        }
      ),
      { numRuns: 30 }
    )
  })

  test('writes a block by itself once its text is long enough', async () => {
    const path = await scratchFolder()
    const writer = aWriter(path)
    const long = 'x'.repeat(100_000)
    for (let count = 0; count < 3; count += 1) writer.put(received(long), nowMs)
    expect(writer.waitingSinceMs).toBeNull()
    const { frames, damage } = await readAll(path)
    expect(framesIn(frames)).toEqual([long, long, long])
    expect(damage.map(({ code }) => code)).toEqual(['recording-damaged'])
    expect(damage[0]?.message).toContain('has no end')
    writer.close(nowMs)
  })

  test('begins a file each hour, and where one grows too large; each tells what it is of', async () => {
    const path = await scratchFolder()
    const writer = aWriter(path, { fileBytes: 1 })
    for (const [at, atMs] of [nowMs, nowMs + 1, nowMs + hourMs].entries()) {
      writer.put(received(String(at), atMs), atMs)
      writer.flush(atMs)
    }
    writer.close(nowMs + hourMs)
    const files = await filesIn(path)
    expect(files.map((file) => file.slice(path.length + 1))).toEqual([
      'coinbase/2026-11-22/17-000.jsonl.zst',
      'coinbase/2026-11-22/17-001.jsonl.zst',
      'coinbase/2026-11-22/18-000.jsonl.zst'
    ])
    for (const [at, file] of files.entries()) {
      const { frames, damage } = await readAll(file)
      expect(frames[0]).toMatchObject({ direction: 'began', frame: 'coinbase' })
      expect(framesIn(frames)).toEqual([String(at)])
      expect(damage).toEqual([])
    }
    expect(framesIn((await readAll(path)).frames)).toEqual(['0', '1', '2'])
  })

  test('finds the files of a folder however it is named', async () => {
    const { file } = await aCapture()
    const day = join(file, '..')
    const named = relative(process.cwd(), day)
    for (const folder of [day, join(day, '..'), named, `${named}/.`]) {
      expect(framesIn((await readAll(folder)).frames)).toEqual(['a', 'b', 'c'])
    }
  })

  test('writes no file that is there again', async () => {
    const path = await scratchFolder()
    for (const frame of ['first', 'second']) {
      const writer = aWriter(path)
      writer.put(received(frame), nowMs)
      writer.close(nowMs)
    }
    expect(await filesIn(path)).toHaveLength(2)
    expect(framesIn((await readAll(path)).frames)).toEqual(['first', 'second'])
  })

  test('lets the oldest files go where the folder takes too much, those of a run before too', async () => {
    const path = await scratchFolder()
    const noise = Array.from({ length: 2_000 }, (...[, at]) => (at * 7_919) % 10_007).join(' ')
    const write = (hour: number) => {
      const writer = aWriter(path, { mostBytes: 12_000 })
      const atMs = nowMs + hour * hourMs
      writer.put(received(`${hour} ${noise}`, atMs), atMs)
      writer.close(atMs)
    }
    for (let hour = 0; hour < 12; hour += 1) write(hour)
    const files = await filesIn(path)
    const bytes = (await Promise.all(files.map((file) => readFile(file)))).map((all) => all.length)
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(12_000)
    const kept = framesIn((await readAll(path)).frames).map((text) => Number.parseInt(text))
    expect(kept.length).toBeGreaterThan(0)
    expect(kept).toEqual(Array.from({ length: kept.length }, (...[, at]) => 12 - kept.length + at))
  })

  test('counts what a full disk would not take, and says so in front of what comes next', async () => {
    const path = await scratchFolder()
    const folder = new CaptureFolder(path, wide)
    let isFull = true
    const writer = new CaptureWriter({
      folder: {
        create: (venue, atMs) => {
          const created = folder.create(venue, atMs)
          if (!isFull) return created
          folder.close(created)
          // A file that may only be read takes nothing, as a full disk does.
          return { ...created, file: openSync(created.path, 'r') }
        },
        grew: (file, bytes) => folder.grew(file, bytes),
        close: (file) => folder.close(file)
      },
      venue: 'coinbase',
      mode: 'live',
      by: 'test'
    })
    for (const text of ['lost', 'lost too']) {
      writer.put(received(text), nowMs)
      expect(() => writer.flush(nowMs)).toThrow('cannot be written')
    }
    expect(writer.omittedFrames).toBe(2)
    isFull = false
    writer.put(received('kept', nowMs + 1), nowMs)
    writer.close(nowMs)
    const files = await filesIn(path)
    const { frames, damage } = await readAll(files.at(-1) ?? '')
    expect(damage).toEqual([])
    expect(frames.map(({ direction, frame }) => [direction, frame])).toEqual([
      ['began', 'coinbase'],
      ['omitted', '2'],
      ['received', 'kept']
    ])
  })

  test('holds each block as zstd of its own, so that other programs read the lines', async () => {
    const { bytes } = await aCapture()
    const texts = blocksOf(bytes).map((at, index, all) =>
      zstdDecompressSync(bytes.subarray(at + blockHeadBytes, all[index + 1])).toString()
    )
    const lines = texts.join('').trimEnd().split('\n')
    const kinds = lines.map((line) => (JSON.parse(line) as { kind: string }).kind)
    expect(kinds).toEqual(['began', 'received', 'received', 'received', 'ended'])
  })
})

describe('a capture that is not whole', () => {
  test('is played up to where it was cut off, wherever that is', async () => {
    const { file, bytes } = await aCapture()
    const starts = [...blocksOf(bytes), bytes.length]
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 12, max: bytes.length - 1 }), async (length) => {
        await writeFile(file, bytes.subarray(0, length))
        const { frames, damage } = await readAll(file)
        const whole = starts.findLastIndex((start) => start <= length)
        expect(framesIn(frames)).toEqual(['a', 'b', 'c'].slice(0, whole))
        expect(damage).toHaveLength(1)
        expect(damage[0]).toMatchObject({
          code: 'recording-damaged',
          file,
          offset: starts[whole] === length ? length : starts[whole]
        })
        expect(frames.at(-1)).toMatchObject({ direction: 'omitted', frame: '' })
      })
    )
  })

  test('is played around a block that is not as it was written, whichever byte changed', async () => {
    const { file, bytes } = await aCapture()
    const [from = 0, to = 0] = blocksOf(bytes).slice(1)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: from, max: to - 1 }), async (at) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 0x10
        await writeFile(file, changed)
        const { frames, damage } = await readAll(file)
        expect(framesIn(frames)).toEqual(['a', 'c'])
        expect(damage).toHaveLength(1)
        expect(damage[0]).toMatchObject({ code: 'recording-damaged', file, offset: from })
        expect(frames.map(({ direction }) => direction)).toEqual([
          'began',
          'received',
          'omitted',
          'received'
        ])
      })
    )
  })

  test('tells of a block that is missing', async () => {
    const { file, bytes } = await aCapture()
    const [from = 0, to = 0] = blocksOf(bytes).slice(1)
    await writeFile(file, Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]))
    const { frames, damage } = await readAll(file)
    expect(framesIn(frames)).toEqual(['a', 'c'])
    expect(damage.map(({ message }) => message)).toEqual([
      `${file}, byte ${from}: expected block 1, received 2`
    ])
  })

  test('is refused where nobody wants to hear of damage', async () => {
    const { file, bytes } = await aCapture()
    await writeFile(file, bytes.subarray(0, bytes.length - 1))
    await expect(collect(openFrames(file))).rejects.toMatchObject({ code: 'recording-damaged' })
  })

  test('is refused where a newer program wrote it', async () => {
    const { file, bytes } = await aCapture()
    const newer = Buffer.from(bytes)
    newer.writeUInt32LE(2, 12)
    newer.writeUInt32LE(crc32(newer.subarray(0, 36)), 36)
    await writeFile(file, newer)
    await expect(readAll(file)).rejects.toMatchObject({ code: 'recording-newer', offset: 0 })
  })

  test('is refused where a folder holds several venues', async () => {
    const { path, file, bytes } = await aCapture()
    const other = new CaptureWriter({
      folder: new CaptureFolder(path, wide),
      venue: 'eodhd',
      mode: 'live',
      by: 'test'
    })
    other.put(received('x'), nowMs)
    other.close(nowMs)
    expect(bytes.length).toBeGreaterThan(0)
    expect(framesIn((await readAll(file)).frames)).toEqual(['a', 'b', 'c'])
    await expect(readAll(path)).rejects.toMatchObject({ code: 'recording-bad-value' })
    await expect(readAll(path)).rejects.toThrow('name the folder of one venue')
  })
})
