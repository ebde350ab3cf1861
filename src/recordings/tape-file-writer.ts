import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { constants, crc32, zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { invariant } from '../core/invariant.ts'
import type { InstrumentId } from '../core/market/instrument.ts'
import { columnsOf, schemaOf } from './tape-columns.ts'
import { unwritable } from './recording-error.ts'
import type { TapeGroup, TapeHeader, TapeLabel } from './tape-file.ts'
import { headerChecksum, rowsPerGroup, tapeFormat, tapeKeys } from './tape-file.ts'
import type { TapeRow, TapeRows } from './tape-rows.ts'
import { pickRows, TapeRowsBuilder } from './tape-rows.ts'

/** Of 16,384 numbers: a reader of one instrument decodes no more than two such pages. */
const pageBytes = 131_072
/** 3 of zstd: higher ones save 2 % and take four times as long. */
const compressionLevel = 3

/** A file that was written. */
export type WrittenTape = {
  readonly header: TapeHeader
  readonly bytes: number
  /** CRC-32 of everything behind the row groups, which hold their own: of the file as a whole. */
  readonly checksum: number
}

/**
 * Writes a tape file beside its place, and puts it there when it is whole.
 *
 * States: open → finished → published; discarded from any of them but the last.
 */
export class TapeFileWriter {
  readonly #path: string
  readonly #draft: string
  readonly #label: TapeLabel
  readonly #groupRows: number
  readonly #file: number
  readonly #bytes = new ByteWriter(1 << 20)
  readonly #parquet: ParquetWriter
  readonly #rows = new TapeRowsBuilder()
  readonly #places = new Map<InstrumentId, number>()
  readonly #groups: TapeGroup[] = []
  #isOpen = true
  #lastArrival = -Infinity
  #written = 0

  /**
   * @param path Where it will be; its folder exists.
   * @param groupRows Rows of a row group.
   * @throws RecordingError when it cannot be made.
   */
  constructor(path: string, label: TapeLabel, groupRows = rowsPerGroup) {
    this.#groupRows = groupRows
    this.#path = path
    this.#draft = `${path}.part`
    this.#label = label
    this.#file = this.#trying(() => openSync(this.#draft, 'w'))
    this.#parquet = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(label),
      codec: 'ZSTD',
      compressors: { ZSTD: compress },
      createdBy: `tapedeck tape ${tapeFormat}`
    })
  }

  /**
   * Takes in the next trade.
   *
   * @param row Of a later arrival than the one before; finite numbers; an id as the label says.
   * @throws RecordingError when the disk does not take it.
   */
  append(row: TapeRow): void {
    const { arrival } = row
    invariant(arrival > this.#lastArrival, `arrival ${arrival} follows ${this.#lastArrival}`)
    this.#lastArrival = arrival
    this.#rows.append(row)
    if (this.#rows.length >= this.#groupRows) this.#writeGroup()
  }

  /**
   * Writes what is left and makes it durable, still beside its place.
   *
   * @throws RecordingError when the disk does not take it.
   */
  finish(): WrittenTape {
    if (this.#rows.length > 0) this.#writeGroup()
    const header = this.#header()
    const text = JSON.stringify(header)
    this.#parquet.kvMetadata = [
      { key: tapeKeys.header, value: text },
      { key: tapeKeys.checksum, value: headerChecksum(text) }
    ]
    void this.#parquet.finish()
    const checksum = crc32(this.#bytes.getBytes())
    this.#flush()
    this.#trying(() => {
      fsyncSync(this.#file)
      this.#close()
    })
    return { header, bytes: this.#bytes.offset, checksum }
  }

  /** Puts a finished file in its place, durably. @throws RecordingError */
  publish(): void {
    this.#trying(() => {
      renameSync(this.#draft, this.#path)
      syncFolder(dirname(this.#path))
    })
  }

  /** Leaves nothing of an unpublished file. */
  discard(): void {
    this.#close()
    rmSync(this.#draft, { force: true })
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }

  #writeGroup(): void {
    const arrived = this.#rows.take()
    const rows = pickRows(arrived, byInstrument(arrived))
    const offset = this.#bytes.offset
    void this.#parquet.write({
      columnData: columnsOf(rows, this.#label),
      rowGroupSize: rows.length,
      pageSize: pageBytes
    })
    const bytes = this.#bytes.getBytes()
    // The first group is written together with the file's magic number.
    const own = bytes.subarray(offset - this.#written)
    const chunks = this.#parquet.row_groups.at(-1)?.columns ?? []
    this.#groups.push({
      offset,
      bytes: own.length,
      crc32: crc32(own),
      columns: [...chunks.map((chunk) => Number(chunk.file_offset)), offset + own.length],
      ...this.#boundsOf(arrived),
      counts: this.#countsOf(rows)
    })
    this.#flush()
  }

  #boundsOf(arrived: TapeRows) {
    const { arrival, eventMs, length } = arrived
    let fromMs = Infinity
    let toMs = -Infinity
    for (const moment of eventMs) {
      if (moment < fromMs) fromMs = moment
      if (moment > toMs) toMs = moment
    }
    const [firstArrival = 0, lastArrival = 0] = [arrival[0], arrival[length - 1]]
    return { rows: length, firstArrival, lastArrival, fromMs, toMs }
  }

  #countsOf(rows: TapeRows): number[] {
    const counts: number[] = []
    for (let from = 0, to = 0; from < rows.length; from = to) {
      const instrument = rows.instrument[from] ?? 0
      while (to < rows.length && rows.instrument[to] === instrument) to += 1
      const name = rows.instruments[instrument]
      invariant(name !== undefined, 'expected the name of an instrument')
      const place = this.#places.get(name) ?? this.#places.size
      this.#places.set(name, place)
      counts.push(place, to - from)
    }
    return counts
  }

  #header(): TapeHeader {
    return {
      format: tapeFormat,
      ...this.#label,
      rows: this.#groups.reduce((sum, { rows }) => sum + rows, 0),
      firstArrival: this.#groups[0]?.firstArrival ?? null,
      lastArrival: this.#groups.at(-1)?.lastArrival ?? null,
      instruments: [...this.#places.keys()],
      groups: this.#groups
    }
  }

  #flush(): void {
    const bytes = this.#bytes.getBytes()
    this.#trying(() => {
      for (let from = 0; from < bytes.length;) {
        from += writeSync(this.#file, bytes, from, bytes.length - from)
      }
    })
    this.#bytes.index = 0
    this.#written = this.#bytes.offset
  }

  #trying<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw unwritable(this.#path, error)
    }
  }
}

/** Places of the rows: instruments by name, and the rows of each as they arrived. */
function byInstrument({ instruments, instrument, length }: TapeRows): Uint32Array {
  const names = Array.from(instruments.keys()).sort((a, b) =>
    (instruments[a] ?? '') < (instruments[b] ?? '') ? -1 : 1
  )
  const starts = new Uint32Array(instruments.length)
  for (const place of instrument) starts[place] = (starts[place] ?? 0) + 1
  let start = 0
  for (const place of names) {
    const count = starts[place] ?? 0
    starts[place] = start
    start += count
  }
  const sorted = new Uint32Array(length)
  for (let at = 0; at < length; at += 1) {
    const place = instrument[at] ?? 0
    const to = starts[place] ?? 0
    sorted[to] = at
    starts[place] = to + 1
  }
  return sorted
}

function compress(bytes: Uint8Array): Uint8Array {
  const params = { [constants.ZSTD_c_compressionLevel]: compressionLevel }
  return zstdCompressSync(bytes, { params })
}

/** Makes the names in a folder durable; Windows knows no such thing, and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
