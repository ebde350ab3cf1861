/**
 * What an outage was about. `connections`: some of one venue. `venue`: the venue as a whole is down, or in
 * maintenance. `offline`: no venue can be reached. `engine`: the engine ended without being asked to.
 */
export const incidentKinds = ['connections', 'venue', 'offline', 'engine'] as const
export type IncidentKind = (typeof incidentKinds)[number]

/** `open`: not yet over. `over`: all of it came back. `cut-off`: the engine ended before it was over. */
export const incidentStates = ['open', 'over', 'cut-off'] as const
export type IncidentState = (typeof incidentStates)[number]

/** Connections, and instruments, that one incident names; more are counted. */
export const mostNamedInIncident = 100

/** One outage, from the first loss until all that was lost is back. Times are epoch ms of the run clock. */
export type Incident = {
  /** Unique in the data folder: run and number within it, `17-3`. */
  readonly id: string
  readonly kind: IncidentKind
  readonly state: IncidentState
  /** Null where it concerns all venues. */
  readonly venue: string | null
  /** How it began: a close class (`reset`, `silence`, `rate`), or `breaker`, `maintenance`, `offline`, `engine`. */
  readonly causeClass: string
  readonly causeText: string
  /** Close code or HTTP status; null where there was none. */
  readonly causeCode: number | null
  readonly beganMs: number
  /** When the last connection came back, or the engine ended; null while open. */
  readonly endedMs: number | null
  /** From the beginning to the last return on the monotonic clock, ms; null while open, and where none returned. */
  readonly recoverMs: number | null
  /** In the order of their loss, no repeats, at most 100 of `connectionCount`. */
  readonly connections: readonly string[]
  readonly connectionCount: number
  /** Sorted, no repeats, at most 100 of `instrumentCount`. */
  readonly instruments: readonly string[]
  readonly instrumentCount: number
  /** Connects tried. */
  readonly attempts: number
  /** Last data before the loss, the earliest over all connections; null where there was none. */
  readonly lastFrameMs: number | null
  /** First frame after it, the latest over all connections: the venue's word that it sends again. Null until then. */
  readonly firstFrameMs: number | null
  /** Trades found missing over it; 0 too where ids do not tell. */
  readonly missedTrades: number
  /** Those of `missedTrades` had afterwards. */
  readonly refilledTrades: number
  /** Those of `missedTrades` that no trades can be had for. The rest is still looked for. */
  readonly lostTrades: number
}
