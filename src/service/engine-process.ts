import type { EngineMessage, HostMessage } from '../contracts/engine-protocol.ts'

/** How an engine ended: by itself with a code, or by a signal. */
export type EngineExit = { readonly code: number | null; readonly signal: string | null }

/** A started engine process, however its host starts one (utilityProcess, fork). */
export interface EngineProcess {
  readonly pid: number | null
  send(message: HostMessage): void
  onMessage(listener: (message: EngineMessage) => void): void
  /** Called once. */
  onExit(listener: (exit: EngineExit) => void): void
  /** Ends it at once, without asking. */
  kill(): void
}

/** Starts one engine process. */
export type LaunchEngine = () => EngineProcess
