import { setTimeout as pause } from 'node:timers/promises'
import { memoryMb } from '../bench/process-load.ts'
import { boundedBy } from './figure-rules.ts'
import { judgeRow, withDuplicate } from './judge-row.ts'
import type { FaultRow, RowRun } from './row.ts'
import { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

const collected = { coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD'], 'bybit-linear': ['BTC-USDT'] }

type Leak = {
  readonly mbPerMinute: number
  /** So soon it must be told. */
  readonly withinMs: number
  /** So long nothing leaks before it. */
  readonly steadyMs: number
}

/** Growth is not looked for while an engine fills its caches: in the first half minute, or (slow) in three minutes. */
const fastLeak: Leak = { mbPerMinute: 200, withinMs: 30_000, steadyMs: 35_000 }
const slowLeak: Leak = { mbPerMinute: 2, withinMs: 600_000, steadyMs: 185_000 }
const lookMs = 500
const afterQuietMs = 4_000
/** Of what the leak kept: less is seen where garbage went meanwhile. */
const seenShare = 0.5

function boundsOf({ withinMs }: Leak): ReturnType<typeof boundedBy> {
  return boundedBy({ alarms: { most: 0 }, detectMs: { most: withinMs } })
}

/** Runs an engine without a leak, then with one. @param of.growth Whether it looks for growth. */
async function runLeak(
  seed: number,
  leak: Leak,
  { growth }: { readonly growth: boolean }
): Promise<RowRun> {
  const faultRun = { gaps: true, growth }
  await using stand = await FaultStand.open({ seed, rate: 2, collected, faultRun })
  await stand.goLive()
  const { engine } = stand
  let alarms = 0
  const grows = () =>
    engine.health?.problems.some((problem) => problem.includes('grows by')) ?? false
  const steadyEndMs = performance.now() + leak.steadyMs
  while (performance.now() < steadyEndMs) {
    if (grows()) alarms += 1
    await pause(lookMs)
  }
  const growthBefore = engine.health?.memory.growthMbPerMinute?.value ?? null
  const before = { atMs: performance.now(), mb: memoryMb(engine.pid) }
  engine.provoke({ what: 'leak', mbPerMinute: leak.mbPerMinute })
  const isTold = await holdsWithin(leak.withinMs, grows)
  const lastedMs = performance.now() - before.atMs
  const riseMb = memoryMb(engine.pid) - before.mb
  engine.provoke({ what: 'leak', mbPerMinute: 0 })
  await stand.rest()
  await pause(afterQuietMs)
  await stand.stopEngine()
  const rule = { spoil: withDuplicate, expect: boundsOf(leak) }
  return await judgeRow(stand, rule, {
    mbPerMinute: leak.mbPerMinute,
    steadyMs: leak.steadyMs,
    alarms,
    growth: growthBefore,
    detectMs: isTold ? lastedMs : null,
    leakedMb: (leak.mbPerMinute * lastedMs) / 60_000,
    riseMb
  })
}

/** The bounds that an engine broke which looks for no growth; empty: it told of it all the same, or nothing leaked. */
function blindProblems(blind: RowRun, leak: Leak): readonly string[] {
  const { alarms, detectMs, leakedMb = null, riseMb = null } = blind.figures
  const hasLeaked = (riseMb ?? 0) >= (leakedMb ?? Infinity) * seenShare
  const isSilent = alarms === 0 && detectMs === null
  return isSilent && hasLeaked ? boundsOf(leak)(blind) : []
}

/** A leak in two engines at once, one of which looks for growth: the other one must not hold. */
function leakRow(row: Pick<FaultRow, 'id' | 'title' | 'isLong'>, leak: Leak): FaultRow {
  return {
    ...row,
    families: ['L'],
    needsGaps: false,
    mostSeeds: 1,
    notYet: null,
    run: async (seed) => {
      const [run, blind] = await Promise.all([
        runLeak(seed, leak, { growth: true }),
        runLeak(seed, leak, { growth: false })
      ])
      const controlRiseMb = blind.figures['riseMb'] ?? null
      const figures = { ...run.figures, controlRiseMb }
      return { ...run, figures, controlProblems: blindProblems(blind, leak) }
    }
  }
}

/** Rows of memory. */
export const memoryRows: readonly FaultRow[] = [
  leakRow({ id: 'L5', title: 'a leak of 200 MB a minute, and none' }, fastLeak),
  leakRow({ id: 'L5-slow', title: 'a leak of 2 MB a minute, and none', isLong: true }, slowLeak)
]
