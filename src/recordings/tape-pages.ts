import { zstdDecompressSync } from 'node:zlib'
import type { DataReader } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'

/** Node takes no smaller one. */
const leastChunkBytes = 64

/** A page of a column, unpacked. */
export type TapePage = {
  readonly kind: 'dictionary' | 'data'
  readonly values: number
  /** How many of the values are there; the others are null. */
  readonly present: number
  readonly encoding: string
  /** Which values are there, in Parquet's RLE; empty where all are. */
  readonly levels: Uint8Array
  readonly data: Uint8Array
}

/** Rows of a group, `to` excluded. */
export type RowRange = { readonly from: number; readonly to: number }

/** What cannot be a page of ours; told further by who knows the file. */
export class TapePageError extends Error {
  override readonly name = 'TapePageError'
}

/**
 * Reads the pages of a column that hold rows of a range, and its dictionary; `row` is the first of the
 * page's rows. Others are passed over without unpacking them.
 *
 * @throws TapePageError
 */
export function* readPages(
  column: Uint8Array,
  wanted: RowRange
): Generator<{ readonly page: TapePage; readonly row: number }> {
  const view = new DataView(column.buffer, column.byteOffset, column.byteLength)
  const reader: DataReader = { view, offset: 0 }
  for (let row = 0; reader.offset < column.byteLength && row < wanted.to;) {
    const header = parquetHeader(reader)
    const packed = column.subarray(reader.offset, reader.offset + header.compressed_page_size)
    reader.offset += header.compressed_page_size
    if (packed.byteLength !== header.compressed_page_size) throw new TapePageError('a cut-off page')
    const { dictionary_page_header: dictionary, data_page_header_v2: data } = header
    if (dictionary !== undefined) {
      const { num_values: values, encoding } = dictionary
      const kind = 'dictionary'
      const rest = { values, present: values, encoding, levels: packed.subarray(0, 0) }
      yield { page: { kind, ...rest, data: unpack(packed, header.uncompressed_page_size) }, row }
      continue
    }
    if (data === undefined) throw new TapePageError(`a page of type ${header.type}`)
    if (row + data.num_rows > wanted.from) {
      const levels = packed.subarray(0, data.definition_levels_byte_length)
      const size = header.uncompressed_page_size - levels.byteLength
      yield {
        page: {
          kind: 'data',
          values: data.num_values,
          present: data.num_values - data.num_nulls,
          encoding: data.encoding,
          levels,
          data: unpack(packed.subarray(levels.byteLength), size)
        },
        row
      }
    }
    row += data.num_rows
  }
}

function unpack(packed: Uint8Array, bytes: number): Uint8Array {
  // One piece as large as the page: by default it would be put together from many.
  const chunkSize = Math.max(bytes, leastChunkBytes)
  const unpacked = zstdDecompressSync(packed, { chunkSize, maxOutputLength: chunkSize })
  if (unpacked.byteLength !== bytes) {
    throw new TapePageError(`expected a page of ${bytes} bytes, received ${unpacked.byteLength}`)
  }
  return unpacked
}
