import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { checkCandles } from '../../faults/candle-check.ts'
import { TapeFile } from '../support/tape-file.ts'

const bitcoin = 'coinbase:BTC-USD'
const startMs = 1_790_000_000_000

/** Two trades of one second, the later id first, and their candles as the engine stores them. */
async function tapeWithCandles(): Promise<TapeFile> {
  const file = await TapeFile.make()
  file.instrument(bitcoin, 'contiguous')
  file.trade(bitcoin, { id: '8', eventMs: startMs + 500, price: 101, size: 1e-8 })
  file.trade(bitcoin, { id: '7', eventMs: startMs + 400, price: 99.5, size: 0.3 })
  const content = [99.5, 101, 99.5, 101, 0.30000001, 0.30000001, 2, 7, 0, 8, 0, 1, 0, 0]
  change(file, 'INSERT INTO candle VALUES (1, 1, ?, ' + '?, '.repeat(13) + '?)', [
    startMs / 1_000,
    ...content
  ])
  change(file, 'INSERT INTO candle VALUES (1, 60, ?, ' + '?, '.repeat(13) + '?)', [
    Math.floor(startMs / 60_000),
    ...content
  ])
  const dayMs = startMs - (startMs % 86_400_000)
  change(
    file,
    'INSERT INTO forming_tick_candle VALUES (1, 100, ?, 0, ?, ?, ' + '?, '.repeat(13) + '?)',
    [dayMs, startMs + 400, startMs + 500, ...content]
  )
  return file
}

function change(file: TapeFile, sql: string, values: readonly number[] = []): void {
  const database = new DatabaseSync(file.path)
  database.prepare(sql).run(...values)
  database.close()
}

describe('checkCandles', () => {
  test('finds the candles that the stored trades make', async () => {
    const file = await tapeWithCandles()
    expect(checkCandles(file.path)).toEqual({ checked: 3, wrong: 0 })
  })

  test.each([
    ['a trade came that no candle knows', 'UPDATE trade SET price = 300 WHERE id = 7'],
    ['a sum is one unit off', 'UPDATE candle SET volume = 0.30000002 WHERE interval = 1'],
    ['a candle is missing', 'DELETE FROM candle WHERE interval = 60'],
    ['a candle stands where nothing traded', 'UPDATE candle SET slot = slot + 9 WHERE interval = 1']
  ])('sees that %s', async (...[, sql]) => {
    const file = await tapeWithCandles()
    change(file, sql)
    expect(checkCandles(file.path).wrong).toBeGreaterThan(0)
  })

  test('believes the candles that a venue told', async () => {
    const file = await tapeWithCandles()
    change(file, 'UPDATE candle SET source = 1, volume = 7 WHERE interval = 60')
    expect(checkCandles(file.path)).toEqual({ checked: 2, wrong: 0 })
  })
})
