/**
 * The outer shapes: HTTP answers, `--print ndjson` lines, export columns. One zod schema each; the
 * TypeScript types are inferred from them. Units: `…Ms` epoch milliseconds (fraction: microseconds)
 * unless the name says an age or a duration; prices in quote currency, sizes in base units.
 */
import { z } from 'zod'
import { incidentKinds, incidentStates } from './incident.ts'
import { ledgerStates } from '../core/market/ledger/ledger-state.ts'

const sideSchema = z.enum(['buy', 'sell']).nullable()
const ledgerStateSchema = z.enum(ledgerStates)
export const freshnessSchema = z.enum(['live', 'quiet', 'stale', 'none', 'closed'])
export const modeSchema = z.enum(['live', 'simulated', 'replay'])
export const connectionStateSchema = z.enum([
  'waiting',
  'connecting',
  'subscribing',
  'live',
  'stalled',
  'draining',
  'closed',
  'failed'
])
export const waitingReasonSchema = z.enum([
  'backoff',
  'rate',
  'market',
  'maintenance',
  'breaker',
  'offline',
  'paused'
])

/** One execution; `id` is text, `side` the aggressor's or null. */
export const tradeShape = z.object({
  type: z.literal('trade'),
  instrument: z.string(),
  id: z.string(),
  eventMs: z.number(),
  receivedMs: z.number(),
  price: z.number(),
  size: z.number(),
  side: sideSchema
})

/** One candle; `index` and `closeMs` on tick candles only. */
export const candleShape = z.object({
  type: z.literal('candle'),
  instrument: z.string(),
  interval: z.string(),
  openMs: z.number(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
  buyVolume: z.number(),
  trades: z.number(),
  state: ledgerStateSchema,
  final: z.boolean(),
  index: z.number().optional(),
  closeMs: z.number().optional()
})

/**
 * A stretch that was or is missing. `fromMs` null where it is not known when it began, `missedTrades`
 * where ids do not tell, `source` where there was no refill. `reason`: how the link ended, or why no refill
 * was to be had, in words for people; null where there is nothing to say.
 */
export const gapShape = z.object({
  type: z.literal('gap'),
  instrument: z.string(),
  fromMs: z.number().nullable(),
  toMs: z.number(),
  state: ledgerStateSchema,
  cause: z.string(),
  reason: z.string().nullable(),
  missedTrades: z.number().nullable(),
  source: z.string().nullable()
})

/**
 * One outage. `venue` null where it concerns all; `endedMs` null while open; `recoverMs` null where nothing
 * came back. At most 100 connections and instruments are named, the counts tell of all.
 */
export const incidentShape = z.object({
  type: z.literal('incident'),
  id: z.string(),
  kind: z.enum(incidentKinds),
  state: z.enum(incidentStates),
  venue: z.string().nullable(),
  causeClass: z.string(),
  causeText: z.string(),
  causeCode: z.number().nullable(),
  beganMs: z.number(),
  endedMs: z.number().nullable(),
  recoverMs: z.number().nullable(),
  connections: z.array(z.string()),
  connectionCount: z.number(),
  instruments: z.array(z.string()),
  instrumentCount: z.number(),
  attempts: z.number(),
  lastFrameMs: z.number().nullable(),
  firstFrameMs: z.number().nullable(),
  missedTrades: z.number(),
  refilledTrades: z.number(),
  lostTrades: z.number()
})

/** Latest trade and quote; null where nothing was received yet. */
export const priceShape = z.object({
  instrument: z.string(),
  price: z.number().nullable(),
  size: z.number().nullable(),
  side: sideSchema,
  bid: z.number().nullable(),
  ask: z.number().nullable(),
  eventMs: z.number().nullable(),
  receivedMs: z.number().nullable(),
  freshness: freshnessSchema
})

/** One connection. `reason` explains `waiting` and `failed`; latency null before the first trade. */
export const connectionShape = z.object({
  id: z.string(),
  venue: z.string(),
  state: connectionStateSchema,
  reason: z.string().nullable(),
  sinceMs: z.number(),
  instruments: z.array(z.string()),
  messagesPerSecond: z.number(),
  lastDataAgeMs: z.number().nullable(),
  latencyMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable() }),
  reconnects: z.number(),
  lastClose: z
    .object({ atMs: z.number(), code: z.number().nullable(), reason: z.string() })
    .nullable()
})

const liveTotal = z.object({ live: z.number(), total: z.number() })

/** How the engine is. `down`: no connection live though one should be, or the engine does not answer. */
export const healthShape = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  mode: modeSchema,
  uptimeMs: z.number(),
  messagesLast60s: z.number(),
  coveragePercent: z.number(),
  errorRatePercent: z.number(),
  connections: liveTotal,
  instruments: liveTotal,
  memoryMb: z.number(),
  storeLagMs: z.number(),
  venues: z.array(
    z.object({
      venue: z.string(),
      connections: liveTotal,
      instruments: liveTotal,
      messagesPerSecond: z.number(),
      /** Why a venue has fewer instruments than asked for, in words; empty when all is well. */
      problems: z.array(z.string())
    })
  )
})

/** Closing line of a replay of captured frames. Counts are of this replay; times are null without a trade. */
export const replaySummaryShape = z.object({
  type: z.literal('summary'),
  mode: z.literal('replay'),
  venue: z.string(),
  /** Those that an event told of, in the order of their first. */
  instruments: z.array(z.string()),
  intervals: z.array(z.string()),
  /** Frames received in the capture; the next four are parts of it. */
  frames: z.number(),
  /** Frames that the capture says its recorder left out; they are not parts of it. */
  omitted: z.number(),
  /** Of another venue's connection, or of instruments that were not asked for. */
  skipped: z.number(),
  /** Known to the protocol, of no use. */
  ignored: z.number(),
  /** Not in the protocol. */
  unknown: z.number(),
  /** Malformed or implausible. */
  rejected: z.number(),
  /** What was wrong with the first rejected frame; null where none was. */
  firstRejection: z.string().nullable(),
  /** Trades taken, repeats left out. */
  trades: z.number(),
  duplicates: z.number(),
  /** Trades that ids tell are missing; 0 too where ids do not tell. */
  missingTrades: z.number(),
  /** Candle lines before this one; a candle that a late trade revised counts again. */
  candles: z.number(),
  /** Venue time of the earliest and the latest trade. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  /** Where the database is; null: nothing was kept. */
  dataDir: z.string().nullable(),
  /** What was passed over because it could not be read, each in words that name file and byte. */
  damage: z.array(z.string()),
  /** False when it was stopped, or not all of the capture could be read. */
  complete: z.boolean()
})

/**
 * What the tape holds besides trades and gaps: a link that began or ceased to carry instruments (`connection`, and
 * in `detail` which ones and why), or what was asked of the venue's history (`instrument`).
 */
export const tapeMarkShape = z.object({
  type: z.literal('mark'),
  kind: z.enum(['link-up', 'link-down', 'refill']),
  /** On the tape's clock. */
  atMs: z.number(),
  instrument: z.string().nullable(),
  connection: z.string().nullable(),
  detail: z.record(z.string(), z.unknown())
})

/** Closing line of a replay of a stored stretch. Times are null without a trade. */
export const tapeReplaySummaryShape = z.object({
  type: z.literal('summary'),
  /** Of the data that was played. */
  mode: modeSchema,
  view: z.enum(['then', 'final']),
  instruments: z.array(z.string()),
  intervals: z.array(z.string()),
  trades: z.number(),
  /** Candle lines before this one; a candle that a late trade revised counts again. */
  candles: z.number(),
  /** Venue time of the earliest and the latest trade. */
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  /** Files that could not be read, in words; their trades are left out. */
  damage: z.array(z.string()),
  /** Stretches between the first and the last trade, or the bounds asked for, whose trades retention deleted; oldest first. */
  forgotten: z.array(z.object({ venue: z.string(), fromMs: z.number(), toMs: z.number() })),
  /** False when it was stopped, a file could not be read, or trades were deleted. */
  complete: z.boolean()
})

/** An error as HTTP and the state stream give it; `parameter` names the argument at fault. */
export const errorShape = z.object({
  error: z.object({ code: z.string(), message: z.string(), parameter: z.string().optional() })
})

/** A list answer; `next` continues a paged one. */
export function listShape<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().optional() })
}

export type TradeShape = z.infer<typeof tradeShape>
export type CandleShape = z.infer<typeof candleShape>
export type GapShape = z.infer<typeof gapShape>
export type IncidentShape = z.infer<typeof incidentShape>
export type PriceShape = z.infer<typeof priceShape>
export type ConnectionShape = z.infer<typeof connectionShape>
export type HealthShape = z.infer<typeof healthShape>
export type ReplaySummaryShape = z.infer<typeof replaySummaryShape>
export type TapeMarkShape = z.infer<typeof tapeMarkShape>
export type TapeReplaySummaryShape = z.infer<typeof tapeReplaySummaryShape>
export type Freshness = z.infer<typeof freshnessSchema>
export type RunMode = z.infer<typeof modeSchema>
export type ConnectionState = z.infer<typeof connectionStateSchema>
export type WaitingReason = z.infer<typeof waitingReasonSchema>
