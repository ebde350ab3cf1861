/** A rate: at most `burst` at once, refilled at `perSecond`. In any t seconds at most burst + t × perSecond. */
export type TokenRate = { readonly burst: number; readonly perSecond: number }

/** Grants tokens at a rate. Times are monotonic ms and never go back. */
export type TokenBucket = {
  /** Takes a token if there is one, and `spare` (0) more that stay. */
  take(nowMs: number, spare?: number): boolean
  /** Ms until `take` will succeed, 0 when it would now. `spare` is below the burst. */
  waitMs(nowMs: number, spare?: number): number
}

/** Makes a full bucket. */
export function createTokenBucket(rate: TokenRate, nowMs: number): TokenBucket {
  const capacity = Math.max(1, rate.burst)
  let tokens = capacity
  let filledMs = nowMs

  function fill(atMs: number): void {
    tokens = Math.min(capacity, tokens + (Math.max(0, atMs - filledMs) * rate.perSecond) / 1000)
    filledMs = Math.max(filledMs, atMs)
  }

  return {
    take(atMs, spare = 0) {
      fill(atMs)
      if (tokens < 1 + spare) return false
      tokens -= 1
      return true
    },
    waitMs(atMs, spare = 0) {
      fill(atMs)
      const wanted = 1 + spare
      return tokens >= wanted ? 0 : Math.ceil(((wanted - tokens) * 1000) / rate.perSecond)
    }
  }
}
