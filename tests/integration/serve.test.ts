import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  candleShape,
  connectionShape,
  gapShape,
  healthShape,
  listShape,
  priceShape,
  tradeShape
} from '../../src/contracts/shapes.ts'
import { simulatorReadySchema } from '../../src/contracts/simulator-ready.ts'
import { openForWriting } from '../../src/engine/storage/open-database.ts'
import { descendantsOf, isAlive } from '../support/process-table.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { TapedeckProcess } from '../support/tapedeck-process.ts'
import { until } from '../support/until.ts'

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json()
}

async function healthOf(url: string) {
  const response = await fetch(`${url}health`)
  const body: unknown = await response.json()
  const parsed = healthShape.safeParse(body)
  return parsed.success ? parsed.data : null
}

function demo(folder: string): TapedeckProcess {
  return new TapedeckProcess([
    'serve',
    '--demo',
    '--port',
    '0',
    '--no-browser',
    '--data-dir',
    folder
  ])
}

describe('tapedeck serve --demo', { timeout: 90_000 }, () => {
  test('collects 326 instruments on 22 connections, answers every route, and leaves nothing behind', async () => {
    const folder = await scratchFolder()
    const tapedeck = demo(folder)
    const url = await tapedeck.served()
    await until(
      async () => {
        const health = await healthOf(url)
        return health?.connections.live === 22 && health.coveragePercent === 100
      },
      'all connections to be live',
      30_000
    )

    expect(
      simulatorReadySchema.parse(JSON.parse(tapedeck.stdout.split('\n')[0] ?? ''))
    ).toHaveProperty('venues.coinbase')
    expect(await healthOf(url)).toMatchObject({
      status: 'ok',
      mode: 'simulated',
      connections: { live: 22, total: 22 },
      instruments: { live: 326, total: 326 }
    })
    const connections = listShape(connectionShape.strict()).parse(
      await getJson(`${url}connections`)
    )
    expect(connections.items).toHaveLength(22)
    expect(connections.items.flatMap(({ instruments }) => instruments)).toHaveLength(326)
    const prices = listShape(priceShape.strict()).parse(await getJson(`${url}prices`))
    expect(prices.items).toHaveLength(326)
    expect(priceShape.strict().parse(await getJson(`${url}price/BTC-USD`)).freshness).toBe('live')
    for (const interval of ['1s', '1m', '100t']) {
      const answer = await getJson(`${url}candles?instrument=BTC-USD&interval=${interval}&limit=50`)
      const { items } = listShape(candleShape.strict()).parse(answer)
      expect(items.length).toBeGreaterThan(0)
      const times = items.map(({ openMs }) => openMs)
      expect(times).toEqual([...times].sort((a, b) => a - b))
    }
    const trades = listShape(tradeShape.strict()).parse(
      await getJson(`${url}trades?instrument=BTC-USD&limit=100`)
    )
    const ids = trades.items.map(({ id }) => Number(id))
    expect(ids).toEqual(ids.map((first, index) => (ids[0] ?? first) + index))

    const children = descendantsOf(tapedeck.pid)
    expect(children.length).toBeGreaterThanOrEqual(process.platform === 'linux' ? 2 : 0)
    const askedMs = performance.now()
    tapedeck.child.kill('SIGINT')
    expect(await tapedeck.ended()).toBe(0)
    expect(performance.now() - askedMs).toBeLessThan(2_000)
    expect(children.filter(isAlive)).toEqual([])

    const left = readdirSync(folder).sort()
    expect(left).toEqual(['instruments-coinbase.json', 'logs', 'tapedeck.db'])
    const database = new Database(join(folder, 'tapedeck.db'), { readonly: true })
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(
      database.prepare('SELECT count(*) FROM run WHERE stopped_ms IS NULL').pluck().get()
    ).toBe(0)
    database.close()
  })

  test('does not outlive its host: a killed host leaves no engine and no simulator', async () => {
    const folder = await scratchFolder()
    const tapedeck = demo(folder)
    await tapedeck.served()
    await until(() => existsSync(join(folder, 'tapedeck.db')), 'the database', 20_000)
    const children = descendantsOf(tapedeck.pid)
    tapedeck.child.kill('SIGKILL')
    await until(() => children.every((pid) => !isAlive(pid)), 'the children to end', 5_000)
    expect(children.filter(isAlive)).toEqual([])
  })

  test('starts a new engine when the old one is killed, and goes on', async () => {
    const folder = await scratchFolder()
    const tapedeck = demo(folder)
    const url = await tapedeck.served()
    await until(async () => (await healthOf(url))?.connections.live === 22, 'a live engine', 30_000)
    const trades = listShape(tradeShape)
    await until(
      async () =>
        trades.parse(await getJson(`${url}trades?instrument=BTC-USD&limit=1`)).items.length === 1,
      'a trade to be committed'
    )
    const lock = JSON.parse(readFileSync(join(folder, 'tapedeck.lock'), 'utf8')) as { pid: number }
    process.kill(lock.pid, 'SIGKILL')
    await until(async () => (await healthOf(url))?.status === 'down', 'the loss to be told', 5_000)
    const { items } = listShape(priceShape).parse(await getJson(`${url}prices`))
    expect(items.filter(({ freshness }) => freshness === 'live' || freshness === 'quiet')).toEqual(
      []
    )
    await until(async () => (await healthOf(url))?.connections.live === 22, 'a new engine', 30_000)
    // Trades of the time between were missed: ids told so, and the venue's history filled them in.
    const gaps = listShape(gapShape)
    const settled = async () =>
      gaps
        .parse(await getJson(`${url}gaps?limit=1000`))
        .items.filter(({ cause, state }) => cause === 'not-running' && state === 'refilled')
    await until(async () => (await settled()).length > 0, 'a gap to be filled', 30_000)
    expect((await settled())[0]).toMatchObject({ source: 'trades' })
    tapedeck.child.kill('SIGTERM')
    expect(await tapedeck.ended()).toBe(0)
  })
})

describe('tapedeck --help', { timeout: 40_000 }, () => {
  test('lists the commands and ends with 0', async () => {
    const tapedeck = new TapedeckProcess(['--help'])
    expect(await tapedeck.ended()).toBe(0)
    for (const command of ['serve', 'replay', 'simulate']) {
      expect(tapedeck.stdout).toMatch(new RegExp(`^${command} `, 'm'))
    }
    expect(tapedeck.stderr).toBe('')
  })
})

describe('tapedeck serve, refusing', { timeout: 40_000 }, () => {
  test.each([
    [[], 2, 'a command is needed'],
    [['dance'], 2, 'unknown command dance'],
    [['serve', '--prot', '1'], 2, "'--prot'"],
    [['serve', '--port', 'http'], 2, '--port must be a number'],
    [['serve', '--port', '70000'], 2, '--port must be a number'],
    [['serve', '--host', '0.0.0.0'], 2, '--host must be 127.0.0.1'],
    [['serve', '--log-level', 'loud'], 2, '--log-level must be one of'],
    [['serve', '--settings', '/nowhere/s.toml'], 2, 'no such file: /nowhere/s.toml'],
    [['serve', '--demo', '--settings', 's.toml'], 2, '--settings has no use with --demo'],
    [['replay', '--speed', '400'], 2, '--speed must be max or a number from 0.5 to 300']
  ])('%j ends with %i and one line naming the fault', async (args, code, text) => {
    const tapedeck = new TapedeckProcess(args)
    expect(await tapedeck.ended()).toBe(code)
    expect(tapedeck.stderr).toContain(text)
    expect(tapedeck.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(tapedeck.stdout).toBe('')
  })

  test('bad settings change nothing on disk', async () => {
    const folder = join(await scratchFolder(), 'data')
    const settings = join(await scratchFolder(), 'settings.toml')
    writeFileSync(settings, '[venues.kraken]\ninstruments = "all"\n')
    const tapedeck = new TapedeckProcess([
      'serve',
      '--settings',
      settings,
      '--data-dir',
      folder,
      '--no-browser'
    ])
    expect(await tapedeck.ended()).toBe(2)
    expect(tapedeck.stderr).toContain('unknown key venues.kraken')
    expect(existsSync(folder)).toBe(false)
  })

  test('a port in use is named, and nothing is touched', async () => {
    const folder = join(await scratchFolder(), 'data')
    const taken = createServer()
    await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    const tapedeck = new TapedeckProcess([
      'serve',
      '--port',
      String(port),
      '--data-dir',
      folder,
      '--no-browser'
    ])
    expect(await tapedeck.ended()).toBe(1)
    expect(tapedeck.stderr).toContain(`port ${port} is in use`)
    expect(existsSync(folder)).toBe(false)
    await new Promise((resolve) => taken.close(resolve))
  })

  test.each([
    ['a newer database', makeNewer, 'newer'],
    [
      'a file that is no database',
      (file: string) => writeFileSync(file, 'x'.repeat(9_000)),
      'database'
    ]
  ])('%s is refused with one line and left as it was', async (...[, make, text]) => {
    const folder = await scratchFolder()
    const file = join(folder, 'tapedeck.db')
    mkdirSync(folder, { recursive: true })
    make(file)
    const before = readFileSync(file)
    const tapedeck = new TapedeckProcess([
      'serve',
      '--port',
      '0',
      '--data-dir',
      folder,
      '--no-browser'
    ])
    expect(await tapedeck.ended()).toBe(1)
    expect(tapedeck.stderr).toContain(text)
    expect(tapedeck.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(folder)).toEqual(['tapedeck.db'])
    expect(tapedeck.stdout).toBe('')
  })

  test('a second instance on the same data folder is kept out', async () => {
    const folder = await scratchFolder()
    const first = new TapedeckProcess([
      'serve',
      '--port',
      '0',
      '--data-dir',
      folder,
      '--no-browser'
    ])
    await first.served()
    await until(() => existsSync(join(folder, 'tapedeck.db')), 'the first to open')
    const second = new TapedeckProcess([
      'serve',
      '--port',
      '0',
      '--data-dir',
      folder,
      '--no-browser'
    ])
    expect(await second.ended()).toBe(1)
    expect(second.stderr).toContain(folder)
    expect(first.hasEnded).toBe(false)
    first.child.kill('SIGTERM')
    expect(await first.ended()).toBe(0)
  })
})

/** A database as a later Tapedeck would leave it. */
function makeNewer(file: string): void {
  openForWriting({ file, mode: 'live', nowMs: 1_790_000_000_000 }).close()
  const database = new Database(file)
  database.pragma('journal_mode = DELETE')
  database.pragma('user_version = 999')
  database.close()
}
