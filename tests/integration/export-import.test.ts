import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aRegistration } from '../support/a-registration.ts'
import { aTrade } from '../support/a-trade.ts'
import { aCandle } from '../support/candles.ts'
import { endOf, runTapedeck, type EndedCommand } from '../support/ended-command.ts'
import { ImportRig } from '../support/import-rig.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'
import { aWriterBench, type WriterBench } from '../support/writer-bench.ts'

const startMs = Date.UTC(2026, 9, 1)
const entry = join(import.meta.dirname, '../../src/engine/import-data.ts')
const bitcoin = ['--instrument', 'coinbase:BTC-USD']

/** A store with so many trades, a millisecond apart, that is still open for writing. */
async function storeOf(trades: number) {
  const bench = await aWriterBench([aRegistration()])
  put(bench, 0, trades)
  const folder = join(bench.setup.file, '..')
  return { bench, folder, dataDir: ['--data-dir', folder] }
}

/** How a command ended, without how far it was in between: on a slow machine it says so. */
function told({ stderr, ...ended }: EndedCommand): EndedCommand {
  return { ...ended, stderr: stderr.replaceAll(/^(ex|im)port: .*\n/gm, '') }
}

function put(bench: WriterBench, from: number, to: number): void {
  for (let id = from; id < to; id += 20_000) {
    const count = Math.min(20_000, to - id)
    const trades = Array.from({ length: count }, (...[, at]) =>
      aTrade({ id: id + at, eventMs: startMs + id + at, price: 100 + at / 8 })
    )
    bench.commit({ trades })
  }
}

describe('tapedeck export', { timeout: 60_000 }, () => {
  test('writes what is stored, and says so', async () => {
    const { folder, dataDir } = await storeOf(3)
    const out = join(folder, 'trades.csv')
    const args = ['export', 'trades', ...bitcoin, ...dataDir]
    const range = ['--from', String(startMs + 1), '--to', new Date(startMs + 2).toISOString()]
    const ended = await runTapedeck(...args, ...range, '--out', out)
    expect(told(ended)).toEqual({
      code: 0,
      stdout: '',
      stderr: `Wrote 1 trades of coinbase:BTC-USD to ${out}.\n`
    })
    expect(await readFile(out, 'utf8')).toBe(
      'instrument,id,event_ms,received_ms,price,size,side,state,mode\r\n' +
        `coinbase:BTC-USD,1,${startMs + 1},${startMs + 41},100.125,1,buy,unproven,live\r\n`
    )
  })

  test('goes on while a writer writes, and holds up neither', async () => {
    const { bench, folder, dataDir } = await storeOf(60_000)
    const out = join(folder, 'trades.csv')
    const running = new TapedeckProcess(['export', 'trades', ...bitcoin, ...dataDir, '--out', out])
    const ended = endOf(running)
    let stored = 60_000
    while (!running.hasEnded) {
      put(bench, stored, stored + 500)
      stored += 500
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await ended).toMatchObject({ code: 0 })
    const rows = (await readFile(out, 'utf8')).split('\r\n').length - 2
    expect(rows).toBeGreaterThanOrEqual(60_000)
    expect(rows).toBeLessThanOrEqual(stored)
    expect(rows % 500).toBe(0)
  })

  test('leaves nothing when it is stopped', async () => {
    const { folder, dataDir } = await storeOf(200_000)
    const out = join(folder, 'out')
    await mkdir(out)
    const args = ['export', 'trades', ...bitcoin, ...dataDir, '--format', 'parquet']
    const running = new TapedeckProcess([...args, '--out', join(out, 'trades.parquet')])
    const ended = endOf(running)
    await until(async () => (await readdir(out)).length > 0, 'the file to be begun', 20_000)
    running.child.kill('SIGINT')
    expect(told(await ended)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'tapedeck: stopped: nothing was written\n'
    })
    expect(await readdir(out)).toEqual([])
  })

  test.each([
    {
      name: 'an unknown instrument',
      args: ['--instrument', 'coinbase:BTCUSB'],
      line: /--instrument: nothing is stored of "coinbase:BTCUSB"; did you mean coinbase:BTC-USD\?/
    },
    {
      name: 'a symbol without its venue',
      args: ['--instrument', 'btc-usd'],
      line: /--instrument: .* did you mean coinbase:BTC-USD\?/
    },
    {
      name: 'an unknown interval',
      args: [...bitcoin, '--interval', '2m'],
      line: /--interval: "2m" is no interval; such as/
    },
    {
      name: 'an interval that nothing stored can make',
      args: [...bitcoin, '--interval', '7t'],
      line: /--interval: no 7t candles are stored of coinbase:BTC-USD, .* stored are 1m\n$/
    },
    {
      name: 'a range that ends before it begins',
      args: [...bitcoin, '--from', '2026-10-02', '--to', '2026-10-01'],
      line: /--from: 2026-10-02T00:00:00.000Z is not before --to 2026-10-01T00:00:00.000Z/
    },
    {
      name: 'a folder that is none',
      args: [...bitcoin, '--out', '/nowhere/at/all.csv'],
      line: /--out: \/nowhere\/at is not a folder/
    },
    {
      name: 'a data folder without data',
      args: [...bitcoin, '--data-dir', '/nowhere'],
      line: /--data-dir: \/nowhere\/tapedeck.db does not exist/
    }
  ])('ends with one line for $name', async ({ args, line }) => {
    const { bench, folder, dataDir } = await storeOf(3)
    bench.commit({ candles: [aCandle({ interval: '1m', openMs: startMs })] })
    const usual = [...dataDir, '--interval', '1m', '--out', join(folder, 'c.csv')]
    const ended = await runTapedeck('export', 'candles', ...usual, ...args)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(line)
    expect(ended.stderr).toMatch(/^tapedeck: [^\n]+\n$/)
  })

  test('does not replace a file unless it is told to', async () => {
    const { folder, dataDir } = await storeOf(3)
    const out = join(folder, 'gaps.csv')
    await writeFile(out, 'mine')
    const args = ['export', 'gaps', ...bitcoin, ...dataDir, '--out', out]
    expect(await runTapedeck(...args)).toMatchObject({
      code: 2,
      stderr: `tapedeck: --out: ${out} exists; --force replaces it\n`
    })
    expect(await readFile(out, 'utf8')).toBe('mine')
    expect(await runTapedeck(...args, '--force')).toMatchObject({ code: 0 })
    expect(await readFile(out, 'utf8')).toMatch(/^instrument,from_ms,to_ms,state,cause,/)
  })
})

describe('tapedeck import', { timeout: 60_000 }, () => {
  test('takes in what was exported', async () => {
    const { folder, dataDir } = await storeOf(1_000)
    const out = join(folder, 'trades.parquet')
    const args = ['trades', ...bitcoin, ...dataDir, '--format', 'parquet', '--out', out]
    expect(await runTapedeck('export', ...args)).toMatchObject({ code: 0 })
    const into = join(folder, 'into')
    const importing = ['import', out, ...bitcoin, '--data-dir', into]
    expect(told(await runTapedeck(...importing))).toEqual({
      code: 0,
      stdout: '',
      stderr: `Imported 1000 trades of coinbase:BTC-USD into ${into} (live data).\n`
    })
    expect(await runTapedeck(...importing)).toMatchObject({
      code: 0,
      stderr: 'All 1000 trades are stored already, equal; nothing was changed.\n'
    })
  })

  test.each([
    ['a file that is not there', null, 2, /^tapedeck: .*t\.csv: no such file\n$/],
    ['columns that are not those of trades', 'a,b\n1,2\n', 2, /no column event_ms, price, size/],
    [
      'a bad number',
      'id,event_ms,price,size\n1,1790000000000,1,1\n2,1790000000001,NaN,1\n',
      1,
      /:3: row 2: price: .*"NaN"/
    ],
    [
      'a duplicate',
      'id,event_ms,price,size\n1,1790000000000,1,1\n1,1790000000000,1,1\n',
      1,
      /row 2: id 1 is that of row 1/
    ]
  ])('ends with one line for %s, and no folder', async (...[, content, code, line]) => {
    const folder = await scratchFolder()
    const file = join(folder, 't.csv')
    if (content !== null) await writeFile(file, content)
    const ended = await runTapedeck('import', file, ...bitcoin, '--data-dir', join(folder, 'data'))
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(line)
    expect(ended.stderr).toMatch(/^tapedeck: [^\n]+\n$/)
    expect(await readdir(folder)).toEqual(content === null ? [] : ['t.csv'])
  })
})

describe('a killed import', { timeout: 60_000 }, () => {
  test('leaves the folder as it was, to be imported into again', async () => {
    const rig = await ImportRig.make()
    const header = 'id,event_ms,price,size'
    const line = (id: number) => `${id},${startMs + id * 50},${100 + (id % 50)},1`
    const linesTo = (end: number) => Array.from({ length: end }, (...[, at]) => line(at + 1))
    await rig.import(await rig.file([header, ...linesTo(10)]))
    const before = rig.contents()
    const whole = await rig.file([header, ...linesTo(150_000)])
    const request = { file: whole, dataDir: rig.dataDir, intervals: null }
    const instrument = 'binance-spot:BTC-USDT'
    const importing = spawn(process.execPath, [entry, JSON.stringify({ ...request, instrument })])
    const ended = once(importing, 'exit')
    const lock = join(rig.dataDir, 'tapedeck.lock')
    await until(() => existsSync(lock), 'the folder to be taken', 30_000)
    importing.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect(rig.contents()).toEqual(before)
    expect(await rig.import(whole)).toMatchObject({ rows: 150_000, imported: 149_990 })
  })
})
