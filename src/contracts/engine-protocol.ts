/**
 * What a host and its engine say to each other over the process channel. Stream messages (see
 * state-stream.ts) of the host itself travel on the same channel inside `stream` envelopes.
 */
import type { ClientMessage, ServerMessage } from './state-stream.ts'
import type { RunMode } from './shapes.ts'
import type { Settings } from './settings.ts'

/** All that an engine needs to run; plain data. */
export type EngineConfig = {
  readonly mode: RunMode
  /** `wall`: now is the wall clock. `tape`: now is the newest event time (a simulated tape). */
  readonly clock: 'wall' | 'tape'
  readonly dataDir: string
  readonly settings: Settings
  readonly logLevel: LogLevel
  /** Ignores market calendars: connects at any hour. */
  readonly skipMarketHours: boolean
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export type HostMessage =
  | { readonly channel: 'control'; readonly kind: 'start'; readonly config: EngineConfig }
  | { readonly channel: 'control'; readonly kind: 'stop' }
  /** The machine woke up: every connection is presumed dead. */
  | { readonly channel: 'control'; readonly kind: 'resumed' }
  | { readonly channel: 'stream'; readonly message: ClientMessage }

export type EngineMessage =
  /** Store open, plan made, connections on their way. */
  | { readonly channel: 'control'; readonly kind: 'ready'; readonly pid: number }
  /** Once a second while the event loop turns. */
  | { readonly channel: 'control'; readonly kind: 'beat' }
  /** Flushed and closed; the process exits next. */
  | { readonly channel: 'control'; readonly kind: 'stopped' }
  /** Cannot run; the process exits next. `exitCode` is the command line's. */
  | {
      readonly channel: 'control'
      readonly kind: 'fatal'
      readonly code: string
      readonly message: string
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
