import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { readCarrying } from './carrying.ts'
import { countIn } from './database-copy.ts'
import { judgeRow } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'

const wantedRotations = 1_000
/** A venue replaces one link in twenty at a time, so there are many of them, of an instrument each. */
const collected = {
  coinbase: busiest('coinbase', 120),
  'bybit-linear': busiest('bybit-linear', 60),
  'bybit-spot': busiest('bybit-spot', 60)
}
const venueSettings = { per_connection: 1, lifetime: '5s' }
/** Of the simulated market's usual activity: about 2,000 messages a second from these. */
const rate = 1.5
const longestMs = 400_000
const liveMs = 120_000
const settleMs = 10_000
/** A gap whose trades are not to be had waits for the candle of its last minute. */
const resettleMs = 90_000
/** Younger than any link that the engine replaces: with the detector off they break before they are made. */
const cutAgeMs = 3_000

const openGaps = "SELECT count(*) FROM gap WHERE state = 'open'"
/** With the detector off links end before they can be handed over: there each new one counts. */
const linksUp = "SELECT count(*) FROM mark WHERE kind = 'link-up'"
const handedOver = `
  SELECT count(*) FROM mark WHERE kind = 'link-down' AND json_extract(detail, '$.reason') = 'handed over'`
/** Every link misses the trade that was on its way when it ended. */
const withoutOverlap = 'DELETE FROM trade WHERE arrival % 1000 = 7;'

function busiest(venue: SimVenueId, count: number): readonly string[] {
  const listed = listVenue(venue, 1, 1).slice(0, count)
  return listed.map(({ instrument: { base, quote } }) => `${base}-${quote}`)
}

/** An engine that ends leaves a gap open that it could not settle yet; the next one goes on with it. */
async function settleByNextRun(stand: FaultStand): Promise<void> {
  await stand.launchEngine().untilReady()
  await stand.untilLive(liveMs)
  await holdsWithin(resettleMs, () => countIn(stand.database, openGaps) === 0)
  await stand.stopEngine()
}

/** Links that are replaced for their age, far more often than any venue asks for. */
export const rotationRow: FaultRow = {
  id: 'P6',
  families: ['D', 'P'],
  title: `${wantedRotations} planned rotations under load`,
  needsGaps: true,
  mostSeeds: 1,
  runsAlone: true,
  notYet: null,
  run: async (seed, faultRun) => {
    await using stand = await FaultStand.open({ seed, rate, collected, faultRun, venueSettings })
    await stand.launchEngine().untilReady()
    await stand.untilLive(liveMs)
    if (faultRun?.gaps === false) {
      await stand.fault({ kind: 'lifetime', venue: 'coinbase', ageMs: cutAgeMs })
    }
    const fromMs = performance.now()
    const counted = faultRun?.gaps === false ? linksUp : handedOver
    const begun = countIn(stand.database, counted)
    const rotations = () => countIn(stand.database, counted) - begun
    await holdsWithin(longestMs, () => rotations() >= wantedRotations)
    const lastedMs = performance.now() - fromMs
    const { health } = stand.engine
    const settledMs = await stand.settle(settleMs)
    const rotated = rotations()
    await stand.stopEngine()
    const carrying = readCarrying(stand.database)
    const openAtStop = countIn(stand.database, openGaps)
    if (openAtStop > 0) await settleByNextRun(stand)
    return await judgeRow(
      stand,
      {
        spoil: withoutOverlap,
        expect: ({ verdict }) => [
          ...(rotated < wantedRotations ? [`only ${rotated} links were replaced`] : []),
          ...(carrying.uncarriedMs > 0
            ? [`nothing carried an instrument for ${carrying.uncarriedMs} ms`]
            : []),
          ...(carrying.gaps > 0 ? [`${carrying.gaps} gaps were opened by rotation`] : []),
          ...Object.entries(verdict.gaps)
            .filter(([state]) => state !== 'refilled')
            .map(([state, count]) => `${count} gaps ended ${state}`)
        ]
      },
      {
        rotations: rotated,
        brokenLinks: carrying.broken,
        uncarriedMs: carrying.uncarriedMs,
        openAtStop,
        lastedMs,
        settledMs,
        messagesPerSecond: health?.messagesPerSecond ?? null
      }
    )
  }
}
