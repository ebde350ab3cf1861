import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { parquetMetadata } from 'hyparquet/src/metadata.js'
import { invariant } from '../core/invariant.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { RecordingError } from './recording-error.ts'
import type { TapeGroup, TapeHeader } from './tape-file.ts'
import { headerChecksum, tapeColumnNames, tapeFormat, tapeKeys } from './tape-file.ts'
import { decodeDoubles, decodeFlags, decodeIntegers, decodeTexts } from './tape-decode.ts'
import { decodeDictionary, decodePlaces } from './tape-decode.ts'
import type { RowRange, TapePage } from './tape-pages.ts'
import { readPages } from './tape-pages.ts'
import type { TapeRow, TapeRows } from './tape-rows.ts'
import { pickRows, tapeRowAt } from './tape-rows.ts'

const magic = Buffer.from('PAR1')
const leastBytes = 12

/** Reads a tape file, group by group; each is checked before it is read. */
export class TapeFileReader implements Disposable {
  readonly path: string
  readonly header: TapeHeader
  /** CRC-32 of everything behind the row groups, as the writer told it. */
  readonly checksum: number
  readonly #file: number
  /** Groups that were as they were written, by where they begin. */
  readonly #checked = new Set<number>()

  /**
   * @throws RecordingError: missing, no tape of ours, newer, or damaged.
   */
  constructor(path: string) {
    this.path = path
    this.#file = this.#trying(() => openSync(path, 'r'))
    try {
      const { header, checksum } = this.#open()
      this.header = header
      this.checksum = checksum
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  /**
   * Reads one group in order of arrival.
   *
   * @param instrument Its rows alone; null: all.
   * @throws RecordingError naming where the group begins, when its bytes are not those written.
   */
  read(group: TapeGroup, instrument: InstrumentId | null = null): TapeRows {
    const range = this.#rangeOf(group, instrument)
    const bytes = this.#bytesOf(group)
    try {
      const rows = this.#decode(bytes, group, range)
      return instrument === null ? pickRows(rows, byArrival(rows, group)) : rows
    } catch (cause) {
      throw this.#damaged('its row group cannot be read', group.offset, cause)
    }
  }

  /** Looks whether a group is as it was written. @throws RecordingError naming where it begins. */
  check(group: TapeGroup): void {
    this.#bytesOf(group)
  }

  /** All rows in order of arrival, group by group. @throws RecordingError */
  *rows(instrument: InstrumentId | null = null): Generator<TapeRow> {
    for (const group of this.header.groups) {
      const rows = this.read(group, instrument)
      for (let at = 0; at < rows.length; at += 1) yield tapeRowAt(rows, at)
    }
  }

  /** Looks whether every group is as it was written, without reading rows. @throws RecordingError */
  verify(): void {
    for (const group of this.header.groups) this.#bytesOf(group)
  }

  /** How many rows of an instrument a group holds. */
  countOf(group: TapeGroup, instrument: InstrumentId): number {
    const { from, to } = this.#rangeOf(group, instrument)
    return to - from
  }

  close(): void {
    closeSync(this.#file)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #open(): { readonly header: TapeHeader; readonly checksum: number } {
    const size = this.#trying(() => fstatSync(this.#file).size)
    if (!this.#bytes(0, Math.min(size, magic.length)).equals(magic)) {
      throw new RecordingError('recording-unknown-format', 'expected a Parquet file', this.#at(0))
    }
    const end = size < leastBytes ? magic : this.#bytes(size - 8, 8)
    if (size < leastBytes || !end.subarray(4).equals(magic)) {
      throw this.#damaged('the file is cut off', size)
    }
    const footerBytes = end.readUInt32LE(0)
    const footerAt = size - 8 - footerBytes
    if (footerAt < magic.length) throw this.#damaged('its end does not fit', size - 8)
    const header = this.#headerIn(this.#bytes(footerAt, size - footerAt), footerAt)
    const last = header.groups.at(-1)
    const from = last === undefined ? 0 : last.offset + last.bytes
    return { header, checksum: crc32(this.#bytes(from, size - from)) }
  }

  #headerIn(footer: Buffer, at: number): TapeHeader {
    const values = this.#metadataIn(footer, at)
    const text = values.get(tapeKeys.header)
    if (text === undefined) {
      const problem = 'expected a tape, received another Parquet file'
      throw new RecordingError('recording-unknown-format', problem, this.#at(at))
    }
    if (headerChecksum(text) !== values.get(tapeKeys.checksum)) {
      throw this.#damaged('its header is not as it was written', at)
    }
    const { format } = JSON.parse(text) as { readonly format: number }
    if (format > tapeFormat) {
      const problem = `written in format ${format} by a newer Tapedeck; this one reads up to ${tapeFormat}`
      throw new RecordingError('recording-newer', problem, this.#at(at))
    }
    return JSON.parse(text) as TapeHeader
  }

  #metadataIn(footer: Buffer, at: number): ReadonlyMap<string, string | undefined> {
    try {
      const bytes = footer.buffer.slice(footer.byteOffset, footer.byteOffset + footer.byteLength)
      const { key_value_metadata: values = [] } = parquetMetadata(bytes as ArrayBuffer)
      return new Map(values.map(({ key, value }) => [key, value]))
    } catch (cause) {
      throw this.#damaged('its metadata cannot be read', at, cause)
    }
  }

  #bytesOf(group: TapeGroup): Buffer {
    const bytes = this.#bytes(group.offset, group.bytes)
    if (!this.#checked.has(group.offset) && crc32(bytes) !== group.crc32)
      throw this.#damaged('its row group is not as it was written', group.offset)
    this.#checked.add(group.offset)
    return bytes
  }

  #rangeOf(group: TapeGroup, instrument: InstrumentId | null): RowRange {
    if (instrument === null) return { from: 0, to: group.rows }
    const wanted = this.header.instruments.indexOf(instrument)
    let from = 0
    for (let at = 0; at < group.counts.length; at += 2) {
      const count = group.counts[at + 1] ?? 0
      if (group.counts[at] === wanted) return { from, to: from + count }
      from += count
    }
    return { from: 0, to: 0 }
  }

  #decode(bytes: Buffer, group: TapeGroup, range: RowRange): TapeRows {
    const names = tapeColumnNames(this.header.ids)
    const column = (name: string): Column => {
      const place = names.indexOf(name)
      const from = (group.columns[place] ?? 0) - group.offset
      const to = (group.columns[place + 1] ?? 0) - group.offset
      return { bytes: bytes.subarray(from, to), range }
    }
    const length = range.to - range.from
    const numbers = (name: string, decode: (page: TapePage) => Float64Array) =>
      gather(column(name), decode, new Float64Array(length))
    const flags = (name: string) => gather(column(name), decodeFlags, new Uint8Array(length))
    const doubles = (name: string) => numbers(name, decodeDoubles)
    return {
      length,
      instruments: this.header.instruments,
      instrument: instrumentsIn(group, range),
      id: this.#idsIn(column('id'), length, () => flags('id_is_integer')),
      eventMs: doubles('event_ms'),
      receivedMs: doubles('received_ms'),
      price: doubles('price'),
      size: doubles('size'),
      side: sidesIn(column('side'), length),
      flagged: flags('flagged'),
      arrival: numbers('arrival', decodeIntegers)
    }
  }

  #idsIn(column: Column, length: number, integers: () => Uint8Array): TapeRows['id'] {
    const { ids } = this.header
    if (ids === 'integer') return gather(column, decodeIntegers, new Float64Array(length))
    const texts = gatherTexts(column)
    if (ids === 'text') return texts
    const isInteger = integers()
    return texts.map((text, at) => (isInteger[at] === 1 ? Number(text) : text))
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    const read = this.#trying(() => readSync(this.#file, bytes, 0, length, at))
    if (read === length) return bytes
    throw this.#damaged('the file is cut off', at + read)
  }

  #at(offset: number) {
    return { file: this.path, offset }
  }

  #damaged(problem: string, offset: number, cause?: unknown): RecordingError {
    return new RecordingError('recording-damaged', problem, { ...this.#at(offset), cause })
  }

  #trying<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (cause) {
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
      const code = isMissing ? 'recording-missing' : 'recording-unreadable'
      const problem = cause instanceof Error ? cause.message : String(cause)
      throw new RecordingError(code, problem, { file: this.path, cause })
    }
  }
}

type Column = { readonly bytes: Uint8Array; readonly range: RowRange }

type Numbers = Float64Array | Int32Array
type Gathered = Float64Array | Int8Array | Uint8Array

/** Copies the values of a range of rows out of the pages of a column. */
function gather<Into extends Gathered>(
  { bytes, range }: Column,
  decode: (page: TapePage) => Numbers,
  into: Into
): Into {
  let seen = range.from
  for (const { page, row } of readPages(bytes, range)) {
    const wanted = decode(page).subarray(seen - row, range.to - row)
    into.set(wanted, seen - range.from)
    seen += wanted.length
  }
  invariant(seen === range.to, `expected ${range.to} rows, received ${seen}`)
  return into
}

function gatherTexts({ bytes, range }: Column): string[] {
  const texts: string[] = []
  for (const { page, row } of readPages(bytes, range)) {
    const seen = range.from + texts.length
    for (const text of decodeTexts(page).slice(seen - row, range.to - row)) texts.push(text)
  }
  invariant(texts.length === range.to - range.from, `expected other rows than ${texts.length}`)
  return texts
}

/** The rows of a group are sorted by instrument, so that its header alone tells them. */
function instrumentsIn({ counts }: TapeGroup, range: RowRange): Uint32Array {
  const places = new Uint32Array(range.to - range.from)
  let from = 0
  for (let at = 0; at < counts.length; at += 2) {
    const to = from + (counts[at + 1] ?? 0)
    places.fill(counts[at] ?? 0, Math.max(from - range.from, 0), Math.max(to - range.from, 0))
    from = to
  }
  return places
}

function sidesIn({ bytes, range }: Column, length: number): Int8Array {
  let sides: readonly number[] = []
  const decode = (page: TapePage): Int32Array => {
    if (page.kind === 'data') return decodePlaces(page).map((place) => sides[place] ?? 0)
    sides = decodeDictionary(page).map((side) => (side === 'buy' ? 1 : -1))
    return new Int32Array(0)
  }
  return gather({ bytes, range }, decode, new Int8Array(length))
}

/** Places of the rows as they arrived: by counting where arrivals lie close, else by sorting. */
function byArrival({ arrival, length }: TapeRows, group: TapeGroup): Uint32Array {
  const first = group.firstArrival
  const span = group.lastArrival - first + 1
  if (span > length * 8) {
    return Uint32Array.from(arrival.keys()).sort((a, b) => (arrival[a] ?? 0) - (arrival[b] ?? 0))
  }
  const placeOf = new Int32Array(span).fill(-1)
  for (let at = 0; at < length; at += 1) placeOf[(arrival[at] ?? 0) - first] = at
  const places = new Uint32Array(length)
  let next = 0
  for (const place of placeOf) {
    if (place < 0) continue
    places[next] = place
    next += 1
  }
  return places
}
