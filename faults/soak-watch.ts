import { memoryMb } from '../bench/process-load.ts'
import type { SoakSample } from './soak-rules.ts'
import type { FaultStand } from './stand.ts'

/** Looks at an engine under soak and at what its venues counted. */
export async function sampleSoak(stand: FaultStand): Promise<SoakSample> {
  const { engine } = stand
  const { health, log } = engine
  const venues = Object.values(await stand.connects())
  const most = (pick: (venue: (typeof venues)[number]) => number) =>
    Math.max(0, ...venues.map(pick))
  return {
    messagesPerSecond: health?.messagesPerSecond ?? 0,
    rssMb: memoryMb(engine.pid),
    heapFloorMb: health?.memory.heapFloorMb ?? null,
    growthHighMbPerMinute: health?.memory.growthMbPerMinute?.high ?? null,
    loopDelayP99Ms: health?.eventLoopDelayP99Ms ?? null,
    log_1s: log.peakWithin(1_000),
    log_10s: log.peakWithin(10_000),
    connects_1s: most(({ peakPerSecond }) => peakPerSecond),
    connects_5m: most(({ peakPer5Minutes }) => peakPer5Minutes),
    refusedForRate: most(({ breaches }) => breaches?.connects ?? 0),
    bans: most(({ bans, breaches }) => bans + (breaches?.bans ?? 0)),
    handlerTimeouts: health?.handlerTimeouts ?? 0,
    droppedTrades: health?.droppedTrades ?? 0,
    beyondBounds: (health?.memory.structures ?? [])
      .filter(({ size, bound }) => size > bound)
      .map(({ name }) => name)
  }
}
