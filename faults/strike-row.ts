import { setTimeout as pause } from 'node:timers/promises'
import { wallMs } from '../bench/wall-clock.ts'
import type { Random } from '../src/core/market/random.ts'
import type { FaultCommand } from '../src/simulator/faults/fault-parameters.ts'
import type { Collected, FaultRun } from './engine-config.ts'
import { boundedBy, type FigureRule } from './figure-rules.ts'
import { withoutGaps } from './judge-row.ts'
import { sampleFigures, strikeLinks, type LinkSample } from './link-strike.ts'
import { PlainClient } from './plain-client.ts'
import type { FaultRow } from './row.ts'
import type { FaultStand } from './stand.ts'
import { untilHolds } from './wait.ts'
import { wireRow } from './wire-row.ts'

/** One fault that every connection of a venue suffers. */
export type Strike = {
  readonly venue: string
  readonly commands: readonly FaultCommand[]
  /** A lasting fault: it ends once every connection was seen to suffer, and recovery counts from there. */
  readonly lasts?: boolean
}

/** A row that strikes the links of a venue again and again, and measures how each comes back. */
type StrikeRow = Pick<FaultRow, 'id' | 'families' | 'title' | 'blind'> & {
  readonly strikes: readonly Strike[]
  readonly proxy?: boolean
  readonly mostSeeds?: number
  /** How long one strike may take. */
  readonly withinMs: number
  readonly rules: Readonly<Record<string, FigureRule>>
  /** What the ends of the links must say, one for each strike; null: anything. */
  readonly ends?: readonly (RegExp | null)[]
  /** Between two strikes at most. */
  readonly restMs?: number
  /** Strikes come only once every link of the venue has been live for so long. */
  readonly healthyMs?: number
  readonly collected?: Collected
}

const usualRestMs = 1_500
const listenMs = 600
const settleMs = 30_000
/** As long as a blind engine is watched: longer than any detector takes. */
const blindMs = 30_000

/** The control of rows of silence: an engine that takes no link for dead must not come back. */
export const withoutLiveness: FaultRun = { gaps: true, liveness: false }

/** Makes a row of strikes; its control is a client without detectors, which must not come back. */
export function strikeRow(row: StrikeRow): FaultRow {
  let controls: string[] = []
  let strangeEnds: string[] = []
  const bounds = boundedBy({ notRecovered: { most: 0 }, ...row.rules })
  return wireRow({
    ...row,
    venueSettings: { per_connection: 1 },
    settleMs,
    spoil: withoutGaps,
    expect: (judged) => [...bounds(judged), ...strangeEnds],
    control: () => controls,
    act: async (stand, random) => {
      controls = []
      strangeEnds = []
      const samples: LinkSample[] = []
      const strikes = stand.isBlind ? row.strikes.slice(0, 1) : row.strikes
      for (const [place, strike] of strikes.entries()) {
        await pause((row.restMs ?? usualRestMs) * random())
        if (row.healthyMs !== undefined) await untilHealthy(stand, row.healthyMs, strike.venue)
        using plain = await PlainClient.open(stand, strike.venue)
        const struck = await strikeOnce(stand, strike, {
          withinMs: stand.isBlind ? blindMs : row.withinMs,
          random,
          detected: async () => void controls.push(...(await silenceOf(plain)))
        })
        samples.push(...struck)
        strangeEnds.push(...strangeIn(struck, row.ends?.[place] ?? null))
      }
      controls = [...new Set(controls)]
      return sampleFigures(samples)
    }
  })
}

/** @param of.detected Called while the strike lasts, or after it where it does not last. */
async function strikeOnce(
  stand: FaultStand,
  { venue, commands, lasts = false }: Strike,
  of: {
    readonly withinMs: number
    readonly random: Random
    readonly detected: () => Promise<void>
  }
): Promise<readonly LinkSample[]> {
  const { withinMs, detected } = of
  const provoke = async () => {
    for (const command of commands) {
      await stand.fault({ ...command, venue })
      await pause(20 * of.random())
    }
  }
  if (!lasts) {
    const samples = await strikeLinks(stand, { venue, withinMs, provoke })
    await detected()
    return samples
  }
  return strikeLinks(stand, {
    venue,
    withinMs,
    provoke,
    clear: async (untilDetected) => {
      await untilDetected()
      await detected()
      await stand.fault({ kind: 'clear' })
    }
  })
}

/** What a fault did to a client that looks for nothing; empty: it heard on. */
async function silenceOf(plain: PlainClient): Promise<readonly string[]> {
  const before = plain.trades
  await pause(listenMs)
  if (plain.trades > before) return []
  return [`a client without detectors heard nothing more (${plain.end ?? 'open'})`]
}

/** Waits until every link of a venue, or of all, has been live for so long. */
export async function untilHealthy(
  { engine }: FaultStand,
  healthyMs: number,
  venue: string | null = null
): Promise<void> {
  await untilHolds(`${venue ?? 'all'} healthy for ${healthyMs} ms`, 2 * healthyMs, () => {
    const links = engine.connections.filter((each) => venue === null || each.venue === venue)
    return links.every(({ state, sinceMs }) => state === 'live' && wallMs() - sinceMs >= healthyMs)
  })
}

function strangeIn(samples: readonly LinkSample[], expected: RegExp | null): readonly string[] {
  if (expected === null) return []
  const strange = samples.map(({ end }) => end).filter((end) => !expected.test(end))
  return strange.length === 0 ? [] : [`ended as ${strange[0] ?? ''}, expected ${String(expected)}`]
}
