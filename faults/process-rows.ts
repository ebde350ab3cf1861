import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../src/core/market/random.ts'
import {
  copyDatabase,
  countIn,
  isIntact,
  readAcknowledged,
  type Acknowledged
} from './database-copy.ts'
import { judgeRow, withoutGaps } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { FaultStand } from './stand.ts'
import { untilHolds } from './wait.ts'

/** Kills in one run of a row; three seeds make a hundred. */
const kills = 34
/** From the start of an engine to its end: some do not live to be ready. */
const longestLifeMs = 1_600
const copies = 20
const settleMs = 15_000
const storedMs = 5_000
const collected = { coinbase: ['BTC-USD', 'ETH-USD'], 'bybit-linear': ['BTC-USDT'] }
const rate = 2

/** How many of the trades that were acknowledged a file no longer holds. */
function lostOf(acknowledged: Acknowledged, path: string): number {
  return acknowledged.trades - readAcknowledged(path, acknowledged.lastArrival).trades
}

/** What is known of no instrument cannot be missed: the first life of all lasts until each is stored. */
function isAllStored(stand: FaultStand): boolean {
  const stored = countIn(stand.database, 'SELECT count(DISTINCT instrument) FROM trade')
  return stored === stand.instruments.length
}

function percent(part: number, whole: number): number {
  return (100 * part) / whole
}

function isStored(error: unknown): boolean {
  return !(error instanceof Error && /unable to open|no such table/.test(error.message))
}

/** What is acknowledged now; null before the file is made. */
function acknowledgedNow(path: string): Acknowledged | null {
  try {
    return readAcknowledged(path)
  } catch (error) {
    if (isStored(error)) throw error
    return null
  }
}

const killed: FaultRow = {
  id: 'R1',
  families: ['D', 'R'],
  title: 'the engine killed at random instants',
  needsGaps: true,
  mostSeeds: null,
  notYet: null,
  run: async (seed, faultRun) => {
    const random = seededRandom(seed)
    await using stand = await FaultStand.open({ seed, rate, collected, faultRun })
    await stand.goLive()
    await untilHolds('a stored trade of every instrument', storedMs, () => isAllStored(stand))
    await stand.killEngine()
    let lost = 0
    let intact = 0
    for (let killedSoFar = 1; killedSoFar <= kills; killedSoFar += 1) {
      stand.launchEngine()
      await pause(longestLifeMs * random())
      const acknowledged = acknowledgedNow(stand.database)
      await stand.killEngine()
      if (acknowledged !== null) lost += lostOf(acknowledged, stand.database)
      const copy = await copyDatabase(stand.database, join(stand.folder, `killed-${killedSoFar}`))
      if (isIntact(copy)) intact += 1
    }
    const fromMs = performance.now()
    await stand.goLive()
    const recoverMs = performance.now() - fromMs
    const settledMs = await stand.settle(settleMs)
    await stand.stopEngine()
    const figures = { kills, ackedLost: lost, intactPercent: percent(intact, kills) }
    return await judgeRow(
      stand,
      {
        spoil: withoutGaps,
        expect: ({ verdict }) => [
          ...(lost > 0 ? [`${lost} acknowledged trades lost`] : []),
          ...(intact < kills ? [`${kills - intact} files damaged`] : []),
          ...((verdict.gaps['open'] ?? 0) > 0 ? ['gaps are still open'] : [])
        ]
      },
      { ...figures, recoverMs, settledMs }
    )
  }
}

const powerLoss: FaultRow = {
  id: 'S8',
  families: ['D', 'S'],
  title: 'the files as they lie on the disk at random instants',
  needsGaps: false,
  mostSeeds: null,
  notYet: null,
  run: async (seed, faultRun) => {
    const random = seededRandom(seed)
    await using stand = await FaultStand.open({ seed, rate: 4 * rate, collected, faultRun })
    await stand.goLive()
    let lost = 0
    let lostWithoutLog = 0
    let intact = 0
    for (let taken = 1; taken <= copies; taken += 1) {
      await pause(600 * random())
      const acknowledged = readAcknowledged(stand.database)
      const [whole, partly] = await frozen(stand.engine.pid, async () => [
        await copyDatabase(stand.database, join(stand.folder, `copy-${taken}`)),
        await copyDatabase(stand.database, join(stand.folder, `copy-${taken}-no-wal`), [''])
      ])
      if (isIntact(whole)) intact += 1
      lost += lostOf(acknowledged, whole)
      lostWithoutLog += lostOf(acknowledged, partly)
    }
    const settledMs = await stand.settle(settleMs)
    await stand.stopEngine()
    const figures = { copies, ackedLost: lost, intactPercent: percent(intact, copies), settledMs }
    const run = await judgeRow(
      stand,
      {
        spoil: '',
        expect: () => [
          ...(lost > 0 ? [`${lost} acknowledged trades lost`] : []),
          ...(intact < copies ? [`${copies - intact} files damaged`] : [])
        ]
      },
      figures
    )
    const controlProblems =
      lostWithoutLog > 0 ? [`${lostWithoutLog} acknowledged trades lost without the log`] : []
    return { ...run, controlProblems }
  }
}

/** Does something while a process stands still, as all do when the power goes. */
async function frozen<Result>(pid: number, act: () => Promise<Result>): Promise<Result> {
  process.kill(pid, 'SIGSTOP')
  try {
    return await act()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** Rows of the engine's process and of its files. */
export const processRows: readonly FaultRow[] = [killed, powerLoss]
