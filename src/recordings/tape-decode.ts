import { Buffer, isAscii } from 'node:buffer'
import type { TapePage } from './tape-pages.ts'
import { TapePageError } from './tape-pages.ts'

/** Bytes that are read from front to back. */
export type ByteCursor = { readonly bytes: Uint8Array; at: number }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads PLAIN doubles. */
export function decodeDoubles({ data, values, encoding }: TapePage): Float64Array {
  expectEncoding(encoding, 'PLAIN')
  const doubles = new Float64Array(values)
  const bytes = new Uint8Array(doubles.buffer)
  if (data.byteLength !== bytes.byteLength) throw new TapePageError('a page of another length')
  bytes.set(data)
  return doubles
}

/** Reads DELTA_BINARY_PACKED integers that are safe ones. */
export function decodeIntegers({ data, values, encoding }: TapePage): Float64Array {
  expectEncoding(encoding, 'DELTA_BINARY_PACKED')
  return unpackDeltas({ bytes: data, at: 0 }, values)
}

/** Reads DELTA_LENGTH_BYTE_ARRAY texts. */
export function decodeTexts({ data, values, encoding }: TapePage): string[] {
  expectEncoding(encoding, 'DELTA_LENGTH_BYTE_ARRAY')
  const cursor = { bytes: data, at: 0 }
  const lengths = unpackDeltas(cursor, values)
  const all = Buffer.from(data.buffer, data.byteOffset + cursor.at, data.byteLength - cursor.at)
  const isPlain = isAscii(all)
  const texts: string[] = []
  let from = 0
  for (const length of lengths) {
    const to = from + length
    if (!(length >= 0) || to > all.byteLength) throw new TapePageError('a text beyond its page')
    texts.push(isPlain ? all.toString('latin1', from, to) : utf8.decode(all.subarray(from, to)))
    from = to
  }
  return texts
}

/** Reads the texts of a dictionary, PLAIN. */
export function decodeDictionary({ data, values, encoding }: TapePage): string[] {
  expectEncoding(encoding, 'PLAIN')
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const texts: string[] = []
  for (let at = 0; texts.length < values;) {
    const length = view.getUint32(at, true)
    texts.push(utf8.decode(data.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return texts
}

/** Reads places in a dictionary, RLE_DICTIONARY; null ones are -1. */
export function decodePlaces(page: TapePage): Int32Array {
  expectEncoding(page.encoding, 'RLE_DICTIONARY')
  const cursor = { bytes: page.data, at: 1 }
  const places = unpackRuns(cursor, page.data[0] ?? 0, page.present)
  if (page.present === page.values) return places
  const isThere = unpackRuns({ bytes: page.levels, at: 0 }, 1, page.values)
  const spread = new Int32Array(page.values).fill(-1)
  let next = 0
  for (let at = 0; at < spread.length; at += 1) {
    if (isThere[at] !== 1) continue
    spread[at] = places[next] ?? -1
    next += 1
  }
  return spread
}

/** Reads booleans, RLE. */
export function decodeFlags({ data, values, encoding }: TapePage): Int32Array {
  expectEncoding(encoding, 'RLE')
  return unpackRuns({ bytes: data, at: 4 }, 1, values)
}

function expectEncoding(received: string, expected: string): void {
  if (received !== expected) {
    throw new TapePageError(`expected the encoding ${expected}, received ${received}`)
  }
}

/** Parquet's hybrid of runs and bit-packed groups of eight. */
function unpackRuns(cursor: ByteCursor, width: number, count: number): Int32Array {
  const values = new Int32Array(count)
  if (width === 0) return values
  if (width > 24) throw new TapePageError(`places of ${width} bits`)
  const { bytes } = cursor
  for (let at = 0; at < count;) {
    const head = readVarint(cursor)
    if (head % 2 === 0) {
      const end = Math.min(at + head / 2, count)
      let value = 0
      for (let byte = 0; byte * 8 < width; byte += 1) {
        value |= byteAt(cursor) << (byte * 8)
      }
      if (end === at) throw new TapePageError('a run of nothing')
      values.fill(value, at, end)
      at = end
      continue
    }
    const packed = (head - 1) / 2
    const end = Math.min(at + packed * 8, count)
    const next = cursor.at + packed * width
    if (packed === 0 || next > bytes.byteLength) throw new TapePageError('a run beyond its page')
    let held = 0
    let bits = 0
    for (let from = cursor.at; at < end; at += 1) {
      while (bits < width) {
        held |= (bytes[from] ?? 0) << bits
        bits += 8
        from += 1
      }
      values[at] = held & ((1 << width) - 1)
      held >>>= width
      bits -= width
    }
    cursor.at = next
  }
  return values
}

/** Parquet's packed deltas of 64-bit integers; sums of doubles are exact while they stay safe. */
function unpackDeltas(cursor: ByteCursor, count: number): Float64Array {
  const blockSize = readVarint(cursor)
  const parts = readVarint(cursor)
  const values = new Float64Array(count)
  if (readVarint(cursor) !== count) throw new TapePageError('another number of integers')
  let value = readZigzag(cursor)
  if (count === 0) return values
  values[0] = Number(value)
  const perPart = blockSize / parts
  if (!(perPart > 0 && perPart % 32 === 0)) throw new TapePageError('blocks of another size')
  for (let at = 1; at < count;) {
    const least = readZigzag(cursor)
    const widths = cursor.bytes.subarray(cursor.at, cursor.at + parts)
    cursor.at += parts
    for (const width of widths) {
      if (at >= count) break
      const end = Math.min(at + perPart, count)
      const from = cursor.at
      cursor.at += (perPart * width) / 8
      if (cursor.at > cursor.bytes.byteLength) throw new TapePageError('integers beyond their page')
      value = addPart(values, { at, end, value, least }, { bytes: cursor.bytes, from, width })
      at = end
    }
  }
  return values
}

type Part = {
  readonly at: number
  readonly end: number
  /** The one before. */
  readonly value: bigint
  /** Added to each packed one. */
  readonly least: bigint
}
type Packed = { readonly bytes: Uint8Array; readonly from: number; readonly width: number }

/** Sets values[at … end), and tells the last one. */
function addPart(values: Float64Array, part: Part, packed: Packed): bigint {
  const { at, end, least } = part
  // Narrow parts, which all but made-up tapes have, need no big integers.
  if (packed.width > 24 || least > 2n ** 52n || least < -(2n ** 52n)) {
    return addWidePart(values, part, packed)
  }
  const { bytes, width } = packed
  const step = Number(least)
  const mask = 2 ** width - 1
  let value = Number(part.value)
  let held = 0
  let bits = 0
  let from = packed.from
  for (let to = at; to < end; to += 1) {
    while (bits < width) {
      held |= (bytes[from] ?? 0) << bits
      bits += 8
      from += 1
    }
    value += step + (held & mask)
    held >>>= width
    bits -= width
    values[to] = value
  }
  return BigInt(value)
}

function addWidePart(
  values: Float64Array,
  { at, end, value: before, least }: Part,
  { bytes, from: start, width }: Packed
): bigint {
  let value = before
  let held = 0n
  let bits = 0
  let from = start
  for (let to = at; to < end; to += 1) {
    while (bits < width) {
      held |= BigInt(bytes[from] ?? 0) << BigInt(bits)
      bits += 8
      from += 1
    }
    value = BigInt.asIntN(64, value + least + BigInt.asUintN(width, held))
    held >>= BigInt(width)
    bits -= width
    values[to] = Number(value)
  }
  return value
}

function readVarint(cursor: ByteCursor): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = byteAt(cursor)
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    if (scale > 2 ** 42) throw new TapePageError('a number beyond all bounds')
  }
}

function readZigzag(cursor: ByteCursor): bigint {
  let value = 0n
  for (let shift = 0n; ; shift += 7n) {
    const byte = byteAt(cursor)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return (value >> 1n) ^ -(value & 1n)
    if (shift > 63n) throw new TapePageError('a number beyond all bounds')
  }
}

function byteAt(cursor: ByteCursor): number {
  const byte = cursor.bytes[cursor.at]
  if (byte === undefined) throw new TapePageError('a page that ends too early')
  cursor.at += 1
  return byte
}
