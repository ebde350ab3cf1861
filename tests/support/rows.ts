import type { DeckRow } from '../../src/contracts/deck.ts'
import type {
  ConnectionRow,
  HealthRow,
  InstrumentRow,
  PriceRow,
  RunRow
} from '../../src/contracts/state-rows.ts'

/** Builders of state rows: noise by default, what matters by the caller. */
export function aRunRow(fields: Partial<RunRow> = {}): RunRow {
  return {
    id: 'run',
    mode: 'simulated',
    startedMs: 1_790_000_000_000,
    clock: { runMs: 1_790_000_000_000, wallMs: 1_790_000_000_000, speed: 1 },
    timeZone: 'UTC',
    intervals: ['1s', '1m', '100t'],
    dataFolder: '/data',
    diagnostics: [],
    markets: [],
    ...fields
  }
}

export function aPriceRow(fields: Partial<PriceRow> = {}): PriceRow {
  return {
    id: 'coinbase:BTC-USD',
    price: 64_321.31,
    size: 0.5,
    side: 'buy',
    bid: 64_321.3,
    ask: 64_321.4,
    eventMs: 1_790_000_000_000.25,
    receivedMs: 1_790_000_000_030,
    freshness: 'live',
    open24h: 64_000,
    high24h: 65_000,
    low24h: 63_000,
    volume24h: 1_000,
    tradesPerMinute: 60,
    ...fields
  }
}

export function anInstrumentRow(fields: Partial<InstrumentRow> = {}): InstrumentRow {
  return {
    id: 'coinbase:BTC-USD',
    venue: 'coinbase',
    symbol: 'BTC-USD',
    base: 'BTC',
    quote: 'USD',
    tickSize: 0.01,
    lotSize: 1e-8,
    calendar: null,
    connection: 'coinbase-01',
    ...fields
  }
}

export function aConnectionRow(fields: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    id: 'coinbase-01',
    venue: 'coinbase',
    state: 'live',
    reason: null,
    sinceMs: 1_790_000_000_000,
    downSinceMs: null,
    instruments: ['coinbase:BTC-USD'],
    liveInstruments: 1,
    messagesPerSecond: 70,
    lastDataMs: 1_790_000_000_000,
    lastHeartbeatMs: 1_790_000_000_000,
    latencyP50Ms: 30,
    latencyP99Ms: 80,
    reconnects: 0,
    attempt: 0,
    nextAttemptMs: null,
    rejectedFrames: 0,
    history: [],
    lastClose: null,
    log: [],
    ...fields
  }
}

export function aHealthRow(fields: Partial<HealthRow> = {}): HealthRow {
  return {
    id: 'health',
    status: 'ok',
    mode: 'simulated',
    uptimeMs: 1_000,
    messagesLast60s: 90_000,
    coveragePercent: 100,
    errorRatePercent: 0,
    connections: { live: 1, total: 1 },
    instruments: { live: 1, total: 1 },
    memoryMb: 120,
    storeLagMs: 40,
    venues: [],
    messagesPerSecond: 1_500,
    latencyP50Ms: 30,
    latencyP99Ms: 80,
    eventLoopDelayP99Ms: 2,
    clockSkewMs: null,
    queuedRows: 0,
    databaseMb: 10,
    tradesStored: 1_000,
    rejectedFrames: 0,
    unknownFrames: 0,
    missingTrades: 0,
    implausibleTrades: 0,
    droppedTrades: 0,
    conflictingTrades: 0,
    handlerTimeouts: 0,
    handlerFaults: 0,
    memory: { heapFloorMb: 30, growthMbPerMinute: null, swappedMb: 0, structures: [] },
    problems: [],
    ...fields
  }
}

/** A deck with an hour of one instrument in it, paused at its begin. */
export function aDeckRow(fields: Partial<DeckRow> = {}): DeckRow {
  return {
    id: 'deck',
    state: 'paused',
    problem: null,
    atMs: 1_790_000_000_000,
    instruments: ['coinbase:BTC-USD'],
    view: 'then',
    recorded: 'live',
    range: { fromMs: 1_790_000_000_000, toMs: 1_790_003_600_000 },
    speed: 1,
    pace: null,
    loop: null,
    trades: 0,
    damage: [],
    ...fields
  }
}
