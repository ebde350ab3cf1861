import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { SimulatorChild } from '../bench/simulator-child.ts'
import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import type { Collected } from './engine-config.ts'
import { boundedBy } from './figure-rules.ts'
import { incidentsOf } from './incidents-of.ts'
import { withDuplicate, withoutGaps } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import type { FaultStand } from './stand.ts'
import { wireRow } from './wire-row.ts'

const venue = 'coinbase'
const limit = { kind: 'connect-limit', perSecond: 8, per5Minutes: 300, banMs: 60_000 }
const startMs = 120_000
const backMs = 120_000
const settleMs = 60_000
/** All that trades on the simulated Coinbase, on 66 connections. */
const manyLinks = { collected: { coinbase: all('coinbase') }, venueSettings: { per_connection: 5 } }
/** Everything that trades there and elsewhere, 506 instruments. */
const everything: Collected = {
  coinbase: all('coinbase'),
  'binance-spot': all('binance-spot'),
  'bybit-linear': all('bybit-linear'),
  'bybit-spot': all('bybit-spot')
}
const three: Collected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD'],
  'binance-spot': ['BTC-USDT', 'ETH-USDT'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT']
}
const onePerConnection = { per_connection: 1 }
const hammered = 30
/** Binance says nothing of a coin that last traded while it was away: each of 60 is asked about, 1.5 a second. */
const tailsMs = 45_000

function all(of: SimVenueId): readonly string[] {
  const trading = listVenue(of, 1, 1).filter(({ instrument }) => instrument.trading)
  return trading.map(({ instrument: { base, quote } }) => `${base}-${quote}`)
}

async function attemptsOf(stand: FaultStand): Promise<number> {
  return (await stand.connects())[venue]?.attempts ?? 0
}

/** Connects without a budget to a venue with the same limit. @returns What came of it; empty: nothing. */
async function hammer(): Promise<readonly string[]> {
  await using simulator = await SimulatorChild.start(0.1, 1)
  await fetch(`${simulator.ready.control}/faults`, {
    method: 'POST',
    body: JSON.stringify({ ...limit, venue })
  })
  const url = simulator.ready.venues[venue]?.wsUrl ?? ''
  const refusals = Array.from({ length: hammered }, async () => {
    const socket = new WebSocket(url)
    const isRefused = await new Promise<boolean>((resolve) => {
      socket.on('open', () => resolve(false))
      socket.on('error', () => resolve(true))
    })
    socket.terminate()
    return isRefused
  })
  const refused = (await Promise.all(refusals)).filter((each) => each).length
  return refused === 0 ? [] : [`${refused} of ${hammered} connects without a budget were shut out`]
}

/** Lets a venue be away. @returns How long all links took to be live after it came back, ms. */
async function away(stand: FaultStand, ms: number, venues: readonly string[]): Promise<number> {
  for (const each of venues) await stand.fault({ kind: 'outage', venue: each, ms, how: 'reset' })
  await pause(ms)
  const fromMs = performance.now()
  await stand.untilLive(backMs)
  return performance.now() - fromMs
}

const budgetBounds = {
  attempts_1s: { most: 8 },
  attempts_5m: { most: 300 },
  bans: { most: 0 }
}

/** Row N15; its control is a client that keeps to no budget. */
function limitRow(): FaultRow {
  let controls: readonly string[] = []
  return wireRow({
    id: 'N15',
    families: ['N'],
    title: 'limits of connects that ban, at 506 instruments of four venues',
    collected: everything,
    rate: 0.2,
    mostSeeds: 1,
    startMs,
    settleMs,
    spoil: withDuplicate,
    prepare: async (stand) => {
      for (const each of Object.keys(everything)) await stand.fault({ ...limit, venue: each })
    },
    control: () => controls,
    expect: boundedBy({ ...budgetBounds, backMs: { most: 60_000 } }),
    act: async (stand) => {
      controls = await hammer()
      let longestMs = 0
      for (const how of ['reset', 'close']) {
        for (const each of Object.keys(everything)) {
          await stand.fault({ kind: 'disconnect', venue: each, how })
        }
        await pause(200)
        const fromMs = performance.now()
        await stand.untilLive(backMs)
        longestMs = Math.max(longestMs, performance.now() - fromMs)
      }
      await pause(tailsMs)
      return { links: stand.engine.connections.length, backMs: longestMs }
    }
  })
}

/** Rows N14–N16 and V1: venues that are away as a whole, and what they allow who comes back. */
export const outageRows: readonly FaultRow[] = [
  wireRow({
    id: 'N14',
    families: ['N'],
    title: 'a venue away for 5 s and for 2 min, with 66 connections',
    ...manyLinks,
    rate: 0.3,
    mostSeeds: 1,
    startMs,
    settleMs,
    spoil: withoutGaps,
    prepare: (stand) => stand.fault({ ...limit, venue }),
    expect: boundedBy({
      ...budgetBounds,
      afterShortMs: { most: 30_000 },
      afterLongMs: { most: 30_000 },
      attemptsAway: { most: 60 }
    }),
    act: async (stand) => {
      const afterShortMs = await away(stand, 5_000, [venue])
      const before = await attemptsOf(stand)
      const links = stand.engine.connections.length
      const afterLongMs = await away(stand, 120_000, [venue])
      const attemptsAway = (await attemptsOf(stand)) - before - links
      return { links, afterShortMs, afterLongMs, attemptsAway }
    }
  }),
  limitRow(),
  wireRow({
    id: 'N16',
    families: ['N'],
    title: 'all venues out of reach for 20 s',
    mostSeeds: 1,
    collected: three,
    venueSettings: onePerConnection,
    settleMs,
    spoil: withoutGaps,
    expect: boundedBy({
      offline: { least: 1, most: 1 },
      incidents: { least: 1, most: 1 },
      allBackMs: { most: 30_000 }
    }),
    act: async (stand) => {
      const allBackMs = await away(stand, 20_000, Object.keys(three))
      await pause(6_000)
      const told = incidentsOf(stand.database)
      const offline = told.filter(({ kind }) => kind === 'offline').length
      return { allBackMs, offline, incidents: told.length }
    }
  }),
  wireRow({
    id: 'V1',
    families: ['V'],
    title: 'maintenance announced, then 100 s of it',
    venueSettings: onePerConnection,
    mostSeeds: 1,
    settleMs,
    spoil: withoutGaps,
    expect: boundedBy({
      inMaintenance: { least: 1 },
      attemptsAway: { most: 4 },
      incidents: { least: 1, most: 1 },
      maintenanceBackMs: { most: 70_000 }
    }),
    act: async (stand) => {
      const frame = '{"type":"error","message":"Scheduled maintenance begins"}'
      await stand.fault({ kind: 'say', venue, frame })
      await pause(1_000)
      const before = await attemptsOf(stand)
      await stand.fault({ kind: 'maintenance', venue, ms: 100_000 })
      await pause(99_000)
      const attemptsAway = (await attemptsOf(stand)) - before
      const held = stand.engine.connections.filter(({ reason }) => reason === 'maintenance')
      const fromMs = performance.now()
      await stand.untilLive(backMs)
      const maintenanceBackMs = performance.now() - fromMs
      await pause(6_000)
      const incidents = incidentsOf(stand.database).length
      return { inMaintenance: held.length, attemptsAway, incidents, maintenanceBackMs }
    }
  })
]
