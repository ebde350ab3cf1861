import { setTimeout as pause } from 'node:timers/promises'
import { boundedBy } from './figure-rules.ts'
import { judgeRow, withDuplicate } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

const collected = { coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD'], 'bybit-linear': ['BTC-USDT'] }
/** Growth is not looked for while an engine fills its caches: in the first of these, or (slow) in both. */
const steadyMs = 35_000
const fastLeak = { mbPerMinute: 200, withinMs: 30_000 }
const slowLeak = { mbPerMinute: 2, withinMs: 600_000, steadyMs: 185_000 }
const rules = (withinMs: number) => ({ alarms: { most: 0 }, detectMs: { most: withinMs } })

/** Runs an engine without a leak, then with one. */
async function leak(
  seed: number,
  of: { readonly mbPerMinute: number; readonly withinMs: number; readonly steadyMs: number }
) {
  const stand = await FaultStand.open({ seed, rate: 2, collected, faultRun: { gaps: true } })
  try {
    await stand.goLive()
    let alarms = 0
    const grows = () =>
      stand.engine.health?.problems.some((problem) => problem.includes('grows by')) ?? false
    const steadyEndMs = performance.now() + of.steadyMs
    while (performance.now() < steadyEndMs) {
      if (grows()) alarms += 1
      await pause(500)
    }
    const growth = stand.engine.health?.memory.growthMbPerMinute?.value ?? null
    stand.engine.provoke({ what: 'leak', mbPerMinute: of.mbPerMinute })
    const fromMs = performance.now()
    const isTold = await holdsWithin(2 * of.withinMs, grows)
    const detectMs = isTold ? performance.now() - fromMs : null
    stand.engine.provoke({ what: 'leak', mbPerMinute: 0 })
    await stand.rest()
    await pause(4_000)
    await stand.stopEngine()
    const figures = { mbPerMinute: of.mbPerMinute, alarms, steadyMs: of.steadyMs, growth, detectMs }
    const run = await judgeRow(
      stand,
      { spoil: withDuplicate, expect: boundedBy(rules(of.withinMs)) },
      figures
    )
    // While nothing leaked the same detector told nothing: held to the same bound that is red.
    const without = boundedBy(rules(of.withinMs))({
      ...run,
      figures: { ...figures, detectMs: null }
    })
    return { ...run, controlProblems: alarms === 0 ? without : [] }
  } finally {
    await stand[Symbol.asyncDispose]()
  }
}

function leakRow(
  row: Pick<FaultRow, 'id' | 'title' | 'isLong'>,
  of: Parameters<typeof leak>[1]
): FaultRow {
  return {
    ...row,
    families: ['L'],
    needsGaps: false,
    mostSeeds: row.isLong === true ? 1 : 3,
    notYet: null,
    run: (seed) => leak(seed, of)
  }
}

/** Rows of memory. */
export const memoryRows: readonly FaultRow[] = [
  leakRow({ id: 'L5', title: 'a leak of 200 MB a minute, and none' }, { ...fastLeak, steadyMs }),
  leakRow({ id: 'L5-slow', title: 'a leak of 2 MB a minute, and none', isLong: true }, slowLeak)
]
