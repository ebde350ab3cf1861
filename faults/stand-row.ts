import { seededRandom, type Random } from '../src/core/market/random.ts'
import type { Collected } from './engine-config.ts'
import { judgeRow, withoutGaps, type RowRule } from './judge-row.ts'
import type { FaultRow, RowFigures } from './row.ts'
import { FaultStand } from './stand.ts'

/** A row that runs as most do: an engine goes live, something happens to it, the market rests, the engine ends. */
export type StandRow = Pick<FaultRow, 'id' | 'families' | 'title'> &
  RowRule & {
    readonly collected?: Collected
    readonly rate?: number
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
    mostSeeds: null,
    notYet: null,
    run: async (seed, faultRun) => {
      await using stand = await FaultStand.open({
        seed,
        rate: row.rate ?? usualRate,
        collected: row.collected ?? usualCollected,
        faultRun
      })
      await stand.goLive()
      stand.engine.forgetGap()
      const fromMs = performance.now()
      const figures = await row.act(stand, seededRandom(seed))
      const settledMs = await stand.settle(row.settleMs)
      const { firstGapMs, health } = stand.engine
      await stand.stopEngine()
      return await judgeRow(stand, row, {
        detectMs: firstGapMs === null ? null : firstGapMs - fromMs,
        settledMs,
        conflictsTold: health?.conflictingTrades ?? null,
        ...figures
      })
    }
  }
}
