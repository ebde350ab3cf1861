import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { replaySummaryShape } from '../../src/contracts/shapes.ts'
import { blockHeadBytes, readBlockHead } from '../../src/recordings/capture-block.ts'
import { capturesIn } from '../../src/recordings/capture-folder.ts'
import { runTapedeck } from '../support/ended-command.ts'
import { countStoredTrades, storedCandles } from '../support/plain-candles.ts'
import { runningSimulator } from '../support/running-simulator.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

const apiKey = 'SECRET-key-123'
const intervals = ['1s', '1m', '20t']
const collected = {
  coinbase: ['BTC-USD', 'ETH-USD'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT'],
  eodhd: ['AAPL']
} as const

type Recorded = { readonly folder: string; readonly serving: TapedeckProcess }

/** Serves from a simulator, recording frames, until so many trades are stored. */
async function recording(trades: number): Promise<Recorded> {
  const simulator = await runningSimulator({ seed: 5, rate: 10 })
  const folder = await scratchFolder()
  const venues = Object.entries(collected).map(([id, symbols]) => {
    const { wsUrl = '', restUrl = '' } = simulator.ready.venues[id] ?? {}
    const lines = [
      `[venues.${id}]`,
      `instruments = ${JSON.stringify(symbols)}`,
      `ws_url = "${wsUrl}"`,
      `rest_url = "${restUrl}"`
    ]
    return [...lines, ...(id === 'eodhd' ? [`api_key = "${apiKey}"`] : [])].join('\n')
  })
  const head = `intervals = ${JSON.stringify(intervals)}\n[run]\nmode = "simulated"`
  writeFileSync(join(folder, 'settings.toml'), [head, ...venues].join('\n'))
  const options = ['--port', '0', '--no-browser', '--skip-market-hours', '--record-frames']
  const serving = new TapedeckProcess(['serve', ...options, '--data-dir', folder])
  await serving.served()
  const database = join(folder, 'tapedeck.db')
  await until(() => countStoredTrades(database) >= trades, 'trades to be stored', 60_000)
  return { folder, serving }
}

/** Text of all blocks of all captures. */
function textOf(folder: string): string {
  const blocks = capturesIn(join(folder, 'frames')).flatMap((file) => {
    const bytes = readFileSync(file)
    const texts: string[] = []
    for (let at = 0; at < bytes.length;) {
      const head = readBlockHead(bytes.subarray(at))
      if (head === null || head === 'newer') throw new Error(`expected a block at ${at} of ${file}`)
      const from = at + blockHeadBytes
      at = from + head.packedBytes
      texts.push(zstdDecompressSync(bytes.subarray(from, at)).toString())
    }
    return texts
  })
  return blocks.join('')
}

async function replayed(frames: string) {
  const dataDir = await scratchFolder()
  const options = ['--frames', frames, '--data-dir', dataDir, '--intervals', intervals.join(',')]
  const { code, stdout, stderr } = await runTapedeck('replay', ...options, '--print', 'ndjson')
  const summary = replaySummaryShape.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''))
  return { code, stderr, summary, database: join(dataDir, 'tapedeck.db') }
}

describe('tapedeck serve --record-frames', { timeout: 120_000 }, () => {
  test('captures what replay --frames makes the same candles of, and no key', async () => {
    const { folder, serving } = await recording(3_000)
    serving.child.kill('SIGTERM')
    expect(await serving.ended()).toBe(0)
    let trades = 0
    for (const venue of Object.keys(collected)) {
      const { code, stderr, summary, database } = await replayed(join(folder, 'frames', venue))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(summary).toMatchObject({ venue, omitted: 0, rejected: 0, skipped: 0, complete: true })
      trades += summary.trades
      for (const interval of intervals) {
        const live = storedCandles(join(folder, 'tapedeck.db'), interval)
        const expected = live.filter(({ instrument }) => instrument.startsWith(`${venue}:`))
        expect(expected.length).toBeGreaterThan(0)
        expect(storedCandles(database, interval)).toEqual(expected)
      }
    }
    expect(trades).toBe(countStoredTrades(join(folder, 'tapedeck.db')))
    const text = textOf(folder)
    expect(text).toContain('api_token=[key]')
    expect(text).not.toContain(apiKey)
  })

  test('leaves captures that play up to their last whole block when it is killed', async () => {
    const { folder, serving } = await recording(1_000)
    const captures = () => capturesIn(join(folder, 'frames', 'coinbase'))
    await until(() => captures().some((file) => statSync(file).size > 0), 'a block to be written')
    const engine = JSON.parse(readFileSync(join(folder, 'tapedeck.lock'), 'utf8')) as {
      pid: number
    }
    process.kill(engine.pid, 'SIGKILL')
    await until(() => captures().length === 2, 'the next engine to begin another file', 30_000)
    serving.child.kill('SIGTERM')
    expect(await serving.ended()).toBe(0)
    const [first = '', second = ''] = captures()
    const cut = await replayed(first)
    expect(cut.code).toBe(1)
    expect(cut.summary.trades).toBeGreaterThan(0)
    expect(cut.summary.damage).toHaveLength(1)
    expect(cut.stderr).toContain(`${first}, byte `)
    expect(await replayed(second)).toMatchObject({ code: 0, summary: { damage: [] } })
  })
})
