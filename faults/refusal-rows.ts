import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { wallMs } from '../bench/wall-clock.ts'
import type { FaultCommand } from '../src/simulator/faults/fault-parameters.ts'
import { boundedBy } from './figure-rules.ts'
import { withDuplicate, withoutGaps } from './judge-row.ts'
import type { FaultRow, RowFigures } from './row.ts'
import type { FaultStand } from './stand.ts'
import { wireRow, type WireRow } from './wire-row.ts'

const venue = 'coinbase'
const other = 'bybit-linear'
const settleMs = 30_000
const backMs = 90_000
const onePerConnection = { per_connection: 1 }
const usual = { venueSettings: onePerConnection, settleMs, spoil: withoutGaps, mayBreach: true }

async function attemptsOf(stand: FaultStand): Promise<number> {
  return (await stand.connects())[venue]?.attempts ?? 0
}

/** Refuses as commanded, ends every link, and counts attempts from `fromMs` to `toMs` after it. */
async function refused(
  stand: FaultStand,
  command: FaultCommand,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }
): Promise<number> {
  await stand.fault({ ...command, venue })
  await stand.fault({ kind: 'disconnect', venue })
  await pause(fromMs)
  const before = await attemptsOf(stand)
  await pause(toMs - fromMs)
  return (await attemptsOf(stand)) - before
}

/** Lets everybody in again. @returns How long it took until every connection was live. */
async function comeBack(stand: FaultStand): Promise<number> {
  await stand.fault({ kind: 'clear' })
  const fromMs = performance.now()
  await stand.untilLive(backMs)
  return performance.now() - fromMs
}

function isOtherLive({ engine }: FaultStand): boolean {
  const links = engine.connections.filter((each) => each.venue === other)
  return links.length > 0 && links.every(({ state }) => state === 'live')
}

/** How long attempts lasted that ended without an answer, ms, and how many. */
export function unanswered(stand: FaultStand, sinceMs: number): RowFigures {
  const events = stand.engine.links.since(sinceMs)
  const lengths = events
    .filter(({ state }) => state === 'connecting')
    .flatMap(({ connection, atMs }) => {
      const next = events.find((event) => event.connection === connection && event.atMs > atMs)
      return next === undefined ? [] : [next.atMs - atMs]
    })
  const timeouts = lengths.filter((ms) => ms > 5_000)
  return {
    timeouts: timeouts.length,
    timeoutErrorMs: timeouts.length === 0 ? null : Math.max(...timeouts.map(offTen))
  }
}

function offTen(ms: number): number {
  return Math.abs(ms - 10_000)
}

type RefusalRow = Pick<WireRow, 'id' | 'title' | 'act' | 'expect'> & { readonly spoil?: string }

function refusalRow(row: RefusalRow): FaultRow {
  return wireRow({ ...usual, families: ['N'], mostSeeds: 1, ...row })
}

/** Rows N7 and N10–N13: a venue that does not let in, each in its way. */
export const refusalRows: readonly FaultRow[] = [
  refusalRow({
    id: 'N7',
    title: 'a closed port, and upgrades that are never answered',
    expect: boundedBy({
      mutedAttempts: { least: 1, most: 12 },
      timeouts: { least: 1 },
      timeoutErrorMs: { most: 500 }
    }),
    act: async (stand) => {
      await stand.fault({ kind: 'outage', venue, ms: 10_000 })
      await pause(10_000)
      const portBackMs = await comeBack(stand)
      const sinceMs = performance.now()
      const window = { fromMs: 0, toMs: 25_000 }
      const mutedAttempts = await refused(
        stand,
        { kind: 'refuse', how: 'mute', ms: 600_000 },
        window
      )
      const figures = unanswered(stand, sinceMs)
      return { ...figures, portBackMs, mutedAttempts, mutedBackMs: await comeBack(stand) }
    }
  }),
  refusalRow({
    id: 'N10',
    title: 'HTTP 429 on upgrades and REST: seconds, a date, nothing',
    expect: boundedBy({
      attemptsInPause: { most: 0 },
      attemptsUnnamed: { most: 0 },
      backMs: { most: 60_000 }
    }),
    act: async (stand) => {
      const limited = { kind: 'refuse', status: 429, ms: 600_000 }
      const seconds = await refused(
        stand,
        { ...limited, retryAfter: '6' },
        { fromMs: 1_000, toMs: 5_500 }
      )
      const firstBackMs = await comeBack(stand)
      const date = new Date(wallMs() + 8_000).toUTCString()
      const dated = await refused(
        stand,
        { ...limited, retryAfter: date },
        { fromMs: 1_000, toMs: 5_500 }
      )
      const datedBackMs = await comeBack(stand)
      const attemptsUnnamed = await refused(stand, limited, { fromMs: 1_000, toMs: 25_000 })
      const backMs = await comeBack(stand)
      return { attemptsInPause: seconds + dated, attemptsUnnamed, firstBackMs, datedBackMs, backMs }
    }
  }),
  refusalRow({
    id: 'N11',
    title: 'HTTP 403: attempts within a minute, and the other venue',
    // The venue stays away, so that no gap can be told.
    spoil: withDuplicate,
    expect: boundedBy({ attemptsAfter: { most: 1 }, otherLive: { least: 1 } }),
    act: async (stand) => {
      const command = { kind: 'refuse', status: 403, ms: 600_000 }
      const attemptsAfter = await refused(stand, command, { fromMs: 2_000, toMs: 60_000 })
      return { attemptsAfter, otherLive: isOtherLive(stand) ? 1 : 0 }
    }
  }),
  refusalRow({
    id: 'N12',
    title: 'HTTP 503 and redirects on upgrades',
    expect: boundedBy({
      attempts503: { least: 2, most: 40 },
      attemptsRedirected: { most: 4 },
      contacted: { most: 0 }
    }),
    act: async (stand) => {
      const window = { fromMs: 0, toMs: 8_000 }
      const unavailable = { kind: 'refuse', status: 503, ms: 600_000 }
      const attempts503 = await refused(stand, unavailable, window)
      const backMs = await comeBack(stand)
      let contacted = 0
      const decoy = createServer((...[, response]) => {
        contacted += 1
        response.end()
      })
      decoy.on('upgrade', (...[, stream]) => {
        contacted += 1
        stream.destroy()
      })
      await new Promise<void>((resolve) => decoy.listen(0, '127.0.0.1', resolve))
      const address = decoy.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const location = `ws://127.0.0.1:${port}/`
      const redirect = { kind: 'refuse', status: 302, location, ms: 600_000 }
      const attemptsRedirected = await refused(stand, redirect, { fromMs: 2_000, toMs: 20_000 })
      decoy.close()
      return { attempts503, backMs, attemptsRedirected, contacted }
    }
  }),
  refusalRow({
    id: 'N13',
    title: 'flapping: let in, and closed with 1000 within 2 s',
    expect: boundedBy({ flapAttempts: { least: 4, most: 60 } }),
    act: async (stand) => {
      const before = await attemptsOf(stand)
      await stand.fault({ kind: 'flap', venue, withinMs: 2_000, how: 'close', code: 1000 })
      await pause(60_000)
      const flapAttempts = (await attemptsOf(stand)) - before
      return { flapAttempts, backMs: await comeBack(stand) }
    }
  })
]
