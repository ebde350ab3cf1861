import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { ParquetWriter, ByteWriter } from 'hyparquet-writer'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { instrumentId } from '../../src/core/market/instrument.ts'
import { RecordingError } from '../../src/recordings/recording-error.ts'
import { headerChecksum, type TapeIds } from '../../src/recordings/tape-file.ts'
import { TapeFileReader } from '../../src/recordings/tape-file-reader.ts'
import { TapeFileWriter } from '../../src/recordings/tape-file-writer.ts'
import type { TapeRow } from '../../src/recordings/tape-rows.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { aTapeLabel, aTapeRow, readTape, writeTape } from '../support/tape-rows.ts'

const instruments = ['BTC-USD', 'ETH-USD', 'ÅÄÖ-USD', 'A-B'].map((symbol) =>
  instrumentId('coinbase', symbol)
)

const anyDouble = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(-0, 5e-324, Number.MAX_VALUE, 0.1 + 0.2),
  fc.integer({ min: 1_788_332_400_000_000, max: 1_788_335_999_999_999 }).map((us) => us / 1000)
)
const anyInteger = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: 0, max: 100 }))
const anyText = fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme' }), fc.constantFrom('7', ''))
const idOf: Record<TapeIds, fc.Arbitrary<number | string>> = {
  integer: anyInteger,
  text: anyText,
  mixed: fc.oneof(anyInteger, anyText)
}

function someRows(ids: TapeIds): fc.Arbitrary<TapeRow[]> {
  const row = fc.record({
    instrument: fc.constantFrom(...instruments),
    id: idOf[ids],
    eventMs: anyDouble,
    receivedMs: anyDouble,
    price: anyDouble,
    size: anyDouble,
    side: fc.constantFrom(1, -1, 0),
    flagged: fc.constantFrom(0, 1),
    arrival: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 ** 40 }))
  })
  return fc.array(row, { maxLength: 300, size: 'max' }).map((rows) => {
    let arrival = -1
    return rows.map((each) => ({ ...each, arrival: (arrival += each.arrival) }))
  })
}

function problemOf(read: () => unknown): RecordingError {
  try {
    read()
  } catch (error) {
    if (error instanceof RecordingError) return error
    throw error
  }
  throw new Error('expected a RecordingError')
}

function upTo(count: number): number[] {
  return [...Array(count).keys()]
}

/** A file of four groups of ten rows. */
async function aFile(): Promise<string> {
  const path = join(await scratchFolder(), '07.parquet')
  const rows = upTo(40).map((at) =>
    aTapeRow({ instrument: instruments[at % 2] ?? 'x:y', id: at, arrival: at, price: at })
  )
  writeTape(path, rows, { groupRows: 10 })
  return path
}

describe('TapeFileWriter and TapeFileReader', () => {
  test.each(['integer', 'text', 'mixed'] as const)(
    'give back every row bit for bit, in order of arrival (%s ids)',
    async (ids) => {
      const path = join(await scratchFolder(), 'x.parquet')
      fc.assert(
        fc.property(someRows(ids), fc.integer({ min: 1, max: 120 }), (rows, groupRows) => {
          writeTape(path, rows, { label: { ids }, groupRows })
          expect(readTape(path)).toStrictEqual(rows)
        }),
        { numRuns: 60 }
      )
    }
  )

  test('give back the rows of one instrument alone', async () => {
    const path = join(await scratchFolder(), 'x.parquet')
    fc.assert(
      fc.property(someRows('mixed'), fc.constantFrom(...instruments), (rows, instrument) => {
        writeTape(path, rows, { label: { ids: 'mixed' }, groupRows: 64 })
        using reader = new TapeFileReader(path)
        const own = rows.filter((row) => row.instrument === instrument)
        expect([...reader.rows(instrument)]).toStrictEqual(own)
      }),
      { numRuns: 30 }
    )
  })

  test('read what spans many pages', async () => {
    const path = join(await scratchFolder(), 'x.parquet')
    const rows = upTo(50_000).map((at) =>
      aTapeRow({ id: at * 3, arrival: at, instrument: instruments[at % 3] ?? 'x:y', price: at / 8 })
    )
    writeTape(path, rows)
    expect(readTape(path)).toStrictEqual(rows)
  })

  test('say in the header what the file is of', async () => {
    const path = join(await scratchFolder(), 'x.parquet')
    writeTape(path, [aTapeRow({ arrival: 4, eventMs: 9.5 }), aTapeRow({ arrival: 9, eventMs: 8 })])
    using reader = new TapeFileReader(path)
    expect(reader.header).toMatchObject({ ...aTapeLabel(), format: 1, rows: 2 })
    expect(reader.header).toMatchObject({ firstArrival: 4, lastArrival: 9 })
    expect(reader.header.groups).toMatchObject([{ rows: 2, fromMs: 8, toMs: 9.5 }])
  })

  test('read by a reader that is not ours, the columns have the names of v_trade', async () => {
    const path = join(await scratchFolder(), 'x.parquet')
    const eventMs = 1_788_332_400_000.123
    writeTape(path, [aTapeRow({ id: 7, eventMs, side: 0 }), aTapeRow({ id: 8, arrival: 5 })])
    const file = readFileSync(path)
    const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)
    const compressors = { ZSTD: (packed: Uint8Array) => zstdDecompressSync(packed) }
    const read = await parquetReadObjects({ file: bytes, compressors })
    expect(read[0]).toStrictEqual({
      instrument: 'coinbase:BTC-USD',
      id: 7n,
      event_ms: eventMs,
      received_ms: 1_788_332_400_020,
      price: 10,
      size: 1,
      side: null,
      flagged: false,
      arrival: 0n
    })
    expect(read[1]).toMatchObject({ id: 8n, side: 'buy' })
  })

  test('leave nothing in place before a file is whole, and nothing beside it when discarded', async () => {
    const folder = await scratchFolder()
    const writer = new TapeFileWriter(join(folder, 'x.parquet'), aTapeLabel())
    writer.append(aTapeRow())
    writer.finish()
    expect(existsSync(join(folder, 'x.parquet'))).toBe(false)
    writer.discard()
    expect(readdirSync(folder)).toEqual([])
  })

  test('say which file cannot be written', async () => {
    const path = join(await scratchFolder(), 'gone', '07.parquet')
    const open = () => new TapeFileWriter(path, aTapeLabel())
    expect(open).toThrow(expect.objectContaining({ code: 'recording-unwritable', file: path }))
  })

  test('refuse a row that came before the one before it', async () => {
    const writer = new TapeFileWriter(join(await scratchFolder(), 'x.parquet'), aTapeLabel())
    writer.append(aTapeRow({ arrival: 5 }))
    expect(() => {
      writer.append(aTapeRow({ arrival: 5 }))
    }).toThrow('arrival 5 follows 5')
  })
})

describe('TapeFileReader', () => {
  test('names the file that is not there', async () => {
    const path = join(await scratchFolder(), 'none.parquet')
    expect(problemOf(() => new TapeFileReader(path))).toMatchObject({
      code: 'recording-missing',
      file: path
    })
  })

  test.each(['instrument,event_ms\n', ''])('refuses a file that is no Parquet', async (content) => {
    const path = join(await scratchFolder(), 'x.parquet')
    writeFileSync(path, content)
    const expected = { code: 'recording-unknown-format', offset: 0, file: path }
    expect(problemOf(() => new TapeFileReader(path))).toMatchObject(expected)
  })

  test("refuses another program's Parquet", async () => {
    const path = join(await scratchFolder(), 'x.parquet')
    const writer = new ByteWriter()
    const schema = [
      { name: 'root', num_children: 1 },
      { name: 'n', type: 'INT32' as const, repetition_type: 'REQUIRED' as const }
    ]
    const parquet = new ParquetWriter({ writer, schema })
    void parquet.write({ columnData: [{ name: 'n', data: [1] }] })
    void parquet.finish()
    writeFileSync(path, writer.getBytes())
    expect(problemOf(() => new TapeFileReader(path)).code).toBe('recording-unknown-format')
  })

  test('refuses a newer format', async () => {
    const path = await aFile()
    const text = readFileSync(path, 'latin1')
    const old = /\{"format":1.*\]\}\]\}/.exec(text)?.[0] ?? ''
    const newer = old.replace('"format":1', '"format":2')
    const swapped = text.replace(old, newer).replace(headerChecksum(old), headerChecksum(newer))
    writeFileSync(path, swapped, 'latin1')
    expect(problemOf(() => new TapeFileReader(path)).code).toBe('recording-newer')
  })

  test('tells wherever a file was cut off', async () => {
    const path = await aFile()
    const whole = readFileSync(path)
    const codes = new Set<string>()
    for (let size = 0; size < whole.length; size += 7) {
      writeFileSync(path, whole.subarray(0, size))
      codes.add(problemOf(() => readTape(path)).code)
    }
    expect(codes).toEqual(new Set(['recording-unknown-format', 'recording-damaged']))
  })

  test('tells bytes that were changed, and reads nothing wrong', async () => {
    const path = await aFile()
    const whole = readFileSync(path)
    const before = readTape(path)
    for (let at = 0; at < whole.length; at += 3) {
      const spoilt = Buffer.from(whole)
      spoilt[at] = (spoilt[at] ?? 0) ^ 0x10
      writeFileSync(path, spoilt)
      try {
        // Of Parquet's own metadata, which only other readers go by.
        expect(readTape(path)).toStrictEqual(before)
      } catch (error) {
        expect(error).toBeInstanceOf(RecordingError)
      }
    }
  })

  test('names where damage begins, and reads the rest', async () => {
    const path = await aFile()
    const whole = readFileSync(path)
    const [, second] = new TapeFileReader(path).header.groups
    const offset = second?.offset ?? 0
    whole[offset + 30] = (whole[offset + 30] ?? 0) ^ 1
    writeFileSync(path, whole)
    using reader = new TapeFileReader(path)
    const read = reader.header.groups.map((group) => {
      try {
        return reader.read(group).length
      } catch (error) {
        return error instanceof RecordingError ? `${error.code} at ${error.offset}` : error
      }
    })
    expect(read).toEqual([10, `recording-damaged at ${offset}`, 10, 10])
    expect(problemOf(() => [...reader.rows()]).message).toContain(`${path}, byte ${offset}:`)
  })
})
