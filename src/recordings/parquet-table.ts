import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer'
import { unwritable } from './recording-error.ts'
import type { TableColumn, TableRow, TableValue } from './table-column.ts'

/** Rows of one row group: what a reader decodes at a time, and what is held in memory here. */
const rowGroupRows = 50_000

const parquetTypes = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  number: { type: 'DOUBLE' },
  count: { type: 'INT64' },
  flag: { type: 'BOOLEAN' }
} as const

/** Parquet, zstd inside, in row groups of 50,000; no more than one of them is in memory. */
export class ParquetTable {
  readonly #file: string
  readonly #handle: number
  readonly #columns: readonly TableColumn[]
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  #rows: TableRow[] = []
  #isOpen = true

  private constructor(
    file: string,
    handle: number,
    of: {
      readonly columns: readonly TableColumn[]
      readonly facts: Readonly<Record<string, string>>
    }
  ) {
    this.#file = file
    this.#handle = handle
    this.#columns = of.columns
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'root', num_children: of.columns.length },
        ...of.columns.map(({ name, kind, mayBeNull }) => ({
          name,
          repetition_type: mayBeNull ? ('OPTIONAL' as const) : ('REQUIRED' as const),
          ...parquetTypes[kind]
        }))
      ],
      codec: 'ZSTD',
      compressors: { ZSTD: (plain) => zstdCompressSync(plain) },
      kvMetadata: Object.entries(of.facts).map(([key, value]) => ({ key, value })),
      createdBy: 'tapedeck'
    })
  }

  static async create(
    file: string,
    of: {
      readonly columns: readonly TableColumn[]
      readonly facts: Readonly<Record<string, string>>
    }
  ): Promise<ParquetTable> {
    try {
      return await Promise.resolve(new ParquetTable(file, openSync(file, 'w'), of))
    } catch (error) {
      throw unwritable(file, error)
    }
  }

  get rowsHeld(): number {
    return this.#rows.length
  }

  async write(rows: readonly TableRow[]): Promise<void> {
    for (const row of rows) {
      this.#rows.push(row)
      if (this.#rows.length === rowGroupRows) await this.#writeGroup()
    }
  }

  async finish(): Promise<void> {
    if (this.#rows.length > 0) await this.#writeGroup()
    await this.#writer.finish()
    this.#flush()
    try {
      fsyncSync(this.#handle)
    } catch (error) {
      throw unwritable(this.#file, error)
    }
    this.#close()
  }

  abandon(): Promise<void> {
    this.#close()
    return Promise.resolve()
  }

  async #writeGroup(): Promise<void> {
    const rows = this.#rows
    this.#rows = []
    const columnData = this.#columns.map((column, at) => columnOf(column, rows, at))
    await this.#writer.write({ columnData, rowGroupSize: rowGroupRows })
    this.#flush()
  }

  /** The offsets in the foot count on from what was handed over before. */
  #flush(): void {
    const { buffer, index } = this.#bytes
    try {
      let from = 0
      while (from < index) {
        from += writeSync(this.#handle, new Uint8Array(buffer, from, index - from))
      }
    } catch (error) {
      throw unwritable(this.#file, error)
    }
    this.#bytes.index = 0
  }

  #close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.#handle)
  }
}

function columnOf(
  { name, kind }: TableColumn,
  rows: readonly TableRow[],
  at: number
): ColumnSource {
  const data = rows.map((row) => {
    const value: TableValue = row[at] ?? null
    return kind === 'count' && typeof value === 'number' ? BigInt(value) : value
  })
  return { name, data }
}
