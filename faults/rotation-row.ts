import { setTimeout as pause } from 'node:timers/promises'
import { countIn } from './database-copy.ts'
import { judgeRow, withoutGaps } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { FaultStand } from './stand.ts'

const wantedRotations = 1_000
const collected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD', 'DOGE-USD', 'ADA-USD'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT', 'SOL-USDT']
}
/** Of the simulated market's usual activity: about 2,000 messages a second. */
const rate = 6
const lifetimeMs = 1_000
const lastsMs = 30_000
const settleMs = 10_000

/**
 * Links that are replaced for their age, far more often than any venue asks for. Needs an engine that
 * heeds `faultRun.lifetimeMs`: without, no link is ever replaced and the row says so.
 */
export const rotationRow: FaultRow = {
  id: 'P6',
  families: ['D', 'P'],
  title: `${wantedRotations} planned rotations under load`,
  notYet: 'the engine does not heed faultRun.lifetimeMs yet',
  run: async (seed, faultRun) => {
    const changed = { gaps: faultRun?.gaps ?? true, lifetimeMs }
    await using stand = await FaultStand.open({ seed, rate, collected, faultRun: changed })
    await stand.goLive()
    const begun = countIn(stand.database, "SELECT count(*) FROM mark WHERE kind = 'link-up'")
    await pause(lastsMs)
    const settledMs = await stand.settle(settleMs)
    await stand.stopEngine()
    const links = countIn(stand.database, "SELECT count(*) FROM mark WHERE kind = 'link-up'")
    const rotations = links - begun
    return await judgeRow(
      stand,
      {
        spoil: `${withoutGaps} DELETE FROM trade WHERE arrival % 1000 = 7;`,
        expect: ({ verdict }) => [
          ...(rotations < 10 ? [`only ${rotations} links were replaced`] : []),
          ...Object.entries(verdict.gaps).map(([state, count]) => `${count} gaps, ${state}`)
        ]
      },
      { rotations, settledMs }
    )
  }
}
