import { setTimeout as pause } from 'node:timers/promises'
import type { TlsOptions } from 'node:tls'
import { WebSocket } from 'ws'
import { FaultProxy } from '../src/simulator/proxy/fault-proxy.ts'
import { passThrough } from '../src/simulator/proxy/proxy-behaviour.ts'
import { badCertificate } from './bad-certificate.ts'
import { countIn } from './database-copy.ts'
import { boundedBy } from './figure-rules.ts'
import { judgeRow, withDuplicate } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { FaultStand } from './stand.ts'
import { untilHolds } from './wait.ts'

const trusted = 'coinbase'
const collected = {
  coinbase: ['BTC-USD', 'ETH-USD'],
  'bybit-linear': ['BTC-USDT'],
  'binance-spot': ['BTC-USDT'],
  'bybit-spot': ['BTC-USDT']
}
const bad = Object.keys(collected).filter((venue) => venue !== trusted)
const minuteMs = 60_000
const liveMs = 20_000
const settleMs = 15_000
const badTrades = "SELECT count(*) FROM v_trade WHERE instrument NOT LIKE 'coinbase:%'"
const isTlsEnd = /certificate|self.signed|SSL|TLS|EPROTO/i

/** Stands before each venue that is not to be trusted, as a peer that speaks TLS badly or not at all. */
async function openProxies(stand: FaultStand): Promise<ReadonlyMap<string, FaultProxy>> {
  const certificate = await badCertificate(stand.folder)
  const peers: Readonly<Record<string, TlsOptions | null>> = {
    'bybit-linear': certificate,
    'binance-spot': null,
    'bybit-spot': { ...certificate, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }
  }
  const proxies = new Map<string, FaultProxy>()
  for (const venue of bad) {
    const url = new URL(stand.ready.venues[venue]?.wsUrl ?? '')
    const targetPort = Number(url.port)
    const tls = peers[venue] ?? null
    const proxy = await FaultProxy.open({ targetPort, tls, behaviour: () => passThrough })
    stand.redirect(venue, `wss://127.0.0.1:${proxy.port}${url.pathname}`)
    proxies.set(venue, proxy)
  }
  return proxies
}

/** Whether a client that checks no certificate is let in there: then the peer is real. */
async function letsIn(stand: FaultStand, proxy: FaultProxy | undefined): Promise<boolean> {
  const { pathname } = new URL(stand.ready.venues['bybit-linear']?.wsUrl ?? '')
  const url = `wss://127.0.0.1:${proxy?.port ?? 0}${pathname}`
  const socket = new WebSocket(url, { rejectUnauthorized: false })
  const isIn = await new Promise<boolean>((resolve) => {
    socket.on('open', () => resolve(true))
    socket.on('error', () => resolve(false))
  })
  socket.terminate()
  return isIn
}

/** Row N9: peers whose certificate, or protocol, is not to be trusted. */
export const tlsRow: FaultRow = {
  id: 'N9',
  families: ['N'],
  title: 'an untrusted certificate, a plain peer, a protocol too old',
  needsGaps: false,
  mostSeeds: 1,
  notYet: null,
  run: async (seed, faultRun) => {
    await using stand = await FaultStand.open({ seed, rate: 1, collected, faultRun })
    const proxies = await openProxies(stand)
    try {
      const engine = stand.launchEngine()
      await engine.untilReady()
      const ofVenue = (venue: string) => engine.connections.filter((each) => each.venue === venue)
      await untilHolds('the trusted venue live, the others refused', liveMs, () => {
        const isLive = ofVenue(trusted).some(({ state }) => state === 'live')
        return (
          isLive && bad.every((venue) => ofVenue(venue).some((each) => each.lastClose !== null))
        )
      })
      const accepted = () => bad.map((venue) => proxies.get(venue)?.accepted ?? 0)
      const before = accepted()
      await pause(minuteMs)
      const attempts = accepted().map((count, place) => count - (before[place] ?? 0))
      const ends = bad.flatMap((venue) =>
        ofVenue(venue).map(({ lastClose }) => lastClose?.reason ?? '')
      )
      const isPeerReal = await letsIn(stand, proxies.get('bybit-linear'))
      const settledMs = await stand.settle(settleMs)
      await stand.stopEngine()
      const rule = {
        spoil: withDuplicate,
        expect: boundedBy({
          attemptsPerMinute: { most: 1 },
          badTrades: { most: 0 },
          named: { least: bad.length }
        })
      }
      const run = await judgeRow(stand, rule, {
        attemptsPerMinute: Math.max(...attempts),
        badTrades: countIn(stand.database, badTrades),
        named: ends.filter((end) => isTlsEnd.test(end)).length,
        settledMs
      })
      const found = ['a client that checks nothing was let in', ...run.controlProblems]
      return { ...run, controlProblems: isPeerReal ? found : [] }
    } finally {
      for (const proxy of proxies.values()) await proxy.close()
    }
  }
}
