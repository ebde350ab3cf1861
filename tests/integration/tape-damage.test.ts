import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { candleShape, gapShape, healthShape, listShape } from '../../src/contracts/shapes.ts'
import { compactHour } from '../../src/engine/storage/compact-hour.ts'
import { WriterDatabase } from '../../src/engine/storage/writer-database.ts'
import { countStoredTrades } from '../support/plain-candles.ts'
import { runningSimulator } from '../support/running-simulator.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { atOnce } from '../support/tape-keeping.ts'
import { damagedFile } from '../support/tape-rows.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

/** Moves all rows of a folder that nobody uses into files. @returns Their paths. */
function seal(folder: string): readonly string[] {
  const file = join(folder, 'tapedeck.db')
  const setup = { file, mode: 'simulated', startedMs: 1, run: null, registered: [] } as const
  const writer = new WriterDatabase({ ...setup, tickSizes: [] })
  const paths: string[] = []
  for (let next = compactHour(file, atOnce); next !== null; next = compactHour(file, atOnce)) {
    writer.seal(next, atOnce.nowMs)
    while (writer.clearSealed(0));
    paths.push(join(folder, ...next.path.split('/')))
  }
  writer.close(2)
  return paths
}

describe('an engine whose tape is damaged', { timeout: 120_000 }, () => {
  test('goes on, and tells the stretch as lost wherever states are told', async () => {
    const simulator = await runningSimulator({ seed: 3, rate: 5 })
    const { wsUrl = '', restUrl = '' } = simulator.ready.venues['coinbase'] ?? {}
    const folder = await scratchFolder()
    const settings = [
      'intervals = ["1s"]',
      '[run]',
      'mode = "simulated"',
      '[venues.coinbase]',
      'instruments = ["BTC-USD"]',
      `ws_url = "${wsUrl}"`,
      `rest_url = "${restUrl}"`
    ]
    writeFileSync(join(folder, 'settings.toml'), settings.join('\n'))
    const options = ['--port', '0', '--no-browser', '--data-dir', folder]
    const first = new TapedeckProcess(['serve', ...options])
    await first.served()
    const database = join(folder, 'tapedeck.db')
    await until(() => countStoredTrades(database) >= 300, 'trades to be stored', 60_000)
    first.child.kill('SIGTERM')
    expect(await first.ended()).toBe(0)
    for (const path of seal(folder)) damagedFile(path)

    const second = new TapedeckProcess(['serve', ...options])
    const url = await second.served()
    const getJson = async (route: string): Promise<unknown> => (await fetch(url + route)).json()
    const lost = async () => {
      const { items } = listShape(gapShape).parse(await getJson('gaps?limit=1000'))
      return items.filter(({ cause }) => cause === 'damaged-file')
    }
    await until(async () => (await lost()).length > 0, 'the loss to be noted', 60_000)
    expect((await lost())[0]).toMatchObject({ instrument: 'coinbase:BTC-USD', state: 'lost' })
    const candles = await getJson('candles?instrument=BTC-USD&interval=1s&limit=1000')
    const states = listShape(candleShape)
      .parse(candles)
      .items.map(({ state }) => state)
    expect(states).toContain('lost')
    await until(
      async () => healthShape.parse(await getJson('health')).status === 'degraded',
      'health to say so'
    )
    second.child.kill('SIGTERM')
    expect(await second.ended()).toBe(0)
  })
})
