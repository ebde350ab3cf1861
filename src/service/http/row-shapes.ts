import type { ConnectionShape, HealthShape, PriceShape } from '../../contracts/shapes.ts'
import type { ConnectionRow, HealthRow, PriceRow } from '../../contracts/state-rows.ts'

/** Builds the outer shape of a price. */
export function priceShapeOf(row: PriceRow): PriceShape {
  const { id, price, size, side, bid, ask, eventMs, receivedMs, freshness } = row
  return { instrument: id, price, size, side, bid, ask, eventMs, receivedMs, freshness }
}

/** @param nowMs Run clock; ages count from it. */
export function connectionShapeOf(row: ConnectionRow, nowMs: number): ConnectionShape {
  return {
    id: row.id,
    venue: row.venue,
    state: row.state,
    reason: row.reason,
    sinceMs: row.sinceMs,
    instruments: [...row.instruments],
    messagesPerSecond: row.messagesPerSecond,
    lastDataAgeMs: row.lastDataMs === null ? null : Math.max(0, nowMs - row.lastDataMs),
    latencyMs: { p50: row.latencyP50Ms, p99: row.latencyP99Ms },
    reconnects: row.reconnects,
    lastClose: row.lastClose
  }
}

export function healthShapeOf(row: HealthRow): HealthShape {
  return {
    status: row.status,
    mode: row.mode,
    uptimeMs: row.uptimeMs,
    messagesLast60s: row.messagesLast60s,
    coveragePercent: row.coveragePercent,
    errorRatePercent: row.errorRatePercent,
    connections: row.connections,
    instruments: row.instruments,
    memoryMb: row.memoryMb,
    storeLagMs: row.storeLagMs,
    venues: row.venues
  }
}
