import { join } from 'node:path'
import { expect, test } from 'vitest'
import { computeCandles } from '../../scripts/independent-candles.ts'
import { readTrades } from '../../scripts/independent-trades.ts'
import { candleShape, replaySummaryShape } from '../../src/contracts/shapes.ts'
import { capture, describeCaptures } from '../support/captures.ts'
import { runTapedeck } from '../support/ended-command.ts'
import {
  comparedCandles,
  countStoredTrades,
  printedCandles,
  storedCandles
} from '../support/plain-candles.ts'
import { scratchFolder } from '../support/scratch-folder.ts'

const bybit = 'bmoscon+cryptofeed/D/v3-57d5f18d/BYBIT.linear.jsonl.zst'
const binance = [
  'nkaz001+hftbacktest/D/spot/btcusdt_20240808.gz',
  'nkaz001+hftbacktest/D/spot/btcusdt_20240809.gz'
]

describeCaptures('tapedeck replay --frames', () => {
  test.each([
    { name: 'Bybit linear', files: [bybit], args: [], trades: 327 },
    {
      name: 'Binance BTCUSDT of two days, one after the other',
      files: binance,
      args: ['--instruments', 'binance-spot:BTC-USDT'],
      trades: 19_904
    }
  ])(
    'prints and stores candles of $name as computed from the raw file',
    async ({ files, args, trades }) => {
      const dataDir = await scratchFolder()
      let output = ''
      for (const file of files) {
        const played = await runTapedeck(
          ...['replay', '--frames', capture(file), '--data-dir', dataDir, '--print', 'ndjson'],
          ...args
        )
        expect(played).toMatchObject({ code: 0, stderr: '' })
        output += played.stdout
      }
      const raw = files.flatMap((file) => readTrades(capture(file)))
      const database = join(dataDir, 'tapedeck.db')
      expect(raw).toHaveLength(trades)
      expect(countStoredTrades(database)).toBe(trades)
      const printed = printedCandles(output)
      for (const interval of ['1s', '1m', '100t']) {
        const expected = comparedCandles(computeCandles(raw, interval, 'utc'))
        expect(expected).not.toEqual([])
        expect(storedCandles(database, interval)).toEqual(expected)
        expect(printed.filter((candle) => candle.interval === interval)).toEqual(expected)
        const lacking = comparedCandles(computeCandles(raw.toSpliced(100, 1), interval, 'utc'))
        expect(storedCandles(database, interval)).not.toEqual(lacking)
      }
    },
    60_000
  )

  test('prints the same lines again, each in the documented shape', async () => {
    const args = ['replay', '--frames', capture(bybit), '--print', 'ndjson']
    const [first, second] = [await runTapedeck(...args), await runTapedeck(...args)]
    expect(second).toEqual(first)
    const lines = first.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    const summary = replaySummaryShape.parse(lines.pop())
    expect(summary).toMatchObject({
      venue: 'bybit-linear',
      frames: 2_546,
      skipped: 0,
      unknown: 0,
      rejected: 0,
      trades: 327,
      candles: lines.length,
      dataDir: null,
      complete: true
    })
    for (const line of lines) candleShape.strict().parse(line)
  }, 60_000)
})
