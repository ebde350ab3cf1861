/**
 * The state stream between the engine (or a host that relays it) and whoever shows it.
 *
 * Client → server: hello, ack, resync, watch, query. Server → client: snapshot, delta, reply, refused.
 * Rules: the first server message after hello is a snapshot; each snapshot or delta has the next
 * `sequence`; the server sends nothing more until the last one is acknowledged (replies excepted);
 * what changes meanwhile is coalesced to the latest row. A client that sees a number missing asks to
 * resync. Candles of watched series ride on deltas as events: coalesced per candle, not in snapshots;
 * a client watches first, then queries history, then merges by identity, the newer message winning.
 */
import { z } from 'zod'
import type { Candle } from '../core/market/candle.ts'
import type { Gap } from '../core/market/ledger/gap.ts'
import type { LedgerRange } from '../core/market/ledger/ledger-range.ts'
import { deckCommandSchema } from './deck.ts'
import type { Incident } from './incident.ts'
import type { StateTables, TableName } from './state-rows.ts'

export const streamProtocol = 1

/** Most series one client may watch. */
export const maxWatchedSeries = 64
/** Most series a host that relays for many clients may watch. */
export const maxRelayedSeries = 1_024
/** Most rows one candle or trade query answers. */
export const maxQueryRows = 10_000
/** Most rows one query of incidents answers: each names what it concerned. */
export const maxIncidentRows = 1_000

const seriesSchema = z.object({ instrument: z.string().max(100), interval: z.string().max(12) })

/** Rows with openMs (candles) or eventMs (trades) in [fromMs, toMs); null: unbounded. The newest `limit` of them, oldest first. */
export const querySchema = z.discriminatedUnion('name', [
  z.object({
    name: z.literal('candles'),
    instrument: z.string().max(100),
    interval: z.string().max(12),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    limit: z.number().int().min(1).max(maxQueryRows)
  }),
  z.object({
    name: z.literal('trades'),
    instrument: z.string().max(100),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    limit: z.number().int().min(1).max(maxQueryRows)
  }),
  /** The truth ledger's tiles over [fromMs, toMs); the newest `limit` of them. Null: all that is known. */
  z.object({
    name: z.literal('ledger'),
    instrument: z.string().max(100),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    limit: z.number().int().min(1).max(maxQueryRows)
  }),
  /** Gaps that touch [fromMs, toMs), by their end, oldest first; the newest `limit` of them. Null: all instruments. */
  z.object({
    name: z.literal('gaps'),
    instrument: z.string().max(100).nullable(),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    limit: z.number().int().min(1).max(maxQueryRows)
  }),
  /** Outages that touch [fromMs, toMs), by their beginning, oldest first; the newest `limit` of them. Null: all venues. */
  z.object({
    name: z.literal('incidents'),
    venue: z.string().max(100).nullable(),
    fromMs: z.number().nullable(),
    toMs: z.number().nullable(),
    limit: z.number().int().min(1).max(maxIncidentRows)
  })
])

export const clientMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), protocol: z.number() }),
  z.object({ kind: z.literal('ack'), sequence: z.number() }),
  z.object({ kind: z.literal('resync') }),
  /** The complete list of series whose live candles the client wants; replaces the former. More than its link allows is refused. */
  z.object({ kind: z.literal('watch'), series: z.array(seriesSchema).max(maxRelayedSeries) }),
  z.object({ kind: z.literal('query'), requestId: z.number(), query: querySchema }),
  /** Skips the wait of a connection that is in backoff. */
  z.object({ kind: z.literal('retry'), connection: z.string().max(100) }),
  /** Only on the stream of a deck; see deck.ts. */
  z.object({ kind: z.literal('deck'), command: deckCommandSchema })
])

export type Series = z.infer<typeof seriesSchema>
export type Query = z.infer<typeof querySchema>
export type CandleQuery = Extract<Query, { name: 'candles' }>
export type ClientMessage = z.infer<typeof clientMessageSchema>

export type Snapshot = {
  readonly kind: 'snapshot'
  readonly sequence: number
  readonly tables: { readonly [Name in TableName]: readonly StateTables[Name][] }
}

export type Delta = {
  readonly kind: 'delta'
  readonly sequence: number
  /** Rows that are new or changed, whole. */
  readonly changed: { readonly [Name in TableName]?: readonly StateTables[Name][] }
  /** Ids of rows that are gone. */
  readonly removed: { readonly [Name in TableName]?: readonly string[] }
  /** Latest state of each watched candle that changed since the last frame, oldest first within a series. */
  readonly candles: readonly Candle[]
}

/** Codes: `unknown-instrument`, `bad-query`, `busy`, `unavailable`. */
export type StreamError = {
  readonly code: string
  readonly message: string
  readonly parameter?: string
}

export type QueryResult =
  | { readonly name: 'candles'; readonly candles: readonly Candle[]; readonly complete: boolean }
  | { readonly name: 'trades'; readonly trades: readonly TradeRecord[] }
  | { readonly name: 'ledger'; readonly ranges: readonly LedgerRange[] }
  | { readonly name: 'gaps'; readonly gaps: readonly Gap[] }
  | { readonly name: 'incidents'; readonly incidents: readonly Incident[] }

/** A stored trade as a query gives it. */
export type TradeRecord = {
  readonly instrument: string
  readonly id: string
  readonly eventMs: number
  readonly receivedMs: number
  readonly price: number
  readonly size: number
  readonly side: 'buy' | 'sell' | null
}

export type ServerMessage =
  | Snapshot
  | Delta
  | {
      readonly kind: 'reply'
      readonly requestId: number
      readonly result: QueryResult | null
      /** Set exactly when `result` is null. */
      readonly error: StreamError | null
    }
  /** The last client message could not be read; it changed nothing. */
  | { readonly kind: 'refused'; readonly error: StreamError }

/** Anything that carries plain messages both ways: MessagePort, fork channel, WebSocket. */
export interface MessageLink<Out, In> {
  send(message: Out): void
  onMessage(listener: (message: In) => void): void
  /** Called once when the other end is gone, however it went. */
  onClose(listener: () => void): void
  close(): void
}
