import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { compareMinutes, storedMinutes } from '../../scripts/compare-vendor-minutes.ts'
import { computeCandles } from '../../scripts/independent-candles.ts'
import { readTrades } from '../../scripts/independent-trades.ts'
import { writeLeanTape } from '../../scripts/write-lean-tape.ts'
import { simulatorReadySchema, type SimulatorReady } from '../../src/contracts/simulator-ready.ts'
import { describeCaptures } from '../support/captures.ts'
import { comparedCandles, countStoredTrades, storedCandles } from '../support/plain-candles.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { spySession } from '../support/spy-session.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

const totals = z.object({ trades: z.number(), volume: z.number() })
const truthSchema = z.object({
  finished: z.boolean(),
  truncated: z.boolean(),
  instruments: z.record(z.string(), totals.extend({ emitted: totals }))
})

describeCaptures('SPY of 2013-10-07 through the simulated EODHD', () => {
  test('is stored to the last trade, with candles as computed from the tape and minutes that differ from the vendor’s by sale conditions', async () => {
    const folder = await scratchFolder()
    const tape = join(folder, 'spy.csv')
    const trades = await writeLeanTape(spySession.ticks, tape)
    const simulator = new TapedeckProcess(['simulate', '--tape', tape, '--speed', 'max'])
    const { control, venues } = await readyOf(simulator)
    const settings = join(folder, 'settings.toml')
    await writeFile(settings, settingsOf(venues['eodhd']))
    const dataDir = join(folder, 'data')
    const tapedeck = new TapedeckProcess([
      ...['serve', '--port', '0', '--no-browser', '--skip-market-hours'],
      ...['--settings', settings, '--data-dir', dataDir]
    ])
    await tapedeck.served()

    const database = join(dataDir, 'tapedeck.db')
    await until(async () => (await truthOf(control)).finished, 'the tape to end', 60_000)
    const truth = await truthOf(control)
    const sent = truth.instruments['eodhd:SPY']
    expect(sent).toMatchObject({ trades, emitted: { trades } })
    expect(truth.truncated).toBe(false)
    await until(() => countStoredTrades(database) >= trades, 'every trade to be stored', 20_000)
    tapedeck.child.kill('SIGINT')
    expect(await tapedeck.ended()).toBe(0)
    expect(countStoredTrades(database)).toBe(trades)

    const raw = readTrades(spySession.ticks)
    expect(raw).toHaveLength(250_601)
    for (const interval of ['1s', '1m', '100t']) {
      const expected = comparedCandles(computeCandles(raw, interval, 'regular'))
      const stored = storedCandles(database, interval)
      expect(stored).toHaveLength(expected.length)
      expect(stored).toEqual(expected)
    }
    const otherDays = comparedCandles(computeCandles(raw, '100t', 'extended'))
    expect(storedCandles(database, '100t')).not.toEqual(otherDays)

    const ours = storedMinutes(database, 'eodhd:SPY')
    const compared = compareMinutes({ ...spySession, ours })
    expect(compared).toMatchObject({ minutes: 828, unmatched: 0, equal: 696, equalVolume: 825 })
    expect(compared.conditions).toContainEqual({
      condition: 'IntermarketSweep',
      trades: 121_436,
      equal: 587,
      unequal: 132,
      made: 123
    })
    expect(compared.unexplained).toHaveLength(6)
  }, 120_000)
})

async function readyOf(simulator: TapedeckProcess): Promise<SimulatorReady> {
  await until(
    () => simulator.stdout.includes('\n') || simulator.hasEnded,
    'the simulator to listen',
    20_000
  )
  if (simulator.hasEnded) throw new Error(`the simulator ended: ${simulator.stderr}`)
  return simulatorReadySchema.parse(JSON.parse(simulator.stdout))
}

function settingsOf(eodhd: SimulatorReady['venues'][string] | undefined): string {
  if (eodhd === undefined) throw new Error('the simulator has no EODHD')
  return `
intervals = ["1s", "1m", "100t"]
[run]
mode = "simulated"
clock = "tape"
[venues.eodhd]
instruments = ["SPY"]
api_key = "any"
ws_url = "${eodhd.wsUrl}"
rest_url = "${eodhd.restUrl}"
`
}

async function truthOf(control: string) {
  const response = await fetch(`${control}/truth`)
  return truthSchema.parse(await response.json())
}
