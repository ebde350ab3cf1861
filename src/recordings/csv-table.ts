import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { csvRecord } from './csv-record.ts'
import { unwritable } from './recording-error.ts'
import type { TableColumn, TableRow } from './table-column.ts'

/**
 * CSV as RFC 4180 has it: a header, CRLF, quotes where needed. Numbers are written with the fewest digits
 * that read back as the same double, null as nothing.
 */
export class CsvTable {
  readonly rowsHeld = 0
  readonly #file: string
  readonly #stream: WriteStream

  private constructor(file: string, stream: WriteStream) {
    this.#file = file
    this.#stream = stream
    stream.on('error', () => undefined)
  }

  static async create(file: string, columns: readonly TableColumn[]): Promise<CsvTable> {
    const stream = createWriteStream(file, { flush: true })
    const table = new CsvTable(file, stream)
    try {
      await once(stream, 'open')
    } catch (error) {
      throw unwritable(file, error)
    }
    stream.write(csvRecord(columns.map(({ name }) => name)))
    return table
  }

  async write(rows: readonly TableRow[]): Promise<void> {
    if (this.#stream.errored !== null) throw unwritable(this.#file, this.#stream.errored)
    if (rows.length === 0 || this.#stream.write(rows.map(csvRecord).join(''))) return
    try {
      await once(this.#stream, 'drain')
    } catch (error) {
      throw unwritable(this.#file, error)
    }
  }

  async finish(): Promise<void> {
    this.#stream.end()
    try {
      await finished(this.#stream)
    } catch (error) {
      throw unwritable(this.#file, error)
    }
  }

  async abandon(): Promise<void> {
    this.#stream.destroy()
    await finished(this.#stream).catch(() => undefined)
  }
}
