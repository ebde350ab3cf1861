import type { ConnectionRow } from '../../contracts/state-rows.ts'
import { emptyLatencyCounts, latencyQuantile } from '../../core/market/latency-window.ts'
import type { Instrument } from '../../core/market/instrument.ts'
import type { ConnectionPhase } from './connection-phase.ts'
import type { Journal } from './journal.ts'
import type { Traffic } from './traffic.ts'

/** Describes a connection as it is shown. */
export function describeConnection(
  parts: {
    readonly phase: ConnectionPhase
    readonly traffic: Traffic
    readonly journal: Journal
    readonly instruments: readonly Instrument[]
  },
  figures: Pick<
    ConnectionRow,
    | 'id'
    | 'venue'
    | 'liveInstruments'
    | 'lastDataMs'
    | 'lastHeartbeatMs'
    | 'reconnects'
    | 'attempt'
    | 'nextAttemptMs'
  >
): ConnectionRow {
  const { phase, traffic, journal } = parts
  const counts = emptyLatencyCounts()
  traffic.latency.addTo(counts)
  return {
    ...figures,
    state: phase.state,
    reason: phase.reason,
    sinceMs: phase.sinceMs,
    downSinceMs: phase.downSinceMs,
    instruments: parts.instruments.map(({ id }) => id),
    attempt: phase.state === 'live' ? 0 : figures.attempt,
    messagesPerSecond: traffic.messagesPerSecond(),
    latencyP50Ms: latencyQuantile(counts, 0.5),
    latencyP99Ms: latencyQuantile(counts, 0.99),
    rejectedFrames: traffic.rejected,
    history: traffic.history(),
    lastClose: journal.lastClose,
    log: journal.lines
  }
}
