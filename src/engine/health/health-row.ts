import type { HealthRow } from '../../contracts/state-rows.ts'
import { emptyLatencyCounts, latencyQuantile } from '../../core/market/latency-window.ts'
import { coveragePercent, errorRatePercent } from './coverage.ts'

/** What one venue's collector tells; see `CollectorTotals`. */
export type VenueFigures = {
  readonly venue: string
  readonly connections: { readonly live: number; readonly total: number }
  readonly instruments: { readonly live: number; readonly expected: number; readonly total: number }
  readonly messagesPerSecond: number
  readonly messagesLast60s: number
  readonly rejectedLast60s: number
  readonly rejectedFrames: number
  readonly unknownFrames: number
  readonly problems: readonly string[]
  readonly latencyCounts: Uint32Array
}

/** What the engine's process costs. */
export type ProcessFigures = {
  /** Resident memory, MB of 1,048,576 bytes. */
  readonly memoryMb: number
  /** How late timers come, p99 since the last reading, ms; null before the first. */
  readonly eventLoopDelayP99Ms: number | null
}

/** What the engine tells of itself and its store. */
export type EngineFigures = Pick<
  HealthRow,
  | 'mode'
  | 'uptimeMs'
  | 'storeLagMs'
  | 'clockSkewMs'
  | 'queuedRows'
  | 'databaseMb'
  | 'tradesStored'
  | 'missingTrades'
  | 'implausibleTrades'
  | 'droppedTrades'
  | 'conflictingTrades'
  | 'handlerTimeouts'
  | 'handlerFaults'
  | 'memory'
  | 'problems'
>

const degradedBelowCoverage = 80
const degradedAboveErrors = 5

/** Builds the health row. `down`: no connection live though a market is open; `degraded`: coverage below 80 %, errors above 5 %, or a problem of a venue or of the engine. */
export function buildHealthRow(
  venues: readonly VenueFigures[],
  load: ProcessFigures,
  engine: EngineFigures
): HealthRow {
  const counts = emptyLatencyCounts()
  for (const { latencyCounts } of venues) {
    for (const [bucket, count] of latencyCounts.entries())
      counts[bucket] = (counts[bucket] ?? 0) + count
  }
  const sum = (figure: (venue: VenueFigures) => number): number =>
    venues.reduce((total, venue) => total + figure(venue), 0)
  const live = sum(({ instruments }) => instruments.live)
  const coverage = coveragePercent({
    live,
    expected: sum(({ instruments }) => instruments.expected)
  })
  const messagesLast60s = sum((venue) => venue.messagesLast60s)
  const errors = errorRatePercent({
    rejected: sum((venue) => venue.rejectedLast60s),
    received: messagesLast60s
  })
  return {
    ...engine,
    ...load,
    id: 'health',
    status: judgeStatus(venues, { coverage, errors, problems: engine.problems }),
    messagesLast60s,
    coveragePercent: coverage,
    errorRatePercent: errors,
    connections: {
      live: sum(({ connections }) => connections.live),
      total: sum(({ connections }) => connections.total)
    },
    instruments: { live, total: sum(({ instruments }) => instruments.total) },
    venues: venues.map((venue) => ({
      venue: venue.venue,
      connections: venue.connections,
      instruments: { live: venue.instruments.live, total: venue.instruments.total },
      messagesPerSecond: venue.messagesPerSecond,
      problems: [...venue.problems]
    })),
    messagesPerSecond: Math.round(sum((venue) => venue.messagesPerSecond) * 10) / 10,
    latencyP50Ms: latencyQuantile(counts, 0.5),
    latencyP99Ms: latencyQuantile(counts, 0.99),
    rejectedFrames: sum((venue) => venue.rejectedFrames),
    unknownFrames: sum((venue) => venue.unknownFrames)
  }
}

function judgeStatus(
  venues: readonly VenueFigures[],
  of: {
    readonly coverage: number
    readonly errors: number
    readonly problems: readonly string[]
  }
): HealthRow['status'] {
  const isExpected = venues.some(
    ({ instruments, connections }) => instruments.expected > 0 || connections.total === 0
  )
  if (isExpected && venues.every(({ connections }) => connections.live === 0)) return 'down'
  const hasProblem = of.problems.length > 0 || venues.some(({ problems }) => problems.length > 0)
  const isPoor = of.coverage < degradedBelowCoverage || of.errors > degradedAboveErrors
  return isPoor || hasProblem ? 'degraded' : 'ok'
}
