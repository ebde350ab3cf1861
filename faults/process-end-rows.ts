import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import type { HostClock } from '../src/service/host-clock.ts'
import { supervisorLimits } from '../src/service/supervisor.ts'
import { bareRow } from './bare-row.ts'
import { countIn } from './database-copy.ts'
import type { Collected } from './engine-config.ts'
import { boundedBy, type FigureRule } from './figure-rules.ts'
import { judgeRow, withoutGaps } from './judge-row.ts'
import { listedSymbols } from './listed-symbols.ts'
import { descendantsOf, isAlive } from './process-tree.ts'
import type { FaultRow, RowFigures } from './row.ts'
import { FaultStand } from './stand.ts'
import { SupervisedEngine } from './supervised-engine.ts'
import { TapedeckHost } from './tapedeck-host.ts'
import { holdsWithin, untilHolds } from './wait.ts'
import { WatchedEngine } from './watched-engine.ts'

const collected = { coinbase: ['BTC-USD', 'ETH-USD'], 'bybit-linear': ['BTC-USDT'] }
const liveMs = 20_000
const noticeMs = 5_000
const settleMs = 30_000
const secondMs = 1_000

/** Waits until trades of every instrument arrive. */
async function untilFed(stand: FaultStand): Promise<void> {
  const before = await stand.told()
  await untilHolds('trades of every instrument', liveMs, async () => {
    const now = await stand.told()
    return stand.instruments.every((id) => (now[id]?.trades ?? 0) > (before[id]?.trades ?? 0) + 5)
  })
}

async function settled(stand: FaultStand): Promise<void> {
  await stand.rest()
  await pause(4_000)
  const open = () => countIn(stand.database, "SELECT count(*) FROM gap WHERE state = 'open'")
  await holdsWithin(settleMs, () => open() === 0)
}

/** A host whose child waits for nobody: what is left when it is killed. */
async function orphansOfPlainHost(): Promise<number> {
  const script = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    process.send(child.pid)`
  const host = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc']
  })
  const child = await new Promise<number>((resolve) =>
    host.once('message', (pid) => resolve(Number(pid)))
  )
  host.kill('SIGKILL')
  await pause(noticeMs)
  const orphans = isAlive(child) ? 1 : 0
  if (orphans > 0) process.kill(child, 'SIGKILL')
  return orphans
}

const hostRules = { orphans: { most: 0 }, startsAgain: { least: 1 } }

const hostKilled: FaultRow = {
  id: 'R2',
  families: ['R'],
  title: 'the host killed without a word, and started again',
  needsGaps: false,
  mostSeeds: 3,
  notYet: null,
  run: async (seed) => {
    await using stand = await FaultStand.open({ seed, rate: 2, collected, faultRun: null })
    const of = { folder: stand.folder, ready: stand.ready, collected }
    await using first = await TapedeckHost.serve(of)
    await untilFed(stand)
    await pause(3 * secondMs)
    const children = descendantsOf(first.pid)
    const fromMs = performance.now()
    process.kill(first.pid, 'SIGKILL')
    const alive = () => children.filter(isAlive)
    await holdsWithin(noticeMs, () => alive().length === 0)
    const noticedMs = performance.now() - fromMs
    const orphans = alive().length
    for (const pid of alive()) process.kill(pid, 'SIGKILL')
    await using second = await TapedeckHost.serve(of)
    await untilFed(stand)
    const recoverMs = performance.now() - fromMs
    await settled(stand)
    const exitCode = await second.end('SIGTERM')
    const figures = { orphans, noticedMs, recoverMs, startsAgain: Number(exitCode === 0) }
    const run = await judgeRow(stand, { spoil: withoutGaps, expect: boundedBy(hostRules) }, figures)
    const left = await orphansOfPlainHost()
    const control = left > 0 ? [`${left} process left of a host without a watch`] : []
    return {
      ...run,
      controlProblems: control.length === 0 ? [] : [...control, ...run.controlProblems]
    }
  }
}

/** Ten minutes of the supervisor in half a minute. */
const clockScale = 20
const loopMs = 600_000
const unlimitedMs = 3_000

const scaledClock: HostClock = {
  nowMs: () => performance.now() * clockScale,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs / clockScale)
    return () => clearTimeout(timer)
  }
}

/** Starts within so long by the limits, where each ends at once: the delays, then the probes. */
function startsByFormula(withinMs: number): number {
  const { restartDelaysMs, probeMs, tripEnds } = supervisorLimits
  let atMs = 0
  let starts = 1
  for (;;) {
    const delay = starts < tripEnds ? restartDelaysMs[starts - 1] : probeMs
    atMs += delay ?? probeMs
    if (atMs > withinMs) return starts
    starts += 1
  }
}

const crashLoop = bareRow({
  id: 'R3',
  families: ['R'],
  title: 'an engine that ends at each start, ten minutes of it at twenty times the speed',
  mostSeeds: 1,
  rules: {
    starts: { least: startsByFormula(loopMs) - 1 },
    startsBeyondFormula: { most: 0 },
    isTripped: { least: 1 },
    logPeak10s: { most: 200 }
  },
  measure: async (seed) => {
    await using stand = await FaultStand.open({ seed, rate: 1, collected, faultRun: dying })
    await using engine = new SupervisedEngine(stand.config(), { clock: scaledClock })
    await pause(loopMs / clockScale)
    return {
      clockScale,
      starts: engine.pids.length,
      formula: startsByFormula(loopMs),
      startsBeyondFormula: engine.pids.length - startsByFormula(loopMs),
      isTripped: Number(engine.supervisor.state === 'tripped' || engine.pids.length > 5),
      logLines: engine.states,
      logPeak10s: engine.states
    }
  },
  control: async (seed) => {
    await using stand = await FaultStand.open({ seed, rate: 1, collected, faultRun: dying })
    let starts = 0
    const endMs = performance.now() + unlimitedMs
    while (performance.now() < endMs) {
      const engine = WatchedEngine.launch(stand.config())
      starts += 1
      await engine.untilReady().catch(() => undefined)
    }
    return { startsBeyondFormula: starts - startsByFormula(unlimitedMs * clockScale) }
  }
})

const dying = { gaps: true, provoke: [{ what: 'exit' as const, code: 7 }] }

const stopRules: Readonly<Record<string, FigureRule>> = {
  quitMs: { most: 2_000 },
  isClean: { least: 1 },
  messagesPerSecond: { least: 4_500 },
  left: { most: 0 }
}

const quitUnderLoad: FaultRow = {
  id: 'R9',
  families: ['R'],
  title: 'asked to end at 5,000 messages a second',
  needsGaps: false,
  mostSeeds: 1,
  notYet: null,
  runsAlone: true,
  run: async (seed) => {
    const busy = { coinbase: listedSymbols('coinbase') }
    const { run, figures } = await stopUnderLoad(seed, busy, 'SIGTERM')
    const killed = await stopUnderLoad(seed, { coinbase: ['BTC-USD', 'ETH-USD'] }, 'SIGKILL')
    const without = { ...figures, isClean: killed.figures['isClean'] ?? null }
    return { ...run, controlProblems: boundedBy(stopRules)({ ...run, figures: without }) }
  }
}

/** What was on its way when it ended is found by the next start. */
async function refill(stand: FaultStand, what: Collected): Promise<void> {
  await using next = await TapedeckHost.serve({
    folder: stand.folder,
    ready: stand.ready,
    collected: what
  })
  await pause(8 * secondMs)
  await settled(stand)
  await next.end('SIGTERM')
}

/** Serves under load and ends: in order, or its engine at once. */
async function stopUnderLoad(
  seed: number,
  what: Readonly<Record<string, readonly string[]>>,
  signal: 'SIGTERM' | 'SIGKILL'
): Promise<{ readonly run: Awaited<ReturnType<typeof judgeRow>>; readonly figures: RowFigures }> {
  await using stand = await FaultStand.open({ seed, rate: 4.5, collected: what, faultRun: null })
  await using host = await TapedeckHost.serve({
    folder: stand.folder,
    ready: stand.ready,
    collected: what
  })
  await pause(12 * secondMs)
  const before = await host.messages()
  const fromMs = performance.now()
  await pause(3 * secondMs)
  const seconds = (performance.now() - fromMs) / secondMs
  const messagesPerSecond = ((await host.messages()) - before) / seconds
  const children = descendantsOf(host.pid)
  const endMs = performance.now()
  if (signal === 'SIGKILL') for (const child of children) process.kill(child, signal)
  await host.end(signal)
  const quitMs = performance.now() - endMs
  const left = children.filter(isAlive).length
  const isClean = countIn(
    stand.database,
    'SELECT stopped_ms IS NOT NULL FROM run ORDER BY id DESC LIMIT 1'
  )
  if (signal === 'SIGTERM') await refill(stand, what)
  const figures = { quitMs, messagesPerSecond, isClean, left }
  return {
    run: await judgeRow(stand, { spoil: withoutGaps, expect: boundedBy(stopRules) }, figures),
    figures
  }
}

/** Rows of processes that are killed, crash in a loop or quit. */
export const processEndRows: readonly FaultRow[] = [hostKilled, crashLoop, quitUnderLoad]
