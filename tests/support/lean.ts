import { readFile } from 'node:fs/promises'
import { inflateRawSync } from 'node:zlib'

/** A trade of a LEAN equity tick file. */
export type LeanTick = {
  /** Since 00:00 in New York. */
  readonly dayOffsetMs: number
  /** USD. */
  readonly price: number
  /** Shares. */
  readonly size: number
  /** One letter. */
  readonly exchange: string
  /** Sale conditions as LEAN writes them, hexadecimal without a prefix. */
  readonly flags: string
  readonly suspicious: boolean
}

/** A candle of a LEAN equity minute file. */
export type LeanMinute = {
  /** Since 00:00 in New York. */
  readonly dayOffsetMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Shares. */
  readonly volume: number
}

/** Reads the trades of an equity tick archive, in file order. */
export async function readLeanTicks(path: string): Promise<LeanTick[]> {
  const rows = await readRows(path)
  return rows.map(([time, price, size, exchange = '', flags = '', suspicious]) => ({
    dayOffsetMs: Number(time),
    price: Number(price) / 10_000,
    size: Number(size),
    exchange,
    flags,
    suspicious: suspicious === '1'
  }))
}

/** Reads the candles of an equity minute archive, in file order. */
export async function readLeanMinutes(path: string): Promise<LeanMinute[]> {
  const rows = await readRows(path)
  return rows.map(([time, open, high, low, close, volume]) => ({
    dayOffsetMs: Number(time),
    open: Number(open) / 10_000,
    high: Number(high) / 10_000,
    low: Number(low) / 10_000,
    close: Number(close) / 10_000,
    volume: Number(volume)
  }))
}

async function readRows(path: string): Promise<string[][]> {
  const text = unzipOnly(await readFile(path), path).toString('latin1')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trimEnd().split(','))
}

const centralEntry = 0x02014b50
const endOfDirectory = 0x06054b50

/** Unpacks the one file of a zip archive, by its central directory. */
function unzipOnly(zip: Buffer, path: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || zip.readUInt32LE(end) !== endOfDirectory || zip.readUInt16LE(end + 10) !== 1) {
    throw new Error(`${path}: expected a zip archive of one file`)
  }
  const entry = zip.readUInt32LE(end + 16)
  if (zip.readUInt32LE(entry) !== centralEntry) throw new Error(`${path}: no central directory`)
  const method = zip.readUInt16LE(entry + 10)
  const packedBytes = zip.readUInt32LE(entry + 20)
  const local = zip.readUInt32LE(entry + 42)
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const packed = zip.subarray(start, start + packedBytes)
  return method === 8 ? inflateRawSync(packed) : packed
}
