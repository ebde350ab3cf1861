import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readArguments } from '../../src/simulator/arguments.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const entry = new URL('../../src/simulator/index.ts', import.meta.url).pathname

function run(args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [entry, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  })
  const said = { out: '', err: '' }
  child.stdout?.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { child, said, ended: once(child, 'close') as Promise<[number | null]> }
}

async function runReady(args: readonly string[] = []) {
  const started = run(args)
  await until(() => started.said.out.includes('\n'), 'the ready line')
  return { ...started, ready: JSON.parse(started.said.out) as Record<string, unknown> }
}

describe('the simulator process', () => {
  test('prints one line that says where it is reached', async () => {
    const { ready, said } = await runReady(['--port', '0', '--seed', '7', '--rate', '0.1'])
    expect(ready['control']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const venues = ready['venues'] as Record<string, Record<string, string>>
    expect(Object.keys(venues)).toEqual([
      'coinbase',
      'bybit-spot',
      'bybit-linear',
      'eodhd',
      'binance-spot'
    ])
    for (const { wsUrl, restUrl } of Object.values(venues)) {
      expect([wsUrl?.slice(0, 15), restUrl?.slice(0, 17)]).toEqual([
        'ws://127.0.0.1:',
        'http://127.0.0.1:'
      ])
    }
    expect(said.out.split('\n')).toHaveLength(2)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async (signal) => {
    const { child, ended, said } = await runReady()
    child.kill(signal)
    expect((await ended)[0]).toBe(0)
    expect(said.err).toBe('')
  })

  test('ends when its parent lets go of it', async () => {
    const { child } = await runReady()
    const exited = once(child, 'exit') as Promise<[number | null]>
    child.disconnect()
    expect((await exited)[0]).toBe(0)
  })

  test('runs a scenario', async () => {
    const path = join(await scratchFolder(), 'scenario.json')
    const mute = { afterMs: 0, kind: 'mute', venue: 'coinbase', ms: 60_000 }
    await writeFile(path, JSON.stringify([mute]))
    const { ready } = await runReady(['--scenario', path])
    await until(async () => {
      const faults = (await (await fetch(`${String(ready['control'])}/faults`)).json()) as {
        active: unknown[]
      }
      return faults.active.length === 1
    }, 'the mute')
    expect(ready['control']).toBeDefined()
  })

  test.each([
    [['--port', 'x'], /--port: expected .* received "x"/],
    [['--tape', '/no/such/tape.csv'], /no such file/],
    [['--scenario', '/no/such/scenario.json'], /scenario\.json/]
  ])('ends with 2 and one clear line for %j', async (args, message) => {
    const { said, ended } = run(args)
    expect((await ended)[0]).toBe(2)
    expect(said.err).toMatch(message)
    expect(said.err.trimEnd().split('\n')).toHaveLength(1)
    expect(said.out).toBe('')
  })

  test('ends with 1 when its port is taken', async () => {
    const { ready } = await runReady(['--rate', '0.1'])
    const { port } = new URL(String(ready['control']))
    const { said, ended } = run(['--port', port])
    expect((await ended)[0]).toBe(1)
    expect(said.err).toMatch(/EADDRINUSE/)
  })
})

describe('readArguments', () => {
  test('takes what the command line allows', () => {
    expect(
      readArguments(['--port', '7000', '--seed', '9', '--rate', '2.5', '--speed', 'max'])
    ).toMatchObject({ port: 7000, seed: 9, rate: 2.5, speed: 'max', tape: null })
    expect(readArguments([])).toMatchObject({ port: 0, seed: 1, rate: 1, speed: 1 })
  })

  test.each([
    [['--port', '-1'], /port/],
    [['--port', '65536'], /--port: expected/],
    [['--seed', '1.5'], /--seed: expected/],
    [['--seed', '1e3'], /--seed: expected/],
    [['--rate', '0'], /--rate: expected/],
    [['--rate', 'NaN'], /--rate: expected/],
    [['--speed', 'fast'], /--speed: expected max/],
    [['--nonsense'], /--nonsense/],
    [['word'], /word/],
    [['--tape'], /--tape/]
  ])('says what is wrong with %j', (args, message) => {
    expect(readArguments(args)).toMatch(message)
  })
})
