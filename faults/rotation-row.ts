import { countIn } from './database-copy.ts'
import { judgeRow } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

/** In one run of the row; three seeds make a thousand. */
const wantedRotations = 340
/** Each on a connection of its own. */
const symbols = [
  'BTC',
  'ETH',
  'SOL',
  'XRP',
  'DOGE',
  'ADA',
  'LINK',
  'AVAX',
  'LTC',
  'DOT',
  'SUI',
  'BCH'
]
const collected = { coinbase: symbols.map((base) => `${base}-USD`) }
const venueSettings = { per_connection: 1, lifetime: '2s' }
/** Of the simulated market's usual activity: about 2,000 messages a second from these. */
const rate = 3.5
const longestMs = 120_000
const settleMs = 10_000
/** Younger than any link that the engine replaces: with the detector off they break before they are made. */
const cutAgeMs = 1_000

const linksUp = "SELECT count(*) FROM mark WHERE kind = 'link-up'"
/** Every link misses the trade that was on its way when it ended. */
const withoutOverlap = 'DELETE FROM trade WHERE arrival % 1000 = 7;'

/** Links that are replaced for their age, far more often than any venue asks for. */
export const rotationRow: FaultRow = {
  id: 'P6',
  families: ['D', 'P'],
  title: `${wantedRotations} planned rotations under load`,
  notYet: null,
  run: async (seed, faultRun) => {
    await using stand = await FaultStand.open({ seed, rate, collected, faultRun, venueSettings })
    await stand.goLive()
    if (faultRun?.gaps === false) {
      await stand.fault({ kind: 'lifetime', venue: 'coinbase', ageMs: cutAgeMs })
    }
    const fromMs = performance.now()
    const begun = countIn(stand.database, linksUp)
    const rotations = () => countIn(stand.database, linksUp) - begun
    await holdsWithin(longestMs, () => rotations() >= wantedRotations)
    const lastedMs = performance.now() - fromMs
    const { health } = stand.engine
    const settledMs = await stand.settle(settleMs)
    const rotated = rotations()
    await stand.stopEngine()
    const gaps = countIn(stand.database, 'SELECT count(*) FROM gap')
    return await judgeRow(
      stand,
      {
        spoil: withoutOverlap,
        expect: () => [
          ...(rotated < wantedRotations ? [`only ${rotated} links were replaced`] : []),
          ...(gaps > 0 ? [`${gaps} gaps, though no link ended before its successor stood`] : [])
        ]
      },
      {
        rotations: rotated,
        lastedMs,
        settledMs,
        messagesPerSecond: health?.messagesPerSecond ?? null
      }
    )
  }
}
