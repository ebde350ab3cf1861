/**
 * The rows of the state stream. Each table is keyed by its rows' `id`; a delta replaces whole rows.
 * Times are epoch ms of the run clock unless named otherwise; null means "not known yet" everywhere.
 */
import type { InstrumentId } from '../core/market/instrument.ts'
import type { DeckRow } from './deck.ts'
import type { Incident } from './incident.ts'
import type { ConnectionState, Freshness, HealthShape, RunMode } from './shapes.ts'

/** The run: one row, id `run`. */
export type RunRow = {
  readonly id: 'run'
  readonly mode: RunMode
  /** Wall clock at which the engine started. */
  readonly startedMs: number
  /** Run clock and wall clock taken at the same instant; `speed` run-ms per wall-ms. */
  readonly clock: { readonly runMs: number; readonly wallMs: number; readonly speed: number }
  readonly timeZone: string
  /** Base intervals collected, as configured. */
  readonly intervals: readonly string[]
  /** Where data is kept, for "what is saved where". */
  readonly dataFolder: string
  /** Start-up diagnostics in order: one sentence each. */
  readonly diagnostics: readonly string[]
  /** State of each market calendar in use. */
  readonly markets: readonly {
    readonly calendar: string
    readonly state: 'open' | 'closed' | 'pre' | 'post'
    readonly nextChangeMs: number
  }[]
}

/** What an instrument is; changes rarely. */
export type InstrumentRow = {
  readonly id: InstrumentId
  readonly venue: string
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly tickSize: number | null
  readonly lotSize: number | null
  readonly calendar: string | null
  /** Connection that carries it; null while planned nowhere. */
  readonly connection: string | null
}

/** What an instrument trades at; the busiest table. */
export type PriceRow = {
  readonly id: InstrumentId
  readonly price: number | null
  readonly size: number | null
  readonly side: 'buy' | 'sell' | null
  readonly bid: number | null
  readonly ask: number | null
  /** Venue time of the latest trade (or of the price the venue told on subscribing). */
  readonly eventMs: number | null
  readonly receivedMs: number | null
  readonly freshness: Freshness
  readonly open24h: number | null
  readonly high24h: number | null
  readonly low24h: number | null
  readonly volume24h: number | null
  readonly tradesPerMinute: number
}

/** How complete an instrument's tape is; changes when a gap opens or is settled, never with each trade. */
export type LedgerRow = {
  readonly id: InstrumentId
  /** Gaps not yet settled, and the trades known to be missing in them (0 too where ids do not tell). */
  readonly openGaps: number
  readonly missingTrades: number
  /** Gaps since start that could not be filled with trades. */
  readonly lostGaps: number
  /** Rises with each change of a gap: what was asked of the ledger before is out of date. */
  readonly revision: number
}

/** An instrument's small chart; renewed once a minute, apart from its price. */
export type SparkRow = {
  readonly id: InstrumentId
  /** Up to 60 closes, one a minute, oldest first; quiet minutes carry the close on. */
  readonly closes: readonly number[]
}

/** One connection. */
export type ConnectionRow = {
  readonly id: string
  readonly venue: string
  readonly state: ConnectionState
  /** A waiting reason, or why it failed, in words. */
  readonly reason: string | null
  /** Since when it is in this state. */
  readonly sinceMs: number
  /** Since when it is not live though it should be, over all tries; null while nothing is wrong. */
  readonly downSinceMs: number | null
  readonly instruments: readonly InstrumentId[]
  /** Those of `instruments` that are live or quiet now. */
  readonly liveInstruments: number
  readonly messagesPerSecond: number
  readonly lastDataMs: number | null
  readonly lastHeartbeatMs: number | null
  /** Venue time to receive time, last 60 s, ms. */
  readonly latencyP50Ms: number | null
  readonly latencyP99Ms: number | null
  readonly reconnects: number
  readonly attempt: number
  /**
   * While it waits: when its next attempt comes; while the venue is down (`breaker`, `offline`, `maintenance`)
   * when the venue is asked next, by whichever connection. Null for just now, or while that is not known.
   */
  readonly nextAttemptMs: number | null
  readonly rejectedFrames: number
  /** Messages per second, one value each 10 s, newest last, at most 30. */
  readonly history: readonly number[]
  readonly lastClose: {
    readonly atMs: number
    readonly code: number | null
    readonly reason: string
  } | null
  /** Latest happenings, newest first, at most 20. */
  readonly log: readonly { readonly atMs: number; readonly text: string }[]
}

/** Something of the engine that grows with what comes in, and its bound. */
export type StructureRow = {
  /** What it holds, in words. */
  readonly name: string
  readonly size: number
  readonly bound: number
  /** How many it had to give up since the start. */
  readonly dropped: number
}

/** Memory of the engine; MB of 1,048,576 bytes. */
export type MemoryFigures = {
  /** What the last full collection of garbage left of the heap and its buffers; null before the first. */
  readonly heapFloorMb: number | null
  /** Slope of that over the last 8 min, MB a minute, with its 95 % bounds; null while too little is known. */
  readonly growthMbPerMinute: {
    readonly value: number
    readonly low: number
    readonly high: number
  } | null
  /** Swapped out, of this process; null where the system does not tell. */
  readonly swappedMb: number | null
  /** In no particular order; read every 30 s. */
  readonly structures: readonly StructureRow[]
}

/** The engine's health: one row, id `health`. */
export type HealthRow = HealthShape & {
  readonly id: 'health'
  readonly messagesPerSecond: number
  /** Latency over all connections, last 60 s, ms. */
  readonly latencyP50Ms: number | null
  readonly latencyP99Ms: number | null
  readonly eventLoopDelayP99Ms: number | null
  /**
   * This computer's clock less the venues', ms; times are corrected by it beyond 2 s, up to a day. Null on
   * a tape's clock, and while no venue told its time since the clock was last set.
   */
  readonly clockSkewMs: number | null
  readonly queuedRows: number
  readonly databaseMb: number | null
  readonly tradesStored: number
  /** Counters since start: frames rejected, unknown, dropped views. */
  readonly rejectedFrames: number
  readonly unknownFrames: number
  /** Trades that ids told were missing when seen, since start; some may have come later. */
  readonly missingTrades: number
  /** Trades kept without a candle since start: more than 1 min ahead or 1 day behind the clock. */
  readonly implausibleTrades: number
  /** Trades lost since start because the store was too slow. */
  readonly droppedTrades: number
  /** Repeats since start that told something else than the stored trade; the first is kept. */
  readonly conflictingTrades: number
  /** Handlers since start that stopped the engine's main thread for 3 s or more. */
  readonly handlerTimeouts: number
  /** What handlers threw since start; each cost only what was handled. */
  readonly handlerFaults: number
  readonly memory: MemoryFigures
  /** What is wrong with the engine itself now, one sentence each, gravest first; empty when all is well. */
  readonly problems: readonly string[]
}

/** All tables of the stream. */
export type StateTables = {
  readonly run: RunRow
  readonly instruments: InstrumentRow
  readonly prices: PriceRow
  readonly sparks: SparkRow
  readonly ledger: LedgerRow
  readonly connections: ConnectionRow
  /** Outages: the newest 50. */
  readonly incidents: Incident
  readonly health: HealthRow
  /** Empty but on the stream of a deck. */
  readonly deck: DeckRow
}

export type TableName = keyof StateTables
export const tableNames = [
  'run',
  'instruments',
  'prices',
  'sparks',
  'ledger',
  'connections',
  'incidents',
  'health',
  'deck'
] as const satisfies readonly TableName[]
