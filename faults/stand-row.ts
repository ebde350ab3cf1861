import { seededRandom, type Random } from '../src/core/market/random.ts'
import type { Collected, VenueSettings } from './engine-config.ts'
import { loopProblems, LoopWatch, type LoopLeave } from './loop-rule.ts'
import { judgeRow, withoutGaps, type RowRule } from './judge-row.ts'
import type { FaultRow, RowFigures } from './row.ts'
import { FaultStand, type StandOptions } from './stand.ts'

/** A row that runs as most do: an engine goes live, something happens to it, the market rests, the engine ends. */
export type StandRow = Pick<FaultRow, 'id' | 'families' | 'title' | 'blind'> &
  RowRule & {
    readonly collected?: Collected
    readonly rate?: number
    readonly runsAlone?: boolean
    /** What differs from an engine as users have it. */
    readonly make?: StandOptions['make']
    /** What the engine is told of the run of faults; null: it cannot be told to have any itself. */
    readonly engineFaults?: StandOptions['faultRun']
    readonly venueSettings?: VenueSettings
    readonly proxy?: boolean
    readonly logLevel?: StandOptions['logLevel']
    /** Why its event loop may be late; held to U7 unless said. */
    readonly loopLeave?: LoopLeave
    /** Runs of it that are enough; one for each seed unless said. */
    readonly mostSeeds?: number
    /** What a control of its own found wrong, beside the spoilt database; empty: the row's check is blind. */
    readonly control?: () => readonly string[]
    /** What the simulator is told before the engine starts. */
    readonly prepare?: (stand: FaultStand) => Promise<void>
    /** Of many instruments: so long until all are live, ms; not each of them has to trade by then. */
    readonly startMs?: number
    /** How long gaps may take to be settled once the market rests. */
    readonly settleMs: number
    /** Provokes the faults. @returns Figures of its own, such as how many it provoked. */
    readonly act: (stand: FaultStand, random: Random) => Promise<RowFigures>
  }

/** What rows collect unless they say otherwise. */
const usualCollected: Collected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT']
}

const usualRate = 2

/** Makes a row of the matrix. */
export function standRow(row: StandRow): FaultRow {
  const { id, families, title } = row
  return {
    id,
    families,
    title,
    needsGaps: row.spoil === withoutGaps,
    ...(row.blind === undefined ? {} : { blind: row.blind }),
    mostSeeds: row.mostSeeds ?? null,
    notYet: null,
    runsAlone: row.runsAlone ?? false,
    run: async (seed, faultRun) => {
      await using stand = await FaultStand.open({
        seed,
        rate: row.rate ?? usualRate,
        collected: row.collected ?? usualCollected,
        faultRun: faultRun ?? row.engineFaults ?? null,
        ...(row.make === undefined ? {} : { make: row.make }),
        venueSettings: row.venueSettings ?? {},
        proxy: row.proxy ?? false,
        logLevel: row.logLevel ?? 'error'
      })
      await row.prepare?.(stand)
      if (row.startMs === undefined) await stand.goLive()
      else {
        await stand.launchEngine().untilReady()
        await stand.untilLive(row.startMs)
      }
      stand.engine.forgetGap()
      const fromMs = performance.now()
      const loop = row.loopLeave === undefined ? new LoopWatch(stand.engine) : null
      const figures = await row.act(stand, seededRandom(seed))
      const settledMs = await stand.settle(row.settleMs)
      const { firstGapMs, health } = stand.engine
      const loopFigures = loop?.figures ?? {}
      await stand.stopEngine()
      const judged = await judgeRow(stand, row, {
        detectMs: firstGapMs === null ? null : firstGapMs - fromMs,
        settledMs,
        conflictsTold: health?.conflictingTrades ?? null,
        ...loopFigures,
        ...figures
      })
      const late = loop === null ? [] : loopProblems(loopFigures)
      const run = { ...judged, problems: [...judged.problems, ...late] }
      if (row.control === undefined) return run
      const own = row.control()
      return { ...run, controlProblems: own.length === 0 ? [] : [...own, ...run.controlProblems] }
    }
  }
}
