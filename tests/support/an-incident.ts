import type { Incident } from '../../src/contracts/incident.ts'

/** A reset of one connection that was over after 80 ms: noise by default, what matters by the caller. */
export function anIncident(fields: Partial<Incident> = {}): Incident {
  return {
    id: '1-1',
    kind: 'connections',
    state: 'over',
    venue: 'coinbase',
    causeClass: 'reset',
    causeText: 'connection reset',
    causeCode: 1006,
    beganMs: 1_790_000_000_000,
    endedMs: 1_790_000_000_080,
    recoverMs: 80,
    connections: ['coinbase-01'],
    connectionCount: 1,
    instruments: ['coinbase:BTC-USD'],
    instrumentCount: 1,
    attempts: 1,
    lastFrameMs: 1_789_999_999_950,
    firstFrameMs: 1_790_000_000_080,
    missedTrades: 3,
    refilledTrades: 3,
    lostTrades: 0,
    ...fields
  }
}
