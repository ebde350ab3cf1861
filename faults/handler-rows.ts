import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { reportsFolder } from '../src/contracts/blocked-engine.ts'
import { judgeEngineEnd } from '../src/service/engine-end.ts'
import type { EngineReport } from '../src/service/engine-reports.ts'
import { countIn } from './database-copy.ts'
import { boundedBy } from './figure-rules.ts'
import { judgeRow, withoutGaps } from './judge-row.ts'
import type { FaultRow, Judged, RowRun } from './row.ts'
import { standRow } from './stand-row.ts'
import { FaultStand } from './stand.ts'
import { SupervisedEngine } from './supervised-engine.ts'
import { holdsWithin, untilHolds } from './wait.ts'

const collected = { coinbase: ['BTC-USD', 'ETH-USD'], 'bybit-linear': ['BTC-USDT'] }
const rate = 2
const thrown = 'coinbase:BTC-USD'
const throws = 6
const settleMs = 30_000
const blockMs = 30_000
const endsMs = 20_000
/** Without a watch nothing ends an engine that stands still; so long it is looked at. */
const unwatchedMs = 11_000
const capMb = 128
/** Slow enough for the alert to come first. */
const leakMbPerMinute = 150
const leakEndsMs = 150_000
const steadyMs = 32_000
const storedMs = 10_000

/** Runs an engine under supervision on a stand, and judges what it stored. */
async function supervisedRow(
  seed: number,
  of: {
    readonly heapMb?: number
    readonly rules: Parameters<typeof boundedBy>[0]
    readonly act: (
      engine: SupervisedEngine,
      stand: FaultStand
    ) => Promise<{ readonly figures: Judged['figures']; readonly control: readonly string[] }>
  }
): Promise<RowRun> {
  const faultRun = { gaps: true }
  await using stand = await FaultStand.open({
    seed,
    rate,
    collected,
    faultRun,
    logLevel: 'info'
  })
  await using engine = new SupervisedEngine(
    stand.config(),
    of.heapMb === undefined ? {} : { heapMb: of.heapMb }
  )
  await engine.untilRunning()
  await untilHolds('trades of every instrument to be stored', storedMs, () => isStored(stand))
  const { figures, control } = await of.act(engine, stand)
  await engine.untilRunning(2)
  await untilHolds('every instrument to be subscribed again', storedMs, () => isHeard(stand))
  await stand.rest()
  await pause(4_000)
  await holdsWithin(settleMs, () => openGaps(stand) === 0)
  await engine.supervisor.stop()
  const bounds = boundedBy(of.rules)
  const run = await judgeRow(stand, { spoil: withoutGaps, expect: bounds }, figures)
  return {
    ...run,
    controlProblems: control.length === 0 ? [] : [...control, ...run.controlProblems]
  }
}

function isStored(stand: FaultStand): boolean {
  try {
    const stored = countIn(stand.database, 'SELECT count(DISTINCT instrument) FROM trade')
    return stored === stand.instruments.length
  } catch {
    return false
  }
}

async function isHeard(stand: FaultStand): Promise<boolean> {
  const told = await stand.told()
  return stand.instruments.every((id) => (told[id]?.subscribers ?? 0) > 0)
}

function openGaps({ database }: FaultStand): number {
  return countIn(database, "SELECT count(*) FROM gap WHERE state = 'open'")
}

function reportOf(stand: FaultStand, name: string): EngineReport {
  const file = join(stand.folder, reportsFolder, name)
  return JSON.parse(readFileSync(file, 'utf8')) as EngineReport
}

/** Waits for the end of an engine. @returns How long that took, ms. */
async function untilEnded({ supervisor }: SupervisedEngine, withinMs: number): Promise<number> {
  const fromMs = performance.now()
  await untilHolds('the engine to end', withinMs, () => supervisor.lastEnd !== null)
  return performance.now() - fromMs
}

const blocked: FaultRow = {
  id: 'R4',
  families: ['R'],
  title: 'a handler that holds the event loop for 30 s',
  needsGaps: true,
  mostSeeds: 1,
  notYet: null,
  run: (seed) =>
    supervisedRow(seed, {
      rules: { detectMs: { most: 11_000 }, isNamed: { least: 1 }, reports: { least: 1 } },
      act: async (engine, stand) => {
        engine.provoke({ what: 'block', forMs: blockMs })
        const detectMs = await untilEnded(engine, endsMs)
        const backMs = performance.now()
        await engine.untilRunning(2)
        const recoverMs = performance.now() - backMs
        const [name = ''] = engine.reports
        const handler = reportOf(stand, name).blocked?.handler
        return {
          figures: {
            detectMs,
            recoverMs,
            isNamed: Number(handler === 'provoked block'),
            reports: engine.reports.length
          },
          control: await unwatched(seed)
        }
      }
    })
}

/** The same engine under a host that expects no beat. */
async function unwatched(seed: number): Promise<readonly string[]> {
  await using stand = await FaultStand.open({
    seed,
    rate,
    collected: { coinbase: ['BTC-USD'] },
    faultRun: { gaps: true }
  })
  await stand.goLive()
  await untilHolds('a beat before it', endsMs, () => stand.engine.hasBeaten)
  stand.engine.forgetBeats()
  stand.engine.provoke({ what: 'block', forMs: unwatchedMs })
  await untilHolds('a beat after it', endsMs, () => stand.engine.longestBeatMs > 10_000)
  return [`an engine whose host expects no beat stood still for ${unwatchedMs} ms and lived on`]
}

const exhausted: FaultRow = {
  id: 'R5',
  families: ['R'],
  title: 'a heap that leaks until it is full',
  needsGaps: true,
  mostSeeds: 1,
  notYet: null,
  run: (seed) =>
    supervisedRow(seed, {
      heapMb: capMb,
      rules: {
        alertsBefore: { least: 1 },
        isOutOfMemory: { least: 1 },
        reports: { least: 1 },
        falseAlerts: { most: 0 }
      },
      act: async (engine, stand) => {
        // What an engine takes at its start is no growth: it is not looked at.
        await pause(steadyMs)
        const falseAlerts = alertsOf(engine)
        engine.provoke({ what: 'leak', mbPerMinute: leakMbPerMinute })
        const leakedMs = performance.now()
        let alertMs: number | null = null
        const endMs = await untilEndedWatching(engine, () => {
          if (alertsOf(engine) > falseAlerts) alertMs ??= performance.now() - leakedMs
        })
        const alertsBefore = alertsOf(engine) - falseAlerts
        await engine.untilRunning(2)
        const [name = ''] = engine.reports
        const report = reportOf(stand, name)
        const without = judgeEngineEnd({ ...report, awaited: null, report: null, lastBeat: null })
        return {
          figures: {
            falseAlerts,
            alertsBefore,
            alertMs,
            endMs,
            isOutOfMemory: Number(report.cause === 'out-of-memory'),
            reports: engine.reports.length
          },
          control:
            without.cause === 'out-of-memory'
              ? []
              : [`without Node's report and beats it counts as ${without.cause}`]
        }
      }
    })
}

/** Lines that tell of memory. */
function alertsOf({ events }: SupervisedEngine): number {
  return events.of('trouble-began memory-growth') + events.of('trouble-began memory-high')
}

async function untilEndedWatching(engine: SupervisedEngine, look: () => void): Promise<number> {
  const fromMs = performance.now()
  await untilHolds('the heap to be full', leakEndsMs, () => {
    look()
    return engine.supervisor.lastEnd !== null
  })
  return performance.now() - fromMs
}

const throwing = standRow({
  id: 'R8',
  families: ['R'],
  title: 'a handler that throws on trades of one instrument',
  collected,
  engineFaults: { gaps: true },
  settleMs,
  spoil: withoutGaps,
  expect: (judged) => [
    ...boundedBy({
      handlerFaults: { least: throws, most: throws },
      othersGaps: { most: 0 },
      ownGaps: { least: 1 },
      reconnects: { most: 0 }
    })(judged),
    ...(judged.verdict.declared > 0 ? [`${judged.verdict.declared} trades not refilled`] : [])
  ],
  act: async (stand) => {
    stand.engine.provoke({ what: 'throw', times: throws, instrument: thrown })
    const faults = () => stand.engine.health?.handlerFaults ?? 0
    await holdsWithin(settleMs, () => faults() >= throws)
    await pause(2_000)
    const own = countIn(stand.database, gapsWhere('='))
    return {
      handlerFaults: faults(),
      ownGaps: own,
      othersGaps: countIn(stand.database, gapsWhere('<>')),
      reconnects: stand.engine.connections.reduce((sum, each) => sum + each.reconnects, 0)
    }
  }
})

function gapsWhere(relation: '=' | '<>'): string {
  return `SELECT count(*) FROM v_gap WHERE instrument ${relation} '${thrown}'`
}

/** Rows of handlers that hang, throw or keep what they should not. */
export const handlerRows: readonly FaultRow[] = [blocked, exhausted, throwing]
