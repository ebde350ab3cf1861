import { readFileSync, writeFileSync } from 'node:fs'
import { instrumentId } from '../../src/core/market/instrument.ts'
import type { TapeLabel } from '../../src/recordings/tape-file.ts'
import { TapeFileReader } from '../../src/recordings/tape-file-reader.ts'
import { TapeFileWriter, type WrittenTape } from '../../src/recordings/tape-file-writer.ts'
import type { TapeRow } from '../../src/recordings/tape-rows.ts'

const tapeHourMs = 1_788_332_400_000

export function aTapeRow(overrides: Partial<TapeRow> = {}): TapeRow {
  return {
    instrument: instrumentId('coinbase', 'BTC-USD'),
    id: 1,
    eventMs: tapeHourMs,
    receivedMs: tapeHourMs + 20,
    price: 10,
    size: 1,
    side: 1,
    flagged: 0,
    arrival: 0,
    ...overrides
  }
}

export function aTapeLabel(overrides: Partial<TapeLabel> = {}): TapeLabel {
  const hour = { hourMs: tapeHourMs, part: 0 }
  return { mode: 'simulated', venue: 'coinbase', ...hour, ids: 'integer', ...overrides }
}

/** Writes a whole file and puts it in its place. */
export function writeTape(
  path: string,
  rows: readonly TapeRow[],
  options: { readonly label?: Partial<TapeLabel>; readonly groupRows?: number } = {}
): WrittenTape {
  const writer = new TapeFileWriter(path, aTapeLabel(options.label), options.groupRows)
  for (const row of rows) writer.append(row)
  const written = writer.finish()
  writer.publish()
  return written
}

/** All rows of a file, in order of arrival. */
export function readTape(path: string): TapeRow[] {
  using reader = new TapeFileReader(path)
  return [...reader.rows()]
}

/** Changes a byte of its first row group. */
export function damagedFile(path: string): void {
  const bytes = readFileSync(path)
  bytes[40] = (bytes[40] ?? 0) ^ 1
  writeFileSync(path, bytes)
}
