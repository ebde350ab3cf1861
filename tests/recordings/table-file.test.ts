import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import type { TableColumn, TableRow } from '../../src/recordings/table-column.ts'
import { createTable, type TableFormat } from '../../src/recordings/table-file.ts'
import { openTradeTable } from '../../src/recordings/trade-table.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const columns: readonly TableColumn[] = [
  { name: 'id', kind: 'text', mayBeNull: false },
  { name: 'event_ms', kind: 'number', mayBeNull: false },
  { name: 'price', kind: 'number', mayBeNull: false },
  { name: 'size', kind: 'number', mayBeNull: false },
  { name: 'side', kind: 'text', mayBeNull: true }
]
const formats: readonly TableFormat[] = ['csv', 'parquet']
const positive = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })
const aRow = fc.tuple(
  fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text)),
  positive,
  positive,
  positive,
  fc.constantFrom('buy', 'sell', null)
)

async function written(rows: readonly TableRow[], format: TableFormat): Promise<string> {
  const file = join(await scratchFolder(), `rows.${format}`)
  const table = await createTable(file, { format, columns, facts: { mode: 'live' } })
  await table.write(rows)
  await table.finish()
  return file
}

async function readBack(file: string) {
  const trades = []
  for await (const trade of await openTradeTable(file)) trades.push(trade)
  return trades.map(({ id, eventMs, price, size, side }) => [id, eventMs, price, size, side])
}

describe('createTable', () => {
  test.each(formats)('writes rows as %s that read back to the last digit', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(aRow, { maxLength: 30 }), async (rows) => {
        expect(await readBack(await written(rows, format))).toEqual(rows)
      }),
      { numRuns: 30 }
    )
  })

  test('writes a header and nothing else as CSV without rows', async () => {
    const file = await written([], 'csv')
    expect(await readFile(file, 'utf8')).toBe('id,event_ms,price,size,side\r\n')
  })

  test('writes Parquet in row groups and holds no more than one of them', async () => {
    const file = join(await scratchFolder(), 'rows.parquet')
    const table = await createTable(file, {
      format: 'parquet',
      columns,
      facts: { mode: 'simulated' }
    })
    const page = Array.from({ length: 10_000 }, (...[, at]): TableRow => [`${at}`, 1, 2, 3, null])
    let most = 0
    for (let pages = 0; pages < 12; pages += 1) {
      await table.write(page)
      most = Math.max(most, table.rowsHeld)
    }
    await table.finish()
    expect(most).toBeLessThan(50_000)
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(file))
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([
      50_000, 50_000, 20_000
    ])
    expect(metadata.key_value_metadata).toEqual([{ key: 'mode', value: 'simulated' }])
  })

  test.each(formats)('says which %s file cannot be written', async (format) => {
    const file = join(await scratchFolder(), 'no', 'such', 'folder')
    const options = { format, columns, facts: {} }
    await expect(createTable(file, options)).rejects.toThrow(`${file}: cannot be written`)
  })
})
