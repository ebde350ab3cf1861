import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  asyncBufferFromFile,
  parquetScan,
  parquetSchema,
  type Compressors,
  type ParquetRowRange,
  type ParquetScan
} from 'hyparquet'
import { RecordingError } from './recording-error.ts'
import {
  problemOfColumns,
  readTradeRow,
  tradeColumns,
  type TradeCell,
  type TradeColumnName,
  type TradeRow
} from './trade-row.ts'

const compressors: Compressors = {
  ZSTD: (input) => zstdDecompressSync(input),
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input)
}

type Table = {
  readonly file: string
  readonly scan: ParquetScan
  readonly columns: readonly TradeColumnName[]
}

/** Reads the trades of a Parquet file, a row group at a time. @throws RecordingError */
export async function* openParquetTrades(file: string): AsyncGenerator<TradeRow> {
  const table = await openTable(file)
  for (const group of table.scan.ranges) {
    const cells = await readGroup(table, group)
    const { rowStart, rowEnd } = group
    for (let at = 0; at < rowEnd - rowStart; at += 1) {
      yield readRow(file, rowStart + at + 1, (column) => cellOf(cells.get(column)?.[at]))
    }
  }
}

async function openTable(file: string): Promise<Table> {
  try {
    const scan = await parquetScan({ file: await asyncBufferFromFile(file), compressors })
    const names = parquetSchema(scan.metadata).children.map(({ element }) => element.name)
    const problem = problemOfColumns(names)
    if (problem !== null)
      throw new RecordingError('recording-unknown-format', `not a table of trades: ${problem}`, {
        file
      })
    return { file, scan, columns: tradeColumns.filter((name) => names.includes(name)) }
  } catch (error) {
    throw error instanceof RecordingError ? error : damaged(file, 0, error)
  }
}

async function readGroup(
  { file, scan, columns }: Table,
  group: ParquetRowRange
): Promise<ReadonlyMap<TradeColumnName, ArrayLike<unknown>>> {
  const cells = new Map<TradeColumnName, ArrayLike<unknown>>()
  try {
    for (const column of columns) {
      cells.set(column, await scan.readColumn({ column, ...group }))
    }
    return cells
  } catch (error) {
    throw damaged(file, group.rowStart, error)
  }
}

function readRow(
  file: string,
  row: number,
  cells: (column: TradeColumnName) => TradeCell
): TradeRow {
  const read = readTradeRow(row, cells)
  if (!('problem' in read)) return read
  const { column, problem } = read
  throw new RecordingError('recording-bad-value', `row ${row}: ${column}: ${problem}`, {
    file,
    column
  })
}

/** Of what no column of trades holds, such as a date, its text is shown with the error. */
function cellOf(value: unknown): TradeCell {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  return value instanceof Date ? value.toISOString() : JSON.stringify(value)
}

function damaged(file: string, rowsRead: number, cause: unknown): RecordingError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new RecordingError(
    'recording-unreadable',
    `cannot be read after row ${rowsRead} (${reason})`,
    { file, cause }
  )
}
