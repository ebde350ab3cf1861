import { join } from 'node:path'
import { expect, test } from 'vitest'
import { computeCandles } from '../../scripts/independent-candles.ts'
import { readTrades } from '../../scripts/independent-trades.ts'
import { writeLeanTape } from '../../scripts/write-lean-tape.ts'
import { describeCaptures } from '../support/captures.ts'
import { runTapedeck } from '../support/ended-command.ts'
import { comparedCandles, countStoredTrades, storedCandles } from '../support/plain-candles.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { spySession } from '../support/spy-session.ts'

describeCaptures('SPY of 2013-10-07, imported', () => {
  test('has every trade, candles as computed from the tape, and comes back whole from Parquet', async () => {
    const folder = await scratchFolder()
    const tape = join(folder, 'spy.csv')
    const trades = await writeLeanTape(spySession.ticks, tape)
    const first = join(folder, 'first')
    const spy = ['--instrument', 'eodhd:SPY']
    expect(await runTapedeck('import', tape, ...spy, '--data-dir', first)).toMatchObject({
      code: 0
    })

    const out = join(folder, 'spy.parquet')
    const args = ['trades', ...spy, '--data-dir', first, '--format', 'parquet', '--out', out]
    expect(await runTapedeck('export', ...args)).toMatchObject({ code: 0 })
    const second = join(folder, 'second')
    expect(await runTapedeck('import', out, ...spy, '--data-dir', second)).toMatchObject({
      code: 0
    })

    const raw = readTrades(spySession.ticks)
    for (const database of [join(first, 'tapedeck.db'), join(second, 'tapedeck.db')]) {
      expect(countStoredTrades(database)).toBe(trades)
      for (const interval of ['1s', '1m', '100t']) {
        const expected = comparedCandles(computeCandles(raw, interval, 'regular'))
        expect(expected.length).toBeGreaterThan(800)
        expect(storedCandles(database, interval)).toEqual(expected)
      }
    }
  }, 120_000)
})
