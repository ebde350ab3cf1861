/**
 * What a host and its engine say to each other over the process channel. Stream messages (see
 * state-stream.ts) of the host itself travel on the same channel inside `stream` envelopes.
 */
import { z } from 'zod'
import { provocationSchema, type Provocation } from './provocation.ts'
import type { ClientMessage, ServerMessage } from './state-stream.ts'
import { settingsSchema } from './settings.ts'
import { modeSchema } from './shapes.ts'

/** How long a host waits for its engine to end in order, ms; the engine divides it among its parts. */
export const stopBudgetMs = 1_500

const logLevelSchema = z.enum(['debug', 'info', 'warn', 'error'])

const engineConfigSchema = z.object({
  mode: modeSchema,
  /** `wall`: now is the wall clock. `tape`: now is the newest event time (a simulated tape). */
  clock: z.enum(['wall', 'tape']),
  dataDir: z.string().min(1),
  settings: settingsSchema,
  logLevel: logLevelSchema,
  /** Ignores market calendars: connects at any hour. */
  skipMarketHours: z.boolean(),
  /** How the engine before this one ended under the same host, where it was not to end; wall clock. */
  previousEnd: z.object({ atMs: z.number(), words: z.string() }).optional(),
  /**
   * What a run of faults changes to see that its check can fail. `gaps` false: they are neither declared
   * nor refilled. `liveness` false: no link is ever taken for dead. `growth` false: memory that grows is
   * not told. `venueTime` false: no venue is asked for its time. `provoke`: faults to have from the start;
   * more may be told later (never to a live run). `queueRows`: rows that may wait to be stored before
   * reading pauses; at four times as many they are dropped.
   */
  faultRun: z
    .object({
      gaps: z.boolean(),
      liveness: z.boolean().optional(),
      growth: z.boolean().optional(),
      venueTime: z.boolean().optional(),
      provoke: z.array(provocationSchema).readonly().optional(),
      queueRows: z.int().positive().optional()
    })
    .optional()
})

/** What the engine takes from its host; `stream` carries a client message that the stream's own end checks. */
export const hostMessageSchema = z.union([
  z.object({ channel: z.literal('control'), kind: z.literal('start'), config: engineConfigSchema }),
  z.object({ channel: z.literal('control'), kind: z.literal('stop') }),
  /** The machine woke up: every connection is presumed dead. */
  z.object({ channel: z.literal('control'), kind: z.literal('resumed') }),
  /** Have a fault: only for an engine with a `faultRun` that is not live. */
  z.object({
    channel: z.literal('control'),
    kind: z.literal('provoke'),
    fault: provocationSchema
  }),
  z.object({ channel: z.literal('stream'), message: z.unknown() }),
  /** A client of a deck came, with a number of its own; says something; went. The engine answers with `closed` when it cannot have one. */
  z.object({ channel: z.literal('deck'), deck: z.int(), kind: z.enum(['open', 'close']) }),
  z.object({
    channel: z.literal('deck'),
    deck: z.int(),
    kind: z.literal('message'),
    message: z.unknown()
  })
])

/** All that an engine needs to run; plain data. */
export type EngineConfig = z.infer<typeof engineConfigSchema>
export type LogLevel = z.infer<typeof logLevelSchema>

export type HostMessage =
  | { readonly channel: 'control'; readonly kind: 'start'; readonly config: EngineConfig }
  | { readonly channel: 'control'; readonly kind: 'stop' }
  | { readonly channel: 'control'; readonly kind: 'resumed' }
  | { readonly channel: 'control'; readonly kind: 'provoke'; readonly fault: Provocation }
  | { readonly channel: 'stream'; readonly message: ClientMessage }
  | { readonly channel: 'deck'; readonly deck: number; readonly kind: 'open' | 'close' }
  | {
      readonly channel: 'deck'
      readonly deck: number
      readonly kind: 'message'
      /** The deck checks it. */
      readonly message: unknown
    }

export type EngineMessage =
  /** Store open, plan made, connections on their way. */
  | { readonly channel: 'control'; readonly kind: 'ready'; readonly pid: number }
  /** Once a second while the event loop turns, with the memory of the process and of its heap in MB of 1,048,576 bytes. */
  | {
      readonly channel: 'control'
      readonly kind: 'beat'
      readonly memoryMb: number
      readonly heapMb: number
    }
  /** Flushed and closed; the process exits next. */
  | { readonly channel: 'control'; readonly kind: 'stopped' }
  /** Cannot run; the process exits next. Trying again helps only where `retry` says so. `exitCode` is the command line's. */
  | {
      readonly channel: 'control'
      readonly kind: 'fatal'
      readonly code: string
      readonly message: string
      readonly retry: boolean
      readonly exitCode: 1 | 2 | 78
    }
  | {
      readonly channel: 'control'
      readonly kind: 'log'
      readonly level: LogLevel
      readonly event: string
      readonly fields: Readonly<Record<string, string | number | boolean | null>>
    }
  | { readonly channel: 'stream'; readonly message: ServerMessage }
  | {
      readonly channel: 'deck'
      readonly deck: number
      readonly kind: 'message'
      readonly message: ServerMessage
    }
  /** It ended, and why, in one sentence. */
  | {
      readonly channel: 'deck'
      readonly deck: number
      readonly kind: 'closed'
      readonly reason: string
    }
