import type { RunMode } from '../contracts/shapes.ts'
import type { HealthRow } from '../contracts/state-rows.ts'

/** Health as a host tells it while no engine does: nothing is live, and why. */
export function outageHealth(
  known: HealthRow | null,
  outage: { readonly mode: RunMode; readonly problem: string }
): HealthRow {
  const last = known ?? neverHeard(outage.mode)
  return {
    ...last,
    status: 'down',
    coveragePercent: 0,
    messagesPerSecond: 0,
    connections: { live: 0, total: last.connections.total },
    instruments: { live: 0, total: last.instruments.total },
    problems: [outage.problem]
  }
}

/** Of an engine that never came as far as telling its health. */
function neverHeard(mode: RunMode): HealthRow {
  return {
    id: 'health',
    status: 'down',
    mode,
    uptimeMs: 0,
    messagesLast60s: 0,
    coveragePercent: 0,
    errorRatePercent: 0,
    connections: { live: 0, total: 0 },
    instruments: { live: 0, total: 0 },
    memoryMb: 0,
    storeLagMs: 0,
    venues: [],
    messagesPerSecond: 0,
    latencyP50Ms: null,
    latencyP99Ms: null,
    eventLoopDelayP99Ms: null,
    clockSkewMs: null,
    queuedRows: 0,
    databaseMb: null,
    tradesStored: 0,
    rejectedFrames: 0,
    unknownFrames: 0,
    missingTrades: 0,
    implausibleTrades: 0,
    droppedTrades: 0,
    conflictingTrades: 0,
    handlerTimeouts: 0,
    handlerFaults: 0,
    memory: { heapFloorMb: null, growthMbPerMinute: null, swappedMb: null, structures: [] },
    problems: []
  }
}
