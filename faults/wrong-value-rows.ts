import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../src/core/market/random.ts'
import type { FrameParser } from '../src/venues/venue.ts'
import { bareRow } from './bare-row.ts'
import { boundedBy } from './figure-rules.ts'
import { sizeField, withNeedlessCheck, withoutCheck } from './frames/careless-decoder.ts'
import { tryDecoder, type DecoderTrial } from './frames/decoder-trial.ts'
import type { ShapedVenue } from './frames/frame-shape.ts'
import { shapedVenues } from './frames/shaped-venues.ts'
import { vastFrames } from './frames/vast-frames.ts'
import { withoutGaps } from './judge-row.ts'
import type { FaultRow, RowFigures } from './row.ts'
import type { FaultStand } from './stand.ts'
import { holdsWithin } from './wait.ts'
import { wireRow } from './wire-row.ts'

const casesPerDecoder = 100_000
const controlCases = 5_000
const receivedMs = 1_790_000_000_000
const prototypes = [Object.prototype, Array.prototype, String.prototype, Number.prototype]

function parserOf({ venue, instrument }: ShapedVenue): FrameParser {
  return venue.createParser([instrument], 'p12')
}

/** Every property of the built-in prototypes. */
function prototypeKeys(): string {
  return prototypes.map((each) => Reflect.ownKeys(each).map(String).join()).join(';')
}

/** What was made of frames at all venues; of the frames too vast for any venue, how long the worst took. */
function decoded(seed: number): RowFigures {
  const before = prototypeKeys()
  const trials = shapedVenues.map((shaped) => {
    const of = { cases: casesPerDecoder, random: seededRandom(seed) }
    return tryDecoder(parserOf(shaped), shaped, of)
  })
  for (const { examples } of trials) for (const each of examples) process.stderr.write(`${each}\n`)
  const vast = shapedVenues.map(readVast)
  const sum = (count: (trial: DecoderTrial) => number) =>
    trials.reduce((total, trial) => total + count(trial), 0)
  return {
    decoders: trials.length,
    fewestCases: Math.min(...trials.map(({ good, bad }) => good + bad)),
    good: sum(({ good }) => good),
    bad: sum(({ bad }) => bad),
    acceptedBad:
      sum(({ acceptedBad }) => acceptedBad) + vast.reduce((all, { taken }) => all + taken, 0),
    rejectedGood: sum(({ rejectedGood }) => rejectedGood),
    thrown: sum(({ thrown }) => thrown),
    longestMs: Math.max(...trials.map(({ longestMs }) => longestMs)),
    vastMs: Math.max(...vast.map(({ longestMs }) => longestMs)),
    prototypeChanges: prototypeKeys() === before ? 0 : 1
  }
}

/** Reads what is wrong and vast. @returns How many frames gave something, and the longest that one took. */
function readVast(shaped: ShapedVenue): { readonly taken: number; readonly longestMs: number } {
  const parser = parserOf(shaped)
  let [taken, longestMs] = [0, 0]
  for (const text of vastFrames(shaped)) {
    const bytes = Buffer.from(text)
    const fromMs = performance.now()
    const { kind } = parser.parse(bytes, receivedMs)
    longestMs = Math.max(longestMs, performance.now() - fromMs)
    if (kind !== 'rejected' && kind !== 'unknown') taken += 1
  }
  return { taken, longestMs }
}

/** The least that is found wrong at any venue with a check left out, and with one too many; 0 blinds the row. */
function carelessly(seed: number): RowFigures {
  const least = (
    careless: (parser: FrameParser) => FrameParser,
    count: (of: DecoderTrial) => number
  ) =>
    Math.min(
      ...shapedVenues.map((shaped) => {
        const of = { cases: controlCases, random: seededRandom(seed) }
        return count(tryDecoder(careless(parserOf(shaped)), shaped, of))
      })
    )
  const acceptedBad = least(
    (parser) => withoutCheck(parser, sizeField),
    (of) => of.acceptedBad
  )
  const rejectedGood = least(withNeedlessCheck, (of) => of.rejectedGood)
  return acceptedBad > 0 && rejectedGood > 0 ? { acceptedBad, rejectedGood } : {}
}

const wireVenues = ['coinbase', 'binance-spot', 'bybit-linear'] as const
const wireCollected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD'],
  'binance-spot': ['BTC-USDT', 'ETH-USDT', 'SOL-USDT'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT', 'SOL-USDT']
}
const anyField = ['null', 'empty', 'object'] as const
const numbers = [...anyField, 'nan', 'negative', 'zero', 'infinite'] as const
/** What no decoder may take, by field; Bybit's ids are any text. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  price: numbers,
  size: numbers,
  time: [...anyField, 'nan', 'negative', 'infinite'],
  id: anyField
}
const eachTimes = 2
/** Little enough that no link is given up for it. */
const share = 0.02
const strikeMs = 20_000
const backMs = 60_000

function rejectedFrames({ engine }: FaultStand): number {
  return engine.health?.rejectedFrames ?? 0
}

function reconnects({ engine }: FaultStand): number {
  return engine.connections.reduce((sum, each) => sum + each.reconnects, 0)
}

async function strikesOf(stand: FaultStand, kind: string): Promise<number> {
  return (await stand.strikes())[kind] ?? 0
}

/** Lets frames of every venue be wrong in one way, a few each. */
async function mutate(stand: FaultStand, change: string, field: string): Promise<void> {
  const before = await strikesOf(stand, 'mutate')
  for (const venue of wireVenues) {
    await stand.fault({ kind: 'mutate', venue, change, field, share, n: eachTimes })
  }
  const all = before + wireVenues.length * eachTimes
  await holdsWithin(strikeMs, async () => (await strikesOf(stand, 'mutate')) >= all)
}

/** Rows of P12: wrong values, to decoders alone and over the wire. */
export const wrongValueRows: readonly FaultRow[] = [
  bareRow({
    id: 'P12',
    families: ['P'],
    title: 'wrong values, a hundred thousand frames for each decoder',
    runsAlone: true,
    rules: {
      decoders: { least: 5 },
      fewestCases: { least: casesPerDecoder },
      good: { least: 200_000 },
      bad: { least: 200_000 },
      acceptedBad: { most: 0 },
      rejectedGood: { most: 0 },
      thrown: { most: 0 },
      longestMs: { most: 500 },
      vastMs: { most: 1_000 },
      prototypeChanges: { most: 0 }
    },
    measure: (seed) => Promise.resolve(decoded(seed)),
    control: carelessly
  }),
  wireRow({
    id: 'P12-wire',
    families: ['P'],
    title: 'wrong values over the wire: in every field of a trade, a million levels deep, 7 MB',
    collected: wireCollected,
    mostSeeds: 1,
    settleMs: 30_000,
    spoil: withoutGaps,
    expect: boundedBy({
      struck: { least: 100 },
      missedRejects: { most: 0 },
      polluted: { least: wireVenues.length },
      pollutedRejected: { most: 0 },
      wrongReconnects: { most: 0 },
      missedDeep: { most: 0 },
      longestBeatMs: { most: 2_000 },
      hugeBackMs: { most: 30_000 }
    }),
    act: async (stand) => {
      const before = { rejected: rejectedFrames(stand), reconnects: reconnects(stand) }
      stand.engine.forgetBeats()
      for (const [field, changes] of Object.entries(wrong)) {
        for (const change of changes) await mutate(stand, change, field)
      }
      const struck = await strikesOf(stand, 'mutate')
      await holdsWithin(strikeMs, () => rejectedFrames(stand) - before.rejected >= struck)
      const missedRejects = Math.abs(struck - (rejectedFrames(stand) - before.rejected))
      await mutate(stand, 'prototype', 'price')
      const polluted = (await strikesOf(stand, 'mutate')) - struck
      await stand.fault({ kind: 'corrupt', venue: 'coinbase', how: 'deep', share, n: 3 })
      await holdsWithin(strikeMs, async () => (await strikesOf(stand, 'corrupt')) >= 3)
      const told = () => rejectedFrames(stand) - before.rejected - struck + missedRejects
      await holdsWithin(strikeMs, () => told() >= 3)
      await pause(2_000)
      const wrongReconnects = reconnects(stand) - before.reconnects
      const deepRejects = told()
      await stand.fault({ kind: 'corrupt', venue: 'coinbase', how: 'huge', share, n: 1 })
      await holdsWithin(strikeMs, () => reconnects(stand) - before.reconnects > wrongReconnects)
      const fromMs = performance.now()
      await stand.untilLive(backMs)
      return {
        struck,
        missedRejects,
        polluted,
        pollutedRejected: Math.max(0, deepRejects - 3),
        missedDeep: Math.max(0, 3 - deepRejects),
        wrongReconnects,
        longestBeatMs: stand.engine.longestBeatMs,
        hugeBackMs: performance.now() - fromMs
      }
    }
  })
]
