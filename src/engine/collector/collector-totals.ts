import { emptyLatencyCounts } from '../../core/market/latency-window.ts'
import type { Freshness } from '../../core/market/freshness.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { Connection } from './connection.ts'

/** Figures of one venue for the health row. */
export type CollectorTotals = {
  readonly venue: string
  /** The venue's, as people write it. */
  readonly name: string
  readonly connections: { readonly live: number; readonly total: number }
  /** `live`: live or quiet. `expected`: those whose market is open. */
  readonly instruments: {
    readonly live: number
    readonly expected: number
    readonly total: number
  }
  readonly messagesPerSecond: number
  readonly messagesLast60s: number
  readonly bytesLast60s: number
  readonly rejectedLast60s: number
  /** Since start. */
  readonly rejectedFrames: number
  readonly unknownFrames: number
  /** Why fewer instruments are collected than asked for, in words; empty when all is well. */
  readonly problems: readonly string[]
  /** Latencies of the last 60 s, for `latencyQuantile`. */
  readonly latencyCounts: Uint32Array
}

/** Counts instruments: `live` or quiet, and `expected` because their market is open. */
export function countInstruments(
  instruments: readonly Instrument[],
  freshnessOf: (instrument: Instrument) => Freshness
): { readonly live: number; readonly expected: number } {
  let live = 0
  let expected = 0
  for (const instrument of instruments) {
    const freshness = freshnessOf(instrument)
    if (freshness !== 'closed') expected += 1
    if (freshness === 'live' || freshness === 'quiet') live += 1
  }
  return { live, expected }
}

/** Adds up the connections of one venue. */
export function sumTotals(from: {
  readonly venue: { readonly id: string; readonly name: string }
  readonly connections: readonly Connection[]
  /** Each once, whether one connection carries it or more. */
  readonly instruments: readonly Instrument[]
  readonly problems: readonly string[]
  freshnessOf(instrument: Instrument): Freshness
}): CollectorTotals {
  const latencyCounts = emptyLatencyCounts()
  const sums = { live: 0, perSecond: 0, messages: 0, bytes: 0, lately: 0, rejected: 0, unknown: 0 }
  for (const connection of from.connections) {
    const { traffic } = connection
    const last = traffic.last60s()
    traffic.latency.addTo(latencyCounts)
    sums.live += connection.isCarrying ? 1 : 0
    sums.perSecond += traffic.messagesPerSecond()
    sums.messages += last.messages
    sums.bytes += last.bytes
    sums.lately += last.rejected
    sums.rejected += traffic.rejected
    sums.unknown += traffic.unknown
  }
  return {
    venue: from.venue.id,
    name: from.venue.name,
    connections: { live: sums.live, total: from.connections.length },
    instruments: {
      ...countInstruments(from.instruments, (instrument) => from.freshnessOf(instrument)),
      total: from.instruments.length
    },
    messagesPerSecond: Math.round(sums.perSecond * 10) / 10,
    messagesLast60s: sums.messages,
    bytesLast60s: sums.bytes,
    rejectedLast60s: sums.lately,
    rejectedFrames: sums.rejected,
    unknownFrames: sums.unknown,
    problems: from.problems,
    latencyCounts
  }
}
