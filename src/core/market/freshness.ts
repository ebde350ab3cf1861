/** How far a shown value may be trusted; one vocabulary everywhere. */
export type Freshness = 'live' | 'quiet' | 'stale' | 'none' | 'closed'

/** Silence of a shard after which its sign of life is missed. */
export const heartbeatLimitMs = 15_000

const liveAtLeastMs = 5_000
const usualGaps = 3

/** What freshness is judged by. Ages in ms on the monotonic clock. */
export type FreshnessInput = {
  /** The instrument's market is open by its calendar; true where it has none. */
  readonly marketOpen: boolean
  /** The connection that carries it is in state `live`. */
  readonly connectionLive: boolean
  /** Since the instrument's last message; Infinity when only an older price was told, null when nothing came yet. */
  readonly dataAgeMs: number | null
  /** The instrument's usual time between messages; null while unknown. */
  readonly usualGapMs: number | null
  /** It has not traded for longer than its own habit explains. */
  readonly isSuspect: boolean
  /** Since the connection's last sign of life; null while none came. */
  readonly heartbeatAgeMs: number | null
  /** Age at which a sign of life is missed; 15 s unless the venue's own rhythm is slower. */
  readonly heartbeatLimitMs: number
}

/**
 * Judges one instrument. Never `live` or `quiet` while its connection is not live, its sign of life
 * is missed or its silence suspicious; never `stale` while its market is closed.
 */
export function judgeFreshness(input: FreshnessInput): Freshness {
  if (!input.marketOpen) return 'closed'
  if (input.dataAgeMs === null) return 'none'
  if (!input.connectionLive) return 'stale'
  if (input.heartbeatAgeMs === null || input.heartbeatAgeMs > input.heartbeatLimitMs) return 'stale'
  if (input.isSuspect) return 'stale'
  const limitMs = Math.max(liveAtLeastMs, usualGaps * (input.usualGapMs ?? 0))
  return input.dataAgeMs <= limitMs ? 'live' : 'quiet'
}

const fromBest: readonly Freshness[] = ['live', 'quiet', 'closed', 'stale', 'none']

/** The best of what several connections say of one instrument; `none` where there are none. */
export function bestFreshness(each: readonly Freshness[]): Freshness {
  return fromBest.find((freshness) => each.includes(freshness)) ?? 'none'
}
