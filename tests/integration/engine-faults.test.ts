import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { EngineConfig } from '../../src/contracts/engine-protocol.ts'
import type { Provocation } from '../../src/contracts/provocation.ts'
import type { EngineReport } from '../../src/service/engine-reports.ts'
import { reportsIn } from '../../src/service/engine-reports.ts'
import { forkEngine } from '../../src/service/forked-engine.ts'
import { hostClock } from '../../src/service/host-clock.ts'
import { EngineSupervisor } from '../../src/service/supervisor.ts'
import { anEngineConfig } from '../support/engine-config.ts'
import { isAlive } from '../support/process-table.ts'
import { scratchFolder } from '../support/scratch-folder.ts'
import { until } from '../support/until.ts'

const entry = fileURLToPath(new URL('../../src/engine/index.ts', import.meta.url))

/** A real engine under a real supervisor, which may be told to have faults. */
async function supervised(fields: Partial<EngineConfig> = {}, heapMb?: number) {
  const dataDir = await scratchFolder()
  const faultRun = { gaps: true }
  const config = anEngineConfig({ mode: 'simulated', dataDir, faultRun, ...fields })
  const pids: number[] = []
  const lines: string[] = []
  const supervisor = new EngineSupervisor({
    launch: () => {
      const engine = forkEngine(entry, heapMb)
      pids.push(engine.pid ?? 0)
      return engine
    },
    config,
    clock: hostClock,
    reports: reportsIn(dataDir),
    handlers: {
      state: () => undefined,
      message: (message) => {
        if (message.channel === 'control' && message.kind === 'log') lines.push(message.event)
      },
      launched: () => undefined,
      refused: () => undefined
    }
  })
  onTestFinished(() => supervisor.stop())
  supervisor.start()
  await until(() => supervisor.state === 'running', 'the engine runs', 30_000)
  const provoke = (fault: Provocation) =>
    supervisor.process?.send({ channel: 'control', kind: 'provoke', fault })
  const runsAgain = () =>
    until(() => pids.length === 2 && supervisor.state === 'running', 'another engine runs', 30_000)
  const report = () => {
    const folder = join(dataDir, 'reports')
    const name = readdirSync(folder).find((each) => each.startsWith('engine-')) ?? ''
    return JSON.parse(readFileSync(join(folder, name), 'utf8')) as EngineReport
  }
  return { dataDir, lines, pids, provoke, report, runsAgain, supervisor }
}

describe('an engine that has a fault', { timeout: 60_000 }, () => {
  test('and stands still is ended after 10 s, named by its handler, and started again', async () => {
    const { pids, provoke, report, runsAgain, supervisor } = await supervised()
    provoke({ what: 'block', forMs: 60_000 })
    await until(() => supervisor.lastEnd !== null, 'the engine to be ended', 15_000)
    expect(supervisor.lastEnd?.cause).toBe('hung')
    expect(supervisor.lastEnd?.words).toMatch(
      /^stopped answering: "provoked block" had run for \d+\.\d s$/
    )
    expect(report().blocked).toMatchObject({ handler: 'provoked block', pid: pids[0] })
    await runsAgain()
  })

  test('and stands still for a while is left alone, and what it did is told', async () => {
    const { dataDir, lines, pids, provoke } = await supervised()
    provoke({ what: 'block', forMs: 5_000 })
    const file = join(dataDir, 'reports', 'blocked.json')
    await until(() => existsSync(file), 'the watchdog to see it', 15_000)
    await until(() => lines.includes('handler-overran'), 'the handler to be told', 15_000)
    await until(() => lines.includes('handler-slow'), 'its slowness to be told')
    await until(() => !existsSync(file), 'the watchdog to take it back', 15_000)
    expect(pids).toHaveLength(1)
  })

  test('and fills its heap ends as out of memory, with a report of Node’s', async () => {
    const { pids, provoke, report, runsAgain, supervisor } = await supervised({}, 128)
    provoke({ what: 'leak', mbPerMinute: 6_000 })
    await until(() => supervisor.lastEnd !== null, 'the engine to end', 30_000)
    expect(supervisor.lastEnd).toMatchObject({ cause: 'out-of-memory', words: 'out of memory' })
    expect(report()).toMatchObject({ pid: pids[0], nodeReport: { trigger: 'OOMError' } })
    expect(report().lastBeat?.heapMb).toBeGreaterThan(0)
    await runsAgain()
  })

  test('and forgets a rejection says so, ends in order and is started again', async () => {
    const { provoke, report, runsAgain, supervisor } = await supervised()
    provoke({ what: 'reject' })
    await runsAgain()
    expect(supervisor.lastEnd).toMatchObject({
      cause: 'failed',
      words: 'Error: provoked rejection'
    })
    expect(report().exit).toEqual({ code: 1, signal: null })
  })

  test('and is not of a fault run has none', async () => {
    const { lines, pids, provoke } = await supervised({ mode: 'live' })
    provoke({ what: 'exit', code: 1 })
    await until(() => lines.includes('provocation-refused'), 'the refusal')
    expect(pids.map(isAlive)).toEqual([true])
  })

  test('and ends at each start trips its supervisor, which waits in order', async () => {
    const dataDir = await scratchFolder()
    const faultRun = { gaps: true, provoke: [{ what: 'exit' as const, code: 7 }] }
    const config = anEngineConfig({ mode: 'simulated', dataDir, faultRun })
    const supervisor = new EngineSupervisor({
      launch: () => forkEngine(entry),
      config,
      clock: hostClock,
      reports: reportsIn(dataDir),
      handlers: {
        state: () => undefined,
        message: () => undefined,
        launched: () => undefined,
        refused: () => undefined
      }
    })
    onTestFinished(() => supervisor.stop())
    supervisor.start()
    await until(() => supervisor.state === 'restarting', 'the first end', 15_000)
    expect(supervisor.lastEnd).toMatchObject({ cause: 'exited', words: 'code 7' })
    expect(existsSync(join(dataDir, 'tapedeck.db'))).toBe(false)
  })
})
