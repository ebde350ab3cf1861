import { CsvTable } from './csv-table.ts'
import { ParquetTable } from './parquet-table.ts'
import type { TableColumn, TableRow } from './table-column.ts'

/** A table on its way into a file, row by row; what it holds in memory is bounded. */
export interface TableFile {
  /** Rows taken in and not yet handed to the system. */
  readonly rowsHeld: number
  /** Appends rows; resolves when more may follow. @throws RecordingError when the file cannot be written. */
  write(rows: readonly TableRow[]): Promise<void>
  /** Writes what is left and closes the file. @throws RecordingError */
  finish(): Promise<void>
  /** Lets go of the file as it is, of which nothing can be expected. */
  abandon(): Promise<void>
}

/** What a table is written as. */
export type TableFormat = 'csv' | 'parquet'

/** How a table is written. */
export type TableOptions = {
  readonly format: TableFormat
  readonly columns: readonly TableColumn[]
  /** Facts about the whole table, told in the foot of a Parquet file. CSV has no place for them. */
  readonly facts: Readonly<Record<string, string>>
}

/** Starts a table in a file, which is made anew. @throws RecordingError */
export async function createTable(file: string, options: TableOptions): Promise<TableFile> {
  return options.format === 'csv'
    ? CsvTable.create(file, options.columns)
    : ParquetTable.create(file, options)
}
