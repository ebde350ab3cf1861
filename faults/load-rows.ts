import { setTimeout as pause } from 'node:timers/promises'
import { cpuSeconds, memoryMb } from '../bench/process-load.ts'
import { countIn } from './database-copy.ts'
import { boundedBy, type FigureRule } from './figure-rules.ts'
import { listedSymbols } from './listed-symbols.ts'
import type { FaultRow, RowFigures } from './row.ts'
import { standRow, type StandRow } from './stand-row.ts'
import type { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

const coins = [
  'BTC-USD',
  'ETH-USD',
  'SOL-USD',
  'XRP-USD',
  'DOGE-USD',
  'ADA-USD',
  'LTC-USD',
  'LINK-USD'
]
const collected = { coinbase: coins }
const settleMs = 60_000
const secondMs = 1_000
const sampleMs = 250

/** What a client that takes in nine of ten would have. */
const withoutTenth = 'DELETE FROM trade WHERE arrival % 10 = 0;'

type LoadRow = Omit<StandRow, 'families' | 'settleMs' | 'spoil' | 'expect'> & {
  readonly rules: Readonly<Record<string, FigureRule>>
}

function loadRow({ rules, ...row }: LoadRow): FaultRow {
  const expect = boundedBy(rules)
  return standRow({ families: ['L'], collected, settleMs, spoil: withoutTenth, ...row, expect })
}

const everything = Object.fromEntries(
  (['coinbase', 'bybit-spot', 'bybit-linear', 'binance-spot'] as const).map((venue) => [
    venue,
    listedSymbols(venue)
  ])
)
const instruments = Object.values(everything).reduce((sum, symbols) => sum + symbols.length, 0)
const loadMs = 30_000
const connectMs = 90_000

async function tradesTold(stand: FaultStand): Promise<number> {
  return Object.values(await stand.told()).reduce((sum, { trades }) => sum + trades, 0)
}

const wide = loadRow({
  id: 'L1',
  title: `all coins that the simulator trades at once: ${instruments} instruments for half a minute`,
  collected: everything,
  rate: 3,
  startMs: connectMs,
  runsAlone: true,
  mostSeeds: 1,
  rules: {
    // Those at the end of a venue's list trade once in minutes: not all have by then.
    liveInstruments: { least: Math.floor(0.95 * instruments) },
    messagesPerSecond: { least: 2_500 },
    rssMb: { most: 250 },
    droppedTrades: { most: 0 }
  },
  act: async (stand) => {
    const { engine } = stand
    const live = () => engine.health?.instruments.live ?? 0
    await holdsWithin(connectMs, () => engine.isLive && live() >= 0.95 * instruments)
    const fromMs = performance.now()
    const before = await tradesTold(stand)
    const cpu = cpuSeconds(engine.pid)
    let rssMb = 0
    let messages = 0
    let samples = 0
    while (performance.now() - fromMs < loadMs) {
      await pause(secondMs)
      rssMb = Math.max(rssMb, memoryMb(engine.pid))
      messages += engine.health?.messagesPerSecond ?? 0
      samples += 1
    }
    const seconds = (performance.now() - fromMs) / secondMs
    return {
      instruments,
      liveInstruments: live(),
      connections: engine.connections.length,
      messagesPerSecond: messages / samples,
      tradesPerSecond: ((await tradesTold(stand)) - before) / seconds,
      lagMsP50: engine.health?.latencyP50Ms ?? null,
      lagMsP99: engine.health?.latencyP99Ms ?? null,
      cpuPercent: ((cpuSeconds(engine.pid) - cpu) * 100) / seconds,
      rssMb,
      droppedTrades: engine.health?.droppedTrades ?? null
    }
  }
})

const surgeMs = 30_000
const surgeFactor = 10

const surge = loadRow({
  id: 'L2',
  title: 'ten times the trades for 30 s',
  rate: 1,
  mostSeeds: 1,
  rules: {
    surgedTimes: { least: 5 },
    catchUpMs: { most: 10_000 },
    droppedTrades: { most: 0 },
    reconnects: { most: 0 }
  },
  act: async (stand) => {
    const { engine } = stand
    const rateOver = async (forMs: number) => {
      const before = await tradesTold(stand)
      const fromMs = performance.now()
      await pause(forMs)
      return ((await tradesTold(stand)) - before) / ((performance.now() - fromMs) / secondMs)
    }
    const usual = await rateOver(5_000)
    await stand.fault({ kind: 'surge', venue: 'coinbase', factor: surgeFactor, ms: surgeMs })
    const surged = await rateOver(surgeMs)
    const fromMs = performance.now()
    const { told, isCaughtUp } = await catchUpOf(stand)
    const isDone = await holdsWithin(settleMs, isCaughtUp)
    return {
      usualPerSecond: usual,
      surgedPerSecond: surged,
      surgedTimes: surged / usual,
      trades: told,
      catchUpMs: isDone ? performance.now() - fromMs : null,
      rssMb: memoryMb(engine.pid),
      ...countersOf(stand)
    }
  }
})

function countersOf({ engine }: FaultStand): RowFigures {
  return {
    droppedTrades: engine.health?.droppedTrades ?? null,
    reconnects: engine.connections.reduce((sum, { reconnects }) => sum + reconnects, 0)
  }
}

/** When the newest trade of each instrument as of now is stored. */
async function catchUpOf(stand: FaultStand) {
  const told = await stand.told()
  const isCaughtUp = () =>
    stand.instruments.every((id) => {
      const newest = told[id]?.emitted.lastId ?? 0
      const sql = `SELECT count(*) FROM v_trade WHERE instrument = '${id}' AND CAST(id AS INTEGER) >= ${newest}`
      return countIn(stand.database, sql) > 0
    })
  const trades = Object.values(told).reduce((sum, each) => sum + each.trades, 0)
  return { told: trades, isCaughtUp }
}

const slowMs = 5
const slowForMs = 30_000

const slowConsumer = loadRow({
  id: 'L3',
  title: 'each message takes 5 ms to be taken in, at more than that allows',
  rate: 3,
  engineFaults: { gaps: true },
  loopLeave: 'held on purpose',
  mostSeeds: 1,
  logLevel: 'info',
  rules: {
    offeredPerSecond: { least: 250 },
    pauses: { least: 1 },
    queueMax: { most: 20_000 },
    rssMb: { most: 250 },
    catchUpMs: { most: settleMs }
  },
  act: async (stand) => {
    const { engine } = stand
    engine.provoke({ what: 'slow', eventMs: slowMs })
    const before = await tradesTold(stand)
    const fromMs = performance.now()
    let rssMb = 0
    let queueMax = 0
    while (performance.now() - fromMs < slowForMs) {
      rssMb = Math.max(rssMb, memoryMb(engine.pid))
      queueMax = Math.max(queueMax, queueOf(stand))
      await pause(sampleMs)
    }
    const offered = ((await tradesTold(stand)) - before) / ((performance.now() - fromMs) / secondMs)
    const pauses = engine.events.of('trouble-began receive-pressure')
    engine.provoke({ what: 'slow', eventMs: 0 })
    const clearedMs = performance.now()
    const { isCaughtUp } = await catchUpOf(stand)
    const isDone = await holdsWithin(settleMs, isCaughtUp)
    return {
      offeredPerSecond: offered,
      pauses,
      queueMax: Math.max(queueMax, queueOf(stand)),
      rssMb,
      catchUpMs: isDone ? performance.now() - clearedMs : null,
      ...countersOf(stand)
    }
  }
})

/** Frames that wait, as health told last. */
function queueOf({ engine }: FaultStand): number {
  const frames = engine.health?.memory.structures.find(({ name }) => name === 'frames to take in')
  return frames?.size ?? 0
}

/** Rows of load. */
export const loadRows: readonly FaultRow[] = [wide, surge, slowConsumer]
