import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openTradeTape, type TapeTrade } from '../../src/recordings/trade-tape.ts'
import { TradeTapeWriter } from '../../src/recordings/trade-tape-writer.ts'
import { collect } from '../support/collect.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const header = 'instrument,event_ms,price,size,side,id,conditions'

describe('openTradeTape', () => {
  test('reads trades in file order', async () => {
    const rows = [
      'eodhd:SPY,1381151400464,167.41,100,,,20 2000',
      'coinbase:BTC-USD,1381151400464.25,65114.2,1e-8,buy,17,'
    ]
    expect(await tradesOf([header, ...rows])).toEqual([
      {
        instrument: 'eodhd:SPY',
        eventMs: 1381151400464,
        price: 167.41,
        size: 100,
        side: null,
        id: null,
        conditions: ['20', '2000']
      },
      {
        instrument: 'coinbase:BTC-USD',
        eventMs: 1381151400464.25,
        price: 65114.2,
        size: 1e-8,
        side: 'buy',
        id: '17',
        conditions: []
      }
    ])
  })

  test('reads a gzip tape, a byte-order mark and CRLF', async () => {
    const file = join(await scratchFolder(), 'tape.csv')
    await writeFile(file, gzipSync(`\uFEFF${header}\r\neodhd:SPY,1,2,3,,,\r\n`))
    expect(await readAll(file)).toHaveLength(1)
  })

  test.each([
    ['instrument', 'SPY,1,2,3,,,'],
    ['event_ms', 'eodhd:SPY,,2,3,,,'],
    ['event_ms', 'eodhd:SPY,2013-10-07,2,3,,,'],
    ['price', 'eodhd:SPY,1,0,3,,,'],
    ['price', 'eodhd:SPY,1,-2,3,,,'],
    ['price', 'eodhd:SPY,1,NaN,3,,,'],
    ['price', 'eodhd:SPY,1,1e400,3,,,'],
    ['price', 'eodhd:SPY,1,0x10,3,,,'],
    ['size', 'eodhd:SPY,1,2, 3,,,'],
    ['side', 'eodhd:SPY,1,2,3,BUY,,']
  ])('names line and column of a bad %s: %s', async (column, row) => {
    const file = await fileOf([header, 'eodhd:SPY,1,2,3,,,', row])
    await expect(readAll(file)).rejects.toMatchObject({
      name: 'RecordingError',
      code: 'recording-bad-value',
      file,
      line: 3,
      column
    })
  })

  test('names the line of a row with too few fields', async () => {
    await expect(tradesOf([header, 'eodhd:SPY,1,2'])).rejects.toMatchObject({
      code: 'recording-bad-line',
      line: 2
    })
  })

  test.each([[[]], [['time,price,size', '1,2,3']]])(
    'refuses a file without the header',
    async (lines) => {
      await expect(tradesOf(lines)).rejects.toMatchObject({
        code: 'recording-unknown-format',
        line: 1
      })
    }
  )
})

describe('TradeTapeWriter', () => {
  test('writes what the reader reads back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aTapeTrade(), { maxLength: 50 }), async (trades) => {
        const file = join(await scratchFolder(), 'tape.csv')
        await writeAll(file, trades)
        expect(await readAll(file)).toEqual(trades)
      }),
      { numRuns: 30 }
    )
  })

  test('writes the header alone when there are no trades', async () => {
    const file = join(await scratchFolder(), 'tape.csv')
    await writeAll(file, [])
    expect(await readFile(file, 'utf8')).toBe(`${header}\n`)
  })

  test.each([
    ['price', { price: NaN }],
    ['size', { size: 0 }],
    ['event_ms', { eventMs: -1 }],
    ['id', { id: 'a,b' }],
    ['id', { id: '' }],
    ['conditions', { conditions: ['a b'] }]
  ] as const)('refuses a %s that could not be read back', async (column, change) => {
    const file = join(await scratchFolder(), 'tape.csv')
    const writer = new TradeTapeWriter(file)
    await expect(writer.write({ ...aTrade, ...change })).rejects.toMatchObject({
      code: 'recording-bad-value',
      line: 2,
      column
    })
    await writer.close()
  })

  test('says that the file cannot be written', async () => {
    const writer = new TradeTapeWriter('/nowhere/tape.csv')
    await expect(writer.close()).rejects.toMatchObject({ code: 'recording-unreadable' })
  })
})

const aTrade: TapeTrade = {
  instrument: 'eodhd:SPY',
  eventMs: 1381151400464,
  price: 167.41,
  size: 100,
  side: null,
  id: null,
  conditions: []
}

function aTapeTrade(): fc.Arbitrary<TapeTrade> {
  const positive = fc.double({ min: 1e-12, max: 1e12, noNaN: true })
  return fc.record({
    instrument: fc.constantFrom('eodhd:SPY' as const, 'coinbase:BTC-USD' as const),
    eventMs: fc.double({ min: 1, max: 4e12, noNaN: true }),
    price: positive,
    size: positive,
    side: fc.constantFrom('buy' as const, 'sell' as const, null),
    id: fc.option(fc.stringMatching(/^[\w-]{1,12}$/), { nil: null }),
    conditions: fc.array(fc.stringMatching(/^[0-9A-F]{1,8}$/), { maxLength: 3 })
  })
}

async function writeAll(file: string, trades: readonly TapeTrade[]): Promise<void> {
  const writer = new TradeTapeWriter(file)
  for (const trade of trades) await writer.write(trade)
  await writer.close()
}

async function tradesOf(lines: readonly string[]): Promise<TapeTrade[]> {
  return readAll(await fileOf(lines))
}

async function fileOf(lines: readonly string[]): Promise<string> {
  const file = join(await scratchFolder(), 'tape.csv')
  await writeFile(file, lines.join('\n'))
  return file
}

function readAll(file: string): Promise<TapeTrade[]> {
  return collect(openTradeTape(file))
}
