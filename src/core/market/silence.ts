const longestLimitMs = 3_600_000
const usualGaps = 3
const promptMs = 3_000
/** Per second; halves what was learned in about an hour. */
const forgetting = 0.9998

/**
 * How long a connection may give no data before that is suspicious, learned from its own silences.
 *
 * It begins at `baseMs`, allows three times the longest silence seen of late, and doubles after each
 * reconnect that proved needless, at most 1 h. It outlives reconnects.
 */
export type SilenceRule = {
  limitMs(): number
  /** A silence between two data messages of one socket, ms. */
  ended(gapMs: number): void
  /**
   * A socket opened because of silence brought its first trade after `waitedMs`, or none yet: only
   * a trade within 3 s shows that there had been something to miss.
   */
  judged(waitedMs: number): void
  /** Forgets a little; its owner calls it every second. */
  age(): void
}

export function createSilenceRule(baseMs: number): SilenceRule {
  let longestMs = 0
  let patience = 1
  return {
    limitMs: () => Math.min(longestLimitMs, Math.max(baseMs * patience, longestMs * usualGaps)),
    ended(gapMs) {
      if (gapMs > longestMs) longestMs = Math.min(gapMs, longestLimitMs)
    },
    judged(waitedMs) {
      if (waitedMs > promptMs) patience = Math.min(patience * 2, longestLimitMs / baseMs)
    },
    age() {
      longestMs *= forgetting
      patience = Math.max(1, patience * forgetting)
    }
  }
}
