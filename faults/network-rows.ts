import { setTimeout as pause } from 'node:timers/promises'
import { listVenue } from '../src/simulator/listing.ts'
import type { SimVenueId } from '../src/simulator/market.ts'
import { boundedBy } from './figure-rules.ts'
import { withDuplicate } from './judge-row.ts'
import type { FaultRow } from './row.ts'
import { strikeRow, withoutLiveness } from './strike-row.ts'
import { wireRow } from './wire-row.ts'

const both = ['coinbase', 'bybit-linear'] as const
/** Ends of a link that was healthy: the first retry is immediate. */
const promptly = {
  samples: { least: 20 },
  recoverMsP50: { most: 1_000 },
  recoverMsP95: { most: 3_000 }
}
/** The rarest of these coins trades once in some seconds: to wait for it is no slow recovery. */
const firstTradeMs = 60_000
const silentLimitMs = 25_000
const silentWithinMs = 60_000

/** As long as a link must have been well for its first retry to be immediate. */
const healthyMs = 61_000
const many = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD', 'DOGE-USD', 'ADA-USD', 'LTC-USD'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT']
}

/** Its trades fit through 1 KB/s. */
const unhurried = { coinbase: ranked('coinbase', 18) }
const withheld = ['coinbase', 'binance-spot', 'bybit-linear'] as const
const withheldCollected = {
  coinbase: ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD'],
  'binance-spot': ['BTC-USDT', 'ETH-USDT'],
  'bybit-linear': ['BTC-USDT', 'ETH-USDT']
}

function ranked(venue: SimVenueId, rank: number): readonly string[] {
  const listed = listVenue(venue, 1, 1)[rank]?.instrument
  return listed === undefined ? [] : [`${listed.base}-${listed.quote}`]
}

const slow = { delayMs: 2_000, jitterMs: 1_000, bytesPerSecond: 1_024, sliceBytes: 3 }
const slowForMs = 45_000

/** Rows N1–N6: what a network does to a link. */
export const networkRows: readonly FaultRow[] = [
  strikeRow({
    id: 'N1',
    families: ['N'],
    title: 'TCP resets, also inside a frame',
    collected: many,
    healthyMs,
    mostSeeds: 1,
    withinMs: firstTradeMs,
    rules: promptly,
    strikes: ['reset', 'mid-frame'].flatMap((how) =>
      both.map((venue) => ({ venue, commands: [{ kind: 'disconnect', how }] }))
    )
  }),
  strikeRow({
    id: 'N2',
    families: ['N'],
    title: 'ends of the stream without a close frame',
    collected: many,
    healthyMs,
    mostSeeds: 1,
    withinMs: firstTradeMs,
    rules: promptly,
    strikes: [...both, ...both].map((venue) => ({
      venue,
      commands: [{ kind: 'disconnect', how: 'eof' }]
    }))
  }),
  strikeRow({
    id: 'N3',
    families: ['N'],
    blind: withoutLiveness,
    mostSeeds: 2,
    title: 'half-open links: no byte, no pong, no end',
    proxy: true,
    withinMs: silentWithinMs,
    rules: { detectMsMax: { most: silentLimitMs }, recoverMsP95: { most: silentLimitMs + 5_000 } },
    strikes: [
      ...both.map((venue) => ({ venue, commands: [{ kind: 'freeze' }] })),
      ...both.map((venue) => ({
        venue,
        commands: [{ kind: 'network', drop: 'both' }],
        lasts: true
      }))
    ]
  }),
  strikeRow({
    id: 'N4',
    families: ['N'],
    blind: withoutLiveness,
    title: 'heartbeats and pongs, and no data',
    collected: withheldCollected,
    withinMs: silentWithinMs,
    rules: { detectMsMax: { most: 20_000 } },
    healthyMs: 31_000,
    strikes: withheld.map((venue) => ({
      venue,
      commands: [{ kind: 'mute', keep: 'heartbeats', ms: 600_000 }],
      lasts: true
    }))
  }),
  strikeRow({
    id: 'N5',
    families: ['N'],
    blind: withoutLiveness,
    title: 'a part of a frame, then nothing',
    withinMs: silentWithinMs,
    rules: { detectMsMax: { most: silentLimitMs } },
    strikes: both.map((venue) => ({ venue, commands: [{ kind: 'freeze', how: 'partial' }] }))
  }),
  wireRow({
    id: 'N6',
    families: ['N'],
    title: 'a slow network: 2 s ± 1 s, 1 KB/s, slices of 1 to 3 bytes',
    proxy: true,
    collected: unhurried,
    rate: 0.1,
    mostSeeds: 1,
    settleMs: 30_000,
    spoil: withDuplicate,
    expect: boundedBy({ slowReconnects: { most: 0 }, latencyP99Ms: { least: 1_500 } }),
    act: async (stand) => {
      const reconnects = () =>
        stand.engine.connections.reduce((sum, each) => sum + each.reconnects, 0)
      const before = reconnects()
      await stand.fault({ kind: 'network', venue: 'coinbase', ...slow })
      await pause(slowForMs)
      const slowReconnects = reconnects() - before
      const latencyP99Ms = stand.engine.health?.latencyP99Ms ?? null
      await stand.fault({ kind: 'clear' })
      return { slowReconnects, latencyP99Ms }
    }
  })
]
