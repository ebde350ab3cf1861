import { existsSync, readFileSync } from 'node:fs'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { replaySummaryShape, type CandleShape } from '../../src/contracts/shapes.ts'
import { openForWriting } from '../../src/engine/storage/open-database.ts'
import {
  answered,
  captureText,
  connected,
  received,
  writeCapture
} from '../support/capture-file.ts'
import { endOf, runTapedeck, type EndedCommand } from '../support/ended-command.ts'
import { countStoredTrades, printedCandles, storedCandles } from '../support/plain-candles.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

const startMs = 1_723_161_255_000
const bitcoin = ['--instruments', 'binance-spot:BTC-USDT']

/** Trade `id` of a Binance capture, `second` seconds after its start. */
function binanceTrade(id: number, second: number, price = 100 + id) {
  const [T, E] = [startMs + second * 1_000, startMs + second * 1_000 + 1]
  return received({ e: 'trade', E, s: 'BTCUSDT', t: id, p: `${price}.5`, q: '0.2', T, m: true })
}

function eodhdTrade(second: number) {
  return received({ s: 'SPY', p: 167.41, c: [], v: 100, t: startMs + second * 1_000 })
}

function bybitTrade(conn: string, price: string) {
  const data = [{ i: `${conn}-${price}`, T: startMs, p: price, v: '1', S: 'Buy', s: 'BTCUSDT' }]
  const common = { BT: false, RPI: false, seq: 1, L: 'PlusTick' }
  const rows = data.map((row) => ({ ...row, ...common }))
  return received({ topic: 'publicTrade.BTCUSDT', type: 'snapshot', ts: startMs, data: rows }, conn)
}

function summaryOf({ stdout }: EndedCommand) {
  return replaySummaryShape.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''))
}

function linesOf({ stdout }: EndedCommand, interval: string): CandleShape[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"type":"candle"'))
  const candles = lines.map((line) => JSON.parse(line) as CandleShape)
  return candles.filter((candle) => candle.interval === interval)
}

describe('tapedeck replay --frames', { timeout: 60_000 }, () => {
  test('prints each candle when it is final, the open ones at the end, and a summary', async () => {
    const folder = await scratchFolder()
    const frames = await writeCapture(join(folder, 'capture'), [
      connected('wss://stream.binance.com:9443/ws'),
      binanceTrade(1, 0),
      received('{"e":"trade"'),
      received({ e: 'somethingNew', s: 'BTCUSDT' }),
      binanceTrade(2, 0.5),
      binanceTrade(2, 0.5),
      binanceTrade(5, 9)
    ])
    const played = await runTapedeck('replay', '--frames', frames, ...bitcoin, '--print', 'ndjson')
    expect(played).toMatchObject({ code: 0, stderr: '' })
    expect(linesOf(played, '1s')).toEqual([
      {
        type: 'candle',
        instrument: 'binance-spot:BTC-USDT',
        interval: '1s',
        openMs: startMs,
        open: 101.5,
        high: 102.5,
        low: 101.5,
        close: 102.5,
        volume: 0.4,
        buyVolume: 0,
        trades: 2,
        // Ids 3 and 4 may belong into it, and a capture cannot be asked for them.
        state: 'open',
        final: false
      },
      expect.objectContaining({ openMs: startMs + 9_000, trades: 1, final: false })
    ])
    expect(summaryOf(played)).toMatchObject({
      venue: 'binance-spot',
      frames: 6,
      unknown: 1,
      rejected: 1,
      trades: 3,
      duplicates: 1,
      missingTrades: 2,
      fromMs: startMs,
      toMs: startMs + 9_000,
      dataDir: null,
      complete: true
    })
  })

  test('says in words what came of it, when nothing is to be printed', async () => {
    const folder = await scratchFolder()
    const lines = [connected('wss://stream.binance.com:9443/ws'), binanceTrade(1, 0)]
    const frames = await writeCapture(join(folder, 'capture'), lines)
    const { code, stdout } = await runTapedeck('replay', '--frames', frames, ...bitcoin)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Replayed 1 frames of binance-spot: 1 trades .*\nNothing was kept; /)
  })

  test('prints and stores a candle anew when a trade comes after its end', async () => {
    const folder = await scratchFolder()
    const frames = await writeCapture(join(folder, 'capture'), [
      connected('wss://stream.binance.com:9443/ws'),
      binanceTrade(1, 0),
      binanceTrade(3, 20),
      binanceTrade(4, 40),
      binanceTrade(2, 0.5, 900)
    ])
    const dataDir = join(folder, 'data')
    const args = ['--frames', frames, ...bitcoin, '--data-dir', dataDir, '--print', 'ndjson']
    const played = await runTapedeck('replay', ...args)
    const first = linesOf(played, '1s').filter(({ openMs }) => openMs === startMs)
    expect(first.map(({ high, trades }) => ({ high, trades }))).toEqual([
      { high: 101.5, trades: 1 },
      { high: 900.5, trades: 2 }
    ])
    for (const interval of ['1s', '1m', '100t']) {
      const stored = storedCandles(join(dataDir, 'tapedeck.db'), interval)
      expect(stored.length).toBeGreaterThan(0)
      const printed = printedCandles(played.stdout)
      expect(printed.filter((candle) => candle.interval === interval)).toEqual(stored)
    }
  })

  test('stores nothing twice when a capture is played again, where trades have ids', async () => {
    const folder = await scratchFolder()
    const trades = Array.from({ length: 250 }, (...[, at]) => binanceTrade(at + 1, at))
    const lines = [connected('wss://stream.binance.com:9443/ws'), ...trades]
    const frames = await writeCapture(join(folder, 'capture'), lines)
    const args = ['--frames', frames, ...bitcoin, '--data-dir', folder, '--print', 'ndjson']
    expect(summaryOf(await runTapedeck('replay', ...args))).toMatchObject({ trades: 250 })
    const database = join(folder, 'tapedeck.db')
    const before = ['1s', '1m', '100t'].map((interval) => storedCandles(database, interval))
    const again = summaryOf(await runTapedeck('replay', ...args))
    expect(again).toMatchObject({ trades: 0, duplicates: 250, complete: true })
    expect(['1s', '1m', '100t'].map((each) => storedCandles(database, each))).toEqual(before)
    expect(countStoredTrades(database)).toBe(250)
  })

  test('refuses to play trades without ids onto stored ones', async () => {
    const folder = await scratchFolder()
    const lines = [eodhdTrade(0), eodhdTrade(0), eodhdTrade(1)]
    const frames = await writeCapture(join(folder, 'capture'), lines)
    const args = ['--frames', frames, '--instruments', 'eodhd:SPY', '--data-dir', folder]
    expect(await runTapedeck('replay', ...args)).toMatchObject({ code: 0, stderr: '' })
    const again = await runTapedeck('replay', ...args)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/^tapedeck: --data-dir: it holds trades of eodhd:SPY .*\n$/)
    expect(countStoredTrades(join(folder, 'tapedeck.db'))).toBe(3)
  })

  test('plays the connections of one venue, and counts the frames of others', async () => {
    const folder = await scratchFolder()
    const frames = await writeCapture(join(folder, 'capture'), [
      connected('wss://stream.bybit.com/v5/public/spot', 'spot'),
      connected('wss://stream.bybit.com/v5/public/linear', 'linear'),
      bybitTrade('spot', '100'),
      bybitTrade('linear', '200'),
      bybitTrade('spot', '300')
    ])
    const args = ['replay', '--frames', frames, '--print', 'ndjson', '--instruments', 'BTC-USDT']
    expect(await runTapedeck(...args)).toMatchObject({
      code: 2,
      stderr:
        'tapedeck: --venue is needed: the capture holds frames of bybit-spot and bybit-linear\n'
    })
    const played = await runTapedeck(...args, '--venue', 'bybit-spot')
    expect(summaryOf(played)).toMatchObject({ frames: 3, skipped: 1, rejected: 0, trades: 2 })
    expect(linesOf(played, '1m')).toMatchObject([{ high: 300, low: 100 }])
  })

  test('takes the instruments that are asked for out of those the capture lists', async () => {
    const folder = await scratchFolder()
    const market = { status: 'TRADING', quoteAsset: 'USDT', filters: [] }
    const symbols = ['BTC', 'ETH'].map((baseAsset) => ({
      ...market,
      baseAsset,
      symbol: `${baseAsset}USDT`
    }))
    const ether = {
      e: 'trade',
      E: startMs,
      s: 'ETHUSDT',
      t: 1,
      p: '3',
      q: '1',
      T: startMs,
      m: true
    }
    const frames = await writeCapture(join(folder, 'capture'), [
      answered('https://api.binance.com/api/v3/exchangeInfo', { symbols }),
      connected('wss://stream.binance.com:9443/ws'),
      received(ether),
      binanceTrade(1, 0)
    ])
    const args = ['replay', '--frames', frames, '--print', 'ndjson']
    const all = summaryOf(await runTapedeck(...args))
    expect(all).toMatchObject({ trades: 2, skipped: 0 })
    expect(all.instruments).toEqual(['binance-spot:ETH-USDT', 'binance-spot:BTC-USDT'])
    const one = summaryOf(await runTapedeck(...args, '--instruments', 'ETH-USDT'))
    expect(one).toMatchObject({ trades: 1, skipped: 1, instruments: ['binance-spot:ETH-USDT'] })
  })

  test('keeps what it played of a capture that breaks off, and fails', async () => {
    const folder = await scratchFolder()
    const lines = [connected('wss://stream.binance.com:9443/ws')]
    for (let id = 1; id <= 5_000; id += 1) lines.push(binanceTrade(id, id / 10))
    const packed = gzipSync(captureText(lines))
    const frames = join(folder, 'capture.gz')
    await writeFile(frames, packed.subarray(0, packed.length / 2))
    const dataDir = join(folder, 'data')
    const args = ['--frames', frames, ...bitcoin, '--data-dir', dataDir, '--print', 'ndjson']
    const played = await runTapedeck('replay', ...args)
    expect(played.code).toBe(1)
    expect(played.stderr).toMatch(
      /^tapedeck: .*capture\.gz:\d+: cannot be read after line \d+ .*\n$/
    )
    const { complete, trades } = summaryOf(played)
    expect(complete).toBe(false)
    expect(trades).toBeGreaterThan(1_000)
    expect(countStoredTrades(join(dataDir, 'tapedeck.db'))).toBe(trades)
  })

  test.each([
    {
      name: 'a file that is not there',
      args: ['--frames', 'none'],
      line: /--frames: none: no such/
    },
    {
      name: 'a file of no known format',
      args: ['--frames', import.meta.filename],
      line: /--frames: .*replay\.test\.ts: not a capture of a known format/
    },
    {
      name: 'an unknown venue',
      args: ['--venue', 'kraken'],
      line: /--venue: unknown venue kraken/
    },
    { name: 'no instrument', args: [], line: /--instruments is needed: the capture holds no list/ },
    {
      name: 'an instrument that cannot be spelled',
      args: ['--instruments', 'BTC'],
      line: /--instruments: how Binance spells "BTC" is not known/
    },
    {
      name: 'an interval that is none',
      args: ['--intervals', '1s,2m'],
      line: /--intervals: "2m" is no interval/
    }
  ])('ends with one line for $name and writes nothing', async ({ args, line }) => {
    const folder = await scratchFolder()
    const lines = [connected('wss://stream.binance.com:9443/ws'), binanceTrade(1, 0)]
    const frames = await writeCapture(join(folder, 'capture'), lines)
    const dataDir = join(folder, 'data')
    const usual = args.includes('--frames') ? [] : ['--frames', frames]
    const ended = await runTapedeck('replay', ...usual, ...args, '--data-dir', dataDir)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(line)
    expect(ended.stderr).toMatch(/^tapedeck: [^\n]+\n$/)
    expect(existsSync(dataDir)).toBe(false)
  })

  test('leaves a folder of live data as it was', async () => {
    const folder = await scratchFolder()
    const lines = [connected('wss://stream.binance.com:9443/ws'), binanceTrade(1, 0)]
    const frames = await writeCapture(join(folder, 'capture'), lines)
    const dataDir = join(folder, 'data')
    await mkdir(dataDir)
    const database = join(dataDir, 'tapedeck.db')
    openForWriting({ file: database, mode: 'live', nowMs: 1 }).close()
    const before = readFileSync(database)
    const ended = await runTapedeck('replay', '--frames', frames, ...bitcoin, '--data-dir', dataDir)
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^tapedeck: .*holds live data and cannot take replay data.*\n$/)
    expect(readFileSync(database).equals(before)).toBe(true)
  })

  test('ends in order when it is told to, with a clean database', async () => {
    const folder = await scratchFolder()
    const frames = await longCapture(folder)
    const dataDir = join(folder, 'data')
    const replay = new TapedeckProcess([
      ...['replay', '--frames', frames, ...bitcoin, '--data-dir', dataDir, '--print', 'ndjson']
    ])
    const ended = endOf(replay)
    await until(() => replay.stdout.includes('"interval":"1m"'), 'the first minute', 30_000)
    replay.child.kill('SIGTERM')
    const stopped = await ended
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).toBe('tapedeck: stopped before the end of the capture\n')
    const { complete, trades } = summaryOf(stopped)
    expect(complete).toBe(false)
    const file = join(dataDir, 'tapedeck.db')
    expect(countStoredTrades(file)).toBe(trades)
    expect(existsSync(join(dataDir, 'tapedeck.lock'))).toBe(false)
    const database = new Database(file, { readonly: true })
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(database.prepare('SELECT count(stopped_ms) AS stopped FROM run').get()).toEqual({
      stopped: 1
    })
    database.close()
  })

  test('ends when nobody reads what it prints', async () => {
    const folder = await scratchFolder()
    const frames = await longCapture(folder)
    const args = ['replay', '--frames', frames, ...bitcoin, '--print', 'ndjson']
    const replay = new TapedeckProcess(args)
    await until(() => replay.stdout !== '', 'the first line', 30_000)
    replay.child.stdout?.destroy()
    expect(await replay.ended(30_000)).toBe(1)
    expect(replay.stderr).toBe('tapedeck: stopped before the end of the capture\n')
  })
})

/** Long enough to be stopped in the midst of it. */
async function longCapture(folder: string): Promise<string> {
  const lines = [connected('wss://stream.binance.com:9443/ws')]
  const file = await writeCapture(join(folder, 'capture'), lines)
  for (let chunk = 0; chunk < 40; chunk += 1) {
    let text = ''
    for (let at = 1; at <= 10_000; at += 1) {
      const id = chunk * 10_000 + at
      text += `${JSON.stringify(binanceTrade(id, id / 20))}\n`
    }
    await appendFile(file, text)
  }
  return file
}
