import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type Database from 'better-sqlite3'
import { splitInstrumentId } from '../src/core/market/instrument.ts'
import type { Delta, Snapshot } from '../src/contracts/state-stream.ts'
import type { SimulatorReady } from '../src/contracts/simulator-ready.ts'
import type { Counted, CounterQuestion } from './counter-messages.ts'
import { EngineHost, engineConfig } from './engine-host.ts'
import { atLeast, atMost, below, report, told, type Figure } from './figure.ts'
import { HelperProcess } from './helper-process.ts'
import { cpuSeconds, memoryMb, peakMemoryMb } from './process-load.ts'
import { SimulatorChild } from './simulator-child.ts'
import { ShownPrices } from './shown-prices.ts'
import { openStoredRows } from './stored-rows.ts'
import { quantileOf } from './spread.ts'
import { wallMs } from './wall-clock.ts'

/** Figure 3: 326 instruments on 22 connections at 1,500 messages a second, beside a client that counts. */

const { values: chosen } = parseArgs({
  options: {
    /** One minute instead of five. */
    short: { type: 'boolean', default: false },
    /** Every interval that a user gets without settings, instead of the three of the target. */
    'all-intervals': { type: 'boolean', default: false }
  }
})
const lastsMs = chosen.short ? 60_000 : 300_000
const intervals = chosen['all-intervals'] ? null : ['1s', '1m', '100t']
const settleMs = 10_000
const sampleMs = 500
/** After the run, for the last trades to be shown. */
const lastDeltaMs = 1_000
const connections = 22
const instruments = 326
const connectMs = 60_000
const helperMs = 30_000
/** Of the simulated market's usual activity: a little above 1,500 messages a second. */
const rate = 1.05

type Counter = HelperProcess<CounterQuestion, Counted>

/** The client's copy of what matters here. */
class Watcher {
  readonly prices = new ShownPrices()
  readonly shards = new Map<
    string,
    { readonly isLive: boolean; readonly symbols: readonly string[] }
  >()

  readonly take = (frame: Snapshot | Delta): void => {
    this.prices.take(frame)
    const rows = frame.kind === 'snapshot' ? frame.tables.connections : frame.changed.connections
    for (const { id, state, instruments: ids } of rows ?? []) {
      const symbols = ids.map((each) => splitInstrumentId(each).symbol)
      this.shards.set(id, { isLive: state === 'live', symbols })
    }
  }

  async untilLive(): Promise<void> {
    const deadlineMs = performance.now() + connectMs
    const live = () => [...this.shards.values()].filter(({ isLive }) => isLive).length
    while (live() < connections) {
      if (performance.now() > deadlineMs) throw new Error(`only ${live()} connections are live`)
      await pause(sampleMs)
    }
  }
}

type Load = {
  readonly seconds: number
  readonly fromMs: number
  readonly toMs: number
  readonly engineCpu: number
  readonly counterCpu: number
  readonly frames: number
  readonly memoryMb: number
}

/** Watches both processes for the time of the run. */
async function observe(enginePid: number, counter: Counter): Promise<Load> {
  const read = async () => ({
    atMs: wallMs(),
    engine: cpuSeconds(enginePid),
    counter: cpuSeconds(counter.pid),
    frames: (await counter.ask({ kind: 'read' }, helperMs)).frames
  })
  const from = await read()
  let most = 0
  while (wallMs() - from.atMs < lastsMs) {
    await pause(sampleMs)
    most = Math.max(most, memoryMb(enginePid))
  }
  const to = await read()
  return {
    seconds: (to.atMs - from.atMs) / 1_000,
    fromMs: from.atMs,
    toMs: to.atMs,
    engineCpu: to.engine - from.engine,
    counterCpu: to.counter - from.counter,
    frames: to.frames - from.frames,
    memoryMb: most
  }
}

/** Trades that were sent and are not stored, or the other way round, over the whole run. */
async function countLost(ready: SimulatorReady, database: Database.Database): Promise<number> {
  const answer = await fetch(`${ready.control}/truth`)
  const truth = (await answer.json()) as {
    readonly instruments: Record<string, { readonly trades: number; readonly firstId: number }>
  }
  const stored = new Map(
    database
      .prepare<[], [string, number]>('SELECT instrument, count(*) FROM v_trade GROUP BY instrument')
      .raw()
      .all()
  )
  return Object.entries(truth.instruments).reduce(
    (lost, [instrument, { trades }]) => lost + Math.abs(trades - (stored.get(instrument) ?? 0)),
    0
  )
}

function* receivedTrades(database: Database.Database, { fromMs, toMs }: Load) {
  const rows = database
    .prepare<[number, number], [string, number]>(
      `SELECT instrument, received_ms FROM v_trade
       WHERE received_ms >= ? AND received_ms < ? ORDER BY arrival`
    )
    .raw()
    .iterate(fromMs, toMs)
  for (const [instrument, receivedMs] of rows) yield { instrument, receivedMs }
}

/** Opens a chart as a window does: the live candle, and the history before it. */
async function openChart(engine: EngineHost): Promise<void> {
  const series = { instrument: 'coinbase:BTC-USD', interval: '1m' }
  engine.stream.watch([series])
  await engine.stream.query({ name: 'candles', ...series, fromMs: null, toMs: null, limit: 500 })
}

function figuresOf(measured: {
  readonly load: Load
  readonly peakMb: number
  readonly lost: number
  readonly delays: Float64Array
}): Figure[] {
  const { load, peakMb, lost, delays } = measured
  const percentOf = (cpu: number) => (cpu * 100) / load.seconds
  return [
    atLeast(1_500, { name: 'messages', value: load.frames / load.seconds, unit: '/s' }),
    atMost(2.5, {
      name: 'engine CPU ÷ a client that only counts frames',
      value: load.engineCpu / load.counterCpu,
      unit: '×'
    }),
    below(180, { name: 'engine memory at most, a chart open', value: load.memoryMb, unit: 'MB' }),
    below(50, { name: 'frame to state delta, p99', value: quantileOf(delays, 0.99), unit: 'ms' }),
    atMost(0, { name: 'trades lost', value: lost, unit: 'trades' }),
    told({ name: '  engine CPU of a core', value: percentOf(load.engineCpu), unit: '%' }),
    told({ name: '  counting client of a core', value: percentOf(load.counterCpu), unit: '%' }),
    told({ name: '  engine memory at most, start included', value: peakMb, unit: 'MB' }),
    told({ name: '  frame to state delta, p50', value: quantileOf(delays, 0.5), unit: 'ms' }),
    told({ name: '  frame to state delta, slowest', value: quantileOf(delays, 1), unit: 'ms' }),
    told({ name: '  trades whose delay was measured', value: delays.length, unit: 'trades' })
  ]
}

async function run(simulator: SimulatorChild, dataDir: string): Promise<readonly Figure[]> {
  const endpoints = simulator.ready.venues['coinbase']
  if (endpoints === undefined) throw new Error('the simulator speaks no Coinbase')
  const watcher = new Watcher()
  const engine = await EngineHost.start(engineConfig({ dataDir, endpoints, intervals }), {
    snapshot: watcher.take,
    delta: watcher.take
  })
  try {
    await watcher.untilLive()
    const shards = [...watcher.shards.values()].map(({ symbols }) => symbols)
    if (shards.flat().length !== instruments) throw new Error(`${shards.flat().length} instruments`)
    await using counter: Counter = new HelperProcess('frame-counter.ts')
    await counter.ask({ kind: 'connect', wsUrl: endpoints.wsUrl, shards }, connectMs)
    await openChart(engine)
    await pause(settleMs)
    const load = await observe(engine.pid, counter)
    const peakMb = peakMemoryMb(engine.pid)
    await pause(lastDeltaMs)
    // The counter goes first: what counts as sent is what the engine was subscribed to.
    await counter.ask({ kind: 'close' }, helperMs)
    await engine.stop()
    using rows = openStoredRows(join(dataDir, 'tapedeck.db'))
    const lost = await countLost(simulator.ready, rows.database)
    const delays = watcher.prices.delays(receivedTrades(rows.database, load))
    return figuresOf({ load, peakMb, lost, delays })
  } finally {
    await engine.stop()
  }
}

const dataDir = await mkdtemp(join(tmpdir(), 'tapedeck-bench-'))
try {
  await using simulator = await SimulatorChild.start(rate)
  report(await run(simulator, dataDir))
} finally {
  await rm(dataDir, { recursive: true, force: true })
}
