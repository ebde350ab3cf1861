/**
 * Trades at rest: one Parquet file for a venue and an hour, described in docs/tape-format.md.
 *
 * Row groups follow one another in order of arrival; within one, rows are sorted by instrument, then by
 * arrival. What this program needs to read a file stands in its header, a JSON text among the file's
 * key-value metadata, with its own checksum; any other reader goes by Parquet's own metadata.
 */
import { crc32 } from 'node:zlib'
import type { InstrumentId } from '../core/market/instrument.ts'

/** Version of the format that this program writes, and the newest that it reads. */
export const tapeFormat = 1

/** Rows of a row group: what a seek decodes at the least. */
export const rowsPerGroup = 131_072

/** Keys of the file's metadata. */
export const tapeKeys = { header: 'tapedeck.header', checksum: 'tapedeck.checksum' } as const

/** What a file's ids are. `mixed`: text, beside it a column that says which of them were integers. */
export type TapeIds = 'integer' | 'text' | 'mixed'

/** What a file is of. */
export type TapeLabel = {
  readonly mode: 'live' | 'simulated' | 'replay'
  readonly venue: string
  /** Start of the hour of venue time, epoch ms; null where it is not of one hour. */
  readonly hourMs: number | null
  /** Which of the files of an hour: 0 holds what was known when it was sealed, later ones what came since. */
  readonly part: number
  readonly ids: TapeIds
}

/** A stretch of a file that can be read for itself. */
export type TapeGroup = {
  /** Where it begins in the file. */
  readonly offset: number
  readonly bytes: number
  /** CRC-32 of its bytes. */
  readonly crc32: number
  /** Where each of its columns begins, in the order of `tapeColumnNames`, and where the last one ends. */
  readonly columns: readonly number[]
  readonly rows: number
  readonly firstArrival: number
  readonly lastArrival: number
  /** Bounds of its venue times. */
  readonly fromMs: number
  readonly toMs: number
  /** Rows of each instrument, in their order: pairs of place in `instruments` and count. */
  readonly counts: readonly number[]
}

/** All that a file says of itself. */
export type TapeHeader = TapeLabel & {
  readonly format: number
  readonly rows: number
  /** Of its first and last row; null when it has none. */
  readonly firstArrival: number | null
  readonly lastArrival: number | null
  readonly instruments: readonly InstrumentId[]
  /** In order of arrival. */
  readonly groups: readonly TapeGroup[]
}

/** Columns of a file, in order; the last one in files of mixed ids only. */
export function tapeColumnNames(ids: TapeIds): readonly string[] {
  const names = [
    'instrument',
    'id',
    'event_ms',
    'received_ms',
    'price',
    'size',
    'side',
    'flagged',
    'arrival'
  ]
  return ids === 'mixed' ? [...names, 'id_is_integer'] : names
}

/** Checksum of a header's text, as it stands beside it. */
export function headerChecksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
