import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { computeCandles } from '../../scripts/independent-candles.ts'
import { readTrades } from '../../scripts/independent-trades.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const startMs = 1_723_161_600_000

describe('computeCandles', () => {
  test('builds seconds from a capture, by id and not by place, each trade once', async () => {
    const trades = await tradesOf([
      [11, startMs + 10, '100.10', '0.1', false],
      [13, startMs + 990, '99.90', '0.3', true],
      [12, startMs + 500, '100.50', '0.2', false],
      [12, startMs + 500, '100.50', '0.2', false],
      [14, startMs + 3_000, '101', '0.00000001', true]
    ])
    const candles = computeCandles(trades, '1s', 'utc')
    expect(candles).toMatchObject([
      {
        instrument: 'binance-spot:BTC-USDT',
        openMs: startMs,
        closeMs: startMs + 1_000,
        open: 100.1,
        high: 100.5,
        low: 99.9,
        close: 99.9,
        volume: 0.6,
        buyVolume: 0.3,
        trades: 3
      },
      { openMs: startMs + 3_000, volume: 1e-8, buyVolume: 0, trades: 1 }
    ])
  })

  test('counts tick candles anew at 00:00 UTC', async () => {
    const trades = await tradesOf([
      [1, startMs - 30, '1', '1', true],
      [2, startMs - 20, '2', '1', true],
      [3, startMs - 10, '3', '1', true],
      [4, startMs, '4', '1', true],
      [5, startMs + 10, '5', '1', true]
    ])
    const candles = computeCandles(trades, '2t', 'utc')
    expect(candles.map(({ dayMs, index, open, close }) => [dayMs, index, open, close])).toEqual([
      [startMs - 86_400_000, 0, 1, 2],
      [startMs - 86_400_000, 1, 3, 3],
      [startMs, 0, 4, 5]
    ])
    expect(candles[0]).toMatchObject({ openMs: startMs - 30, closeMs: startMs - 20, trades: 2 })
  })

  test.each([
    ['extended', '2013-10-07T08:00:00Z', '2013-10-07T08:00:00Z'],
    ['extended', '2013-10-07T07:59:59Z', '2013-10-04T08:00:00Z'],
    ['regular', '2013-10-07T13:30:00Z', '2013-10-07T13:30:00Z'],
    ['regular', '2013-10-07T13:29:59Z', '2013-10-04T13:30:00Z'],
    ['regular', '2013-12-03T00:30:00Z', '2013-12-02T14:30:00Z']
  ] as const)('counts from the open of the %s session: %s', (session, at, opening) => {
    const trade = { instrument: 'eodhd:SPY', sequence: 0, price: 1n, size: 1n, bought: false }
    const candles = computeCandles([{ ...trade, timeMs: Date.parse(at) }], '100t', session)
    expect(candles[0]?.dayMs).toBe(Date.parse(opening))
  })

  test('refuses an interval that it does not know', () => {
    expect(() => computeCandles([], '1x', 'utc')).toThrow('1x')
  })
})

type Row = readonly [id: number, timeMs: number, price: string, size: string, isMaker: boolean]

async function tradesOf(rows: readonly Row[]) {
  const file = join(await scratchFolder(), 'btcusdt.gz')
  const lines = rows.map(([t, T, p, q, m]) => {
    const data = { e: 'trade', E: T, s: 'BTCUSDT', t, p, q, T, m, M: true }
    return `${T}000000 ${JSON.stringify({ stream: 'btcusdt@trade', data })}`
  })
  await writeFile(file, gzipSync(lines.join('\n')))
  return readTrades(file)
}
