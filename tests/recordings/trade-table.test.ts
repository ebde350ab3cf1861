import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, test } from 'vitest'
import { openTradeTable } from '../../src/recordings/trade-table.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const header = 'event_ms,price,size'

async function read(content: string | Uint8Array) {
  const file = join(await scratchFolder(), 'trades')
  await writeFile(file, content)
  const rows = []
  for await (const row of await openTradeTable(file)) rows.push(row)
  return rows
}

function parquet(columns: Readonly<Record<string, readonly unknown[]>>): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) => ({ name, data: [...data] }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

describe('openTradeTable', () => {
  test('finds columns by their names, in any order, and leaves aside what is worked out anew', async () => {
    const text =
      '\uFEFFsize,id,state,"price",event_ms,side,mode\r\n2,77,lost,1.5,1000.125,sell,live\r\n\r\n'
    expect(await read(text)).toEqual([
      {
        row: 1,
        instrument: null,
        id: '77',
        eventMs: 1_000.125,
        receivedMs: null,
        price: 1.5,
        size: 2,
        side: 'sell',
        mode: 'live'
      }
    ])
  })

  test('reads CSV in gzip', async () => {
    expect(await read(gzipSync(`${header}\n1,2,3\n4,5,6\n`))).toHaveLength(2)
  })

  test('reads Parquet of other programs: whole numbers, columns without a value', async () => {
    const columns = { event_ms: [1n, 2n], price: [1, 2], size: [0.5, 1e-8], side: [null, 'buy'] }
    const rows = await read(parquet(columns))
    expect(rows.map(({ row, eventMs, size, side }) => [row, eventMs, size, side])).toEqual([
      [1, 1, 0.5, null],
      [2, 2, 1e-8, 'buy']
    ])
  })

  test.each([
    ['a column is missing', 'event_ms,price\n1,2', /no column size; its columns are/],
    ['a column is unknown', `${header},colour\n`, /unknown column "colour"; known are/],
    ['a column stands there twice', `${header},price\n`, /column price stands there twice/],
    ['there is nothing in it', '', /the file is empty/],
    ['a price is no number', `${header}\n1,2,3\n1,x,3\n`, /:3: row 2: price: .* received "x"/],
    ['a price is 0', `${header}\n1,0,3\n`, /:2: row 1: price: expected a finite number above 0/],
    ['a size is infinite', `${header}\n1,2,1e999\n`, /row 1: size: .* received "1e999"/],
    ['a size is below 0', `${header}\n1,2,-3\n`, /row 1: size: .* received "-3"/],
    ['a time is empty', `${header}\n,2,3\n`, /row 1: event_ms: .* received nothing/],
    ['a side is unknown', `${header},side\n1,2,3,BUY\n`, /row 1: side: .* received "BUY"/],
    ['a field is missing', `${header}\n1,2,3\n\n1,2\n`, /:4: row 2: expected 3 fields, received 2/],
    ['a quote is left open', `${header}\n1,2,"3\n`, /row 1: .* quotes that do not match/]
  ])('names row and column where %s in CSV', async (...[, content, line]) => {
    await expect(read(content)).rejects.toThrow(line)
  })

  test.each([
    ['a column is missing', { event_ms: [1], price: [2] }, /no column size/],
    [
      'a price is none',
      { event_ms: [1, 2], price: [1, null], size: [1, 1] },
      /row 2: price: .* received nothing/
    ],
    ['a size is NaN', { event_ms: [1], price: [1], size: [NaN] }, /row 1: size: .* received NaN/],
    [
      'a time is a date',
      { event_ms: [new Date(0)], price: [1], size: [1] },
      /row 1: event_ms: .* received "1970-01-01T00:00:00.000Z"/
    ]
  ])('names row and column where %s in Parquet', async (...[, columns, line]) => {
    await expect(read(parquet(columns))).rejects.toThrow(line)
  })

  test('says so where Parquet is cut off', async () => {
    const whole = parquet({ event_ms: [1], price: [1], size: [1] })
    await expect(read(whole.subarray(0, 40))).rejects.toThrow(/cannot be read after row 0/)
  })

  test('says so where there is no file', async () => {
    await expect(openTradeTable('/nowhere/trades.csv')).rejects.toMatchObject({
      code: 'recording-missing'
    })
  })
})
