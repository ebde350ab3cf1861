import { open } from 'node:fs/promises'
import { openCsvTrades } from './csv-trades.ts'
import { openParquetTrades } from './parquet-trades.ts'
import { RecordingError } from './recording-error.ts'
import type { TradeRow } from './trade-row.ts'

const parquetMagic = 'PAR1'

/**
 * Reads the trades of a table in the order of the file, CSV (plain, gzip or zstd) or Parquet, told by its
 * first bytes. Of Parquet one row group is in memory, of CSV a line.
 *
 * @throws RecordingError naming file, row and column on the first thing that cannot be read.
 */
export async function openTradeTable(file: string): Promise<AsyncGenerator<TradeRow>> {
  return (await isParquet(file)) ? openParquetTrades(file) : openCsvTrades(file)
}

async function isParquet(file: string): Promise<boolean> {
  let handle
  try {
    handle = await open(file)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1', 0, bytesRead) === parquetMagic
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown cause'
    if (code === 'ENOENT')
      throw new RecordingError('recording-missing', 'no such file', { file, cause })
    throw new RecordingError('recording-unreadable', `cannot be read (${code})`, { file, cause })
  } finally {
    await handle?.close()
  }
}
