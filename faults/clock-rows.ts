import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { wallMs } from '../bench/wall-clock.ts'
import { forgetShift, shiftClock } from './clock-shift.ts'
import { countIn } from './database-copy.ts'
import type { FaultRun } from './engine-config.ts'
import { boundedBy } from './figure-rules.ts'
import { judgeRow, withDuplicate, withoutGaps } from './judge-row.ts'
import type { FaultRow, Judged, RowFigures, RowRun } from './row.ts'
import { standRow } from './stand-row.ts'
import { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

const collected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT']
}
const rate = 2
const hourMs = 3_600_000
const settleMs = 30_000
const make = { entry: fileURLToPath(new URL('shifted-engine.ts', import.meta.url)) }

const watchedMs = 20_000
const skewWithinMs = 30_000
const shiftedRules = {
  live: { least: 1 },
  falseAlarms: { most: 0 },
  reconnects: { most: 0 },
  implausible: { most: 0 },
  skewErrorMs: { most: 3_000 }
}

/** What is wrong with a stand's engine that ought not to be; worst over so long. */
async function alarmsWithin(stand: FaultStand, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs
  let alarms = 0
  while (performance.now() < endMs) {
    const sick = stand.engine.connections.filter(({ state }) => state !== 'live').length
    alarms = Math.max(alarms, sick + (stand.engine.health?.problems.length ?? 0))
    await pause(250)
  }
  return alarms
}

function reconnectsOf({ engine }: FaultStand): number {
  return engine.connections.reduce((sum, { reconnects }) => sum + reconnects, 0)
}

/** Runs an engine whose clock is wrong by so much from its start. */
async function clockWrong(seed: number, byMs: number, faultRun: FaultRun | null): Promise<RowRun> {
  await using stand = await FaultStand.open({ seed, rate, collected, faultRun, make })
  const engine = stand.launchEngine()
  try {
    shiftClock(engine.pid, byMs)
    await engine.untilReady()
    const live = await stand.untilLive().then(
      () => 1,
      () => 0
    )
    const skewOff = () => Math.abs((engine.health?.clockSkewMs ?? 0) - byMs)
    await holdsWithin(skewWithinMs, () => skewOff() < shiftedRules.skewErrorMs.most)
    const falseAlarms = await alarmsWithin(stand, watchedMs)
    const figures = {
      byMs,
      live,
      falseAlarms,
      reconnects: reconnectsOf(stand),
      implausible: engine.health?.implausibleTrades ?? null,
      skewErrorMs: skewOff()
    }
    const settledMs = await stand.settle(settleMs)
    await stand.stopEngine()
    const rule = { spoil: withDuplicate, expect: boundedBy(shiftedRules) }
    return await judgeRow(stand, rule, { ...figures, settledMs })
  } finally {
    forgetShift(engine.pid)
  }
}

/** What is wrong of engines that ask no venue for its time; empty: one of them holds. */
async function wrongUnasked(seed: number): Promise<readonly string[]> {
  const unasked = { gaps: true, venueTime: false }
  const runs = await Promise.all(
    [2 * hourMs, -2 * hourMs].map((byMs) => clockWrong(seed, byMs, unasked))
  )
  const problems = runs.map(boundedBy(shiftedRules))
  return problems.every((each) => each.length > 0) ? problems.flat() : []
}

const wrongClock: FaultRow = {
  id: 'V3',
  families: ['V'],
  title: 'a clock that is two hours wrong from the start, fast and slow',
  needsGaps: false,
  mostSeeds: 1,
  notYet: null,
  run: async (seed) => {
    const fast = await clockWrong(seed, 2 * hourMs, null)
    const slow = await clockWrong(seed, -2 * hourMs, null)
    const ofFast = Object.entries(fast.figures).map(([name, value]) => [`${name}Fast`, value])
    return {
      ...slow,
      figures: { ...slow.figures, ...(Object.fromEntries(ofFast) as typeof slow.figures) },
      problems: [...fast.problems, ...slow.problems],
      controlProblems: await wrongUnasked(seed)
    }
  }
}

const stepRules = { falseAlarms: { most: 0 }, reconnects: { most: 0 }, implausible: { most: 0 } }
const believing = { entry: fileURLToPath(new URL('believing-engine.ts', import.meta.url)) }

/** Starts a stand's engine and sets its clock so much on or back, again and again. */
async function stepClock(stand: FaultStand, steps: readonly number[]): Promise<RowFigures> {
  const engine = stand.launchEngine()
  try {
    await engine.untilReady()
    await stand.untilLive()
    await pause(5_000)
    let falseAlarms = 0
    for (const byMs of steps) {
      shiftClock(engine.pid, byMs)
      falseAlarms = Math.max(falseAlarms, await alarmsWithin(stand, watchedMs))
    }
    return {
      falseAlarms,
      reconnects: reconnectsOf(stand),
      implausible: engine.health?.implausibleTrades ?? null
    }
  } finally {
    forgetShift(engine.pid)
  }
}

const steppedClock: FaultRow = {
  id: 'V4',
  families: ['V'],
  title: 'the clock is set an hour on, back, and an hour behind while running',
  needsGaps: false,
  mostSeeds: 1,
  notYet: null,
  run: async (seed) => {
    const options = { seed, rate, collected, faultRun: null }
    await using stand = await FaultStand.open({ ...options, make })
    const figures = await stepClock(stand, [hourMs, 0, -hourMs, 0])
    const settledMs = await stand.settle(settleMs)
    await stand.stopEngine()
    const bounds = boundedBy(stepRules)
    const rule = { spoil: withDuplicate, expect: bounds }
    const run = await judgeRow(stand, rule, { ...figures, settledMs })
    await using other = await FaultStand.open({ ...options, make: believing })
    const believed = await stepClock(other, [hourMs])
    return { ...run, controlProblems: bounds({ figures: believed }) }
  }
}

const eachTime = 40
const timeRules = {
  unflagged: { most: 0 },
  injected: { least: 3 * eachTime },
  reconnects: { most: 0 }
}
/** Every flagged trade makes a candle after all. */
const withCandles = 'UPDATE trade SET flagged = 0 WHERE flagged = 1;'

const venueTimes = standRow({
  id: 'V5',
  families: ['V'],
  title: 'trades of 1970, of 2100, and of an hour from now',
  collected,
  rate,
  settleMs,
  spoil: withCandles,
  mayDiffer: 3 * eachTime,
  expect: boundedBy(timeRules),
  act: async (stand) => {
    const faults = [
      { instrument: 'coinbase:BTC-USD', to: 'past' },
      { instrument: 'coinbase:ETH-USD', to: 'future' },
      { instrument: 'coinbase:SOL-USD', to: 'past' }
    ] as const
    for (const fault of faults) await stand.fault({ kind: 'times', ...fault, n: eachTime })
    const struck = async () => (await stand.strikes())['times'] ?? 0
    await holdsWithin(settleMs, async () => (await struck()) >= faults.length * eachTime)
    await pause(4_000)
    const injected = await struck()
    const flagged = countIn(stand.database, 'SELECT count(*) FROM trade WHERE flagged = 1')
    return {
      injected,
      flagged,
      unflagged: Math.abs(injected - flagged),
      reconnects: reconnectsOf(stand)
    }
  }
})

const stoppedMs = 60_000
const backMs = 60_000

/** Bybit serves no trades beyond the newest thousand: what a minute held before them is declared. */
function unfilled({ verdict }: Judged): readonly string[] {
  return Object.entries(verdict.instruments)
    .filter(([id, { declared }]) => id.startsWith('coinbase:') && declared > 0)
    .map(([id, { declared }]) => `${declared} trades of ${id} not refilled`)
}

const suspended = standRow({
  id: 'V6',
  families: ['V'],
  title: 'the engine stopped for a minute and woken, as when a machine sleeps',
  collected,
  rate,
  settleMs: 60_000,
  spoil: withoutGaps,
  loopLeave: 'held on purpose',
  mostSeeds: 1,
  expect: (judged) => [...boundedBy({ recoverMs: { most: 30_000 } })(judged), ...unfilled(judged)],
  act: async (stand) => {
    const { engine } = stand
    process.kill(engine.pid, 'SIGSTOP')
    await pause(stoppedMs)
    process.kill(engine.pid, 'SIGCONT')
    const fromMs = performance.now()
    const wokenMs = wallMs()
    const isCaughtUp = () => stand.instruments.every((id) => newestStored(stand, id) > wokenMs)
    const isBack = await holdsWithin(backMs, isCaughtUp)
    const recoverMs = isBack ? performance.now() - fromMs : null
    await stand.untilLive(backMs)
    return { stoppedMs, recoverMs, reconnects: reconnectsOf(stand) }
  }
})

function newestStored({ database }: FaultStand, instrument: string): number {
  return countIn(database, `SELECT max(event_ms) FROM v_trade WHERE instrument = '${instrument}'`)
}

/** Rows of clocks. */
export const clockRows: readonly FaultRow[] = [wrongClock, steppedClock, venueTimes, suspended]
