import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import type { Collected } from './engine-config.ts'
import { boundedBy, type FigureRule } from './figure-rules.ts'
import { incidentsOf } from './incidents-of.ts'
import { withoutGaps } from './judge-row.ts'
import { MovingVenue, newAddress } from './moving-venue.ts'
import { allowedAttempts, namePhase, nameOf, restNameOf, type NamePhase } from './name-phase.ts'
import { unanswered } from './refusal-rows.ts'
import type { FaultRow, RowFigures } from './row.ts'
import type { FaultStand } from './stand.ts'
import { untilHealthy } from './strike-row.ts'
import { forgetNames, tellNames, type NameAnswer } from './told-names.ts'
import { holdsWithin } from './wait.ts'
import { wireRow } from './wire-row.ts'

const venue = 'coinbase'
const collected: Collected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD'],
  'binance-spot': ['BTC-USDT', 'ETH-USDT'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT']
}
const venues = Object.keys(collected)
const make = { entry: fileURLToPath(new URL('named-engine.ts', import.meta.url)) }
const settleMs = 30_000
const backWithinMs = 60_000
const toldMs = 6_000
/** As long as a link must have been well for its loss to be a first one. */
const healthyMs = 61_000
const hastyMs = 3_000

/** Of each while in which names fail. */
const phaseRules: Readonly<Record<keyof Omit<NamePhase, 'attempts'>, FigureRule>> = {
  attemptsOver: { most: 0 },
  unlooked: { most: 0 },
  restLookups: { most: 20 },
  backMs: { most: 15_000 }
}
const phases = ['Missing', 'Slow', 'Late'] as const
const rules: Readonly<Record<string, FigureRule>> = {
  ...Object.fromEntries(phases.flatMap((phase) => Object.entries(named(phaseRules, phase)))),
  attemptsMissing: { least: venues.length },
  timeoutErrorMs: { most: 500 },
  offline: { least: 1, most: 1 },
  offlineTold: { least: 1, most: 1 },
  incidentsMissing: { least: 1, most: 1 },
  movedMs: { most: 15_000 },
  atNewAddress: { least: 3 }
}

/** The same under names that say of which while. */
function named<Value>(of: Readonly<Record<string, Value>>, phase: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [`${name}${phase}`, value]))
}

/** Lets the engine reach every venue by names. */
async function byName(stand: FaultStand): Promise<MovingVenue> {
  const urls = new Map(venues.map((each) => [each, stand.ready.venues[each]]))
  const moving = await MovingVenue.open(Number(new URL(urls.get(venue)?.wsUrl ?? '').port))
  for (const [each, address] of urls) {
    const under = (url: string, name: string) => {
      const { protocol, port, pathname } = new URL(url)
      const path = pathname === '/' ? '' : pathname
      return `${protocol}//${name}:${each === venue ? moving.port : port}${path}`
    }
    const { wsUrl = '', restUrl = '' } = address ?? {}
    stand.redirect(each, under(wsUrl, nameOf(each)), under(restUrl, restNameOf(each)))
  }
  return moving
}

/** Lets names fail in each way: all of them at once, then those of one venue. */
async function failures(stand: FaultStand): Promise<RowFigures> {
  const missing = await namePhase(stand, {
    venues,
    told: { all: { fails: 'ENOTFOUND' }, names: ofVenue({ fails: 'EAI_AGAIN' }) },
    forMs: 20_000,
    backWithinMs
  })
  await pause(toldMs)
  const incidents = incidentsOf(stand.database)
  await untilHealthy(stand, healthyMs)
  const one = { venues: [venue], backWithinMs }
  const slow = await namePhase(stand, {
    ...one,
    told: { names: ofVenue({ afterMs: 2_000 }) },
    forMs: 5_000
  })
  const sinceMs = performance.now()
  const late = await namePhase(stand, {
    ...one,
    told: { names: ofVenue({ afterMs: 30_000 }) },
    forMs: 22_000
  })
  return {
    ...named(missing, 'Missing'),
    ...named(slow, 'Slow'),
    ...named(late, 'Late'),
    ...unanswered(stand, sinceMs),
    offline: incidents.filter(({ kind }) => kind === 'offline').length,
    offlineTold: stand.engine.events.of('offline'),
    incidentsMissing: incidents.length
  }
}

/** The same for the names of the one venue. */
function ofVenue(answer: NameAnswer): Readonly<Record<string, NameAnswer>> {
  return { [nameOf(venue)]: answer, [restNameOf(venue)]: answer }
}

/** The venue moves: the old address is left, the name says the new one. @returns Until all links are live there. */
async function move(stand: FaultStand, moving: MovingVenue): Promise<number | null> {
  const reconnects = () => stand.engine.connections.reduce((sum, each) => sum + each.reconnects, 0)
  const before = reconnects()
  tellNames(stand.engine.pid, { names: ofVenue({ address: newAddress }) })
  moving.leave()
  const fromMs = performance.now()
  const links = stand.engine.connections.filter((each) => each.venue === venue).length
  const isBack = await holdsWithin(
    backWithinMs,
    () => stand.engine.isLive && reconnects() >= before + links
  )
  return isBack ? performance.now() - fromMs : null
}

/** Asks again at once whenever a name is not found. @returns How often it did. */
async function hasty(): Promise<number> {
  const endMs = performance.now() + hastyMs
  let attempts = 0
  while (performance.now() < endMs) {
    attempts += 1
    const socket = new WebSocket(`ws://${nameOf(venue)}:1`, {
      lookup: (...[name, , found]) => {
        found(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), '', 4)
      }
    })
    await new Promise<void>((resolve) => socket.on('error', () => resolve()))
  }
  return attempts
}

/** What is found wrong with an engine that keeps what a name was found to be, and with a client without backoff. */
async function controlsOf(stand: FaultStand): Promise<readonly string[]> {
  const remembering = await namePhase(stand, {
    venues: [venue],
    told: { names: ofVenue({ fails: 'ENOTFOUND' }), remembers: true },
    then: { names: ofVenue({ address: newAddress }), remembers: true },
    forMs: 5_000,
    backWithinMs: 15_000
  })
  tellNames(stand.engine.pid, { names: ofVenue({ address: newAddress }) })
  await stand.untilLive(backWithinMs)
  const attemptsOver = (await hasty()) - allowedAttempts(hastyMs)
  const found = (name: 'unlooked' | 'backMs' | 'attemptsOver', value: number | null) =>
    isBroken(value, phaseRules[name]) ? [`${name} is ${value ?? 'none'} without its detector`] : []
  const problems = [
    found('unlooked', remembering.unlooked),
    found('backMs', remembering.backMs),
    found('attemptsOver', attemptsOver)
  ]
  return problems.every((each) => each.length > 0) ? problems.flat() : []
}

function isBroken(value: number | null, { most = Infinity }: FigureRule): boolean {
  return value === null || value > most
}

/** Row N8: names that are not found, or not now, or slowly, or elsewhere. */
function nameRow(): FaultRow {
  let controls: readonly string[] = []
  let moving: MovingVenue | null = null
  let pid = 0
  const row = wireRow({
    id: 'N8',
    families: ['N'],
    title: 'names: not found, not now, slowly, and at another address',
    collected,
    venueSettings: { per_connection: 1 },
    make,
    mostSeeds: 1,
    settleMs,
    spoil: withoutGaps,
    control: () => controls,
    expect: boundedBy(rules),
    prepare: async (stand) => {
      moving = await byName(stand)
    },
    act: async (stand) => {
      pid = stand.engine.pid
      if (moving === null) throw new Error('no venue was opened')
      const figures = await failures(stand)
      await untilHealthy(stand, healthyMs)
      const movedMs = await move(stand, moving)
      const atNewAddress = moving.accepted
      await untilHealthy(stand, healthyMs)
      controls = await controlsOf(stand)
      return { ...figures, movedMs, atNewAddress }
    }
  })
  return {
    ...row,
    run: async (seed, faultRun) => {
      try {
        return await row.run(seed, faultRun)
      } finally {
        await moving?.close()
        forgetNames(pid)
      }
    }
  }
}

/** Row N8. */
export const nameRows: readonly FaultRow[] = [nameRow()]
