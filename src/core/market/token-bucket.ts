/** A rate: at most `burst` at once, refilled at `perSecond`. In any t seconds at most burst + t × perSecond. */
export type TokenRate = { readonly burst: number; readonly perSecond: number }

/** Grants tokens at a rate. Times are monotonic ms and never go back. */
export type TokenBucket = {
  /** Takes a token if there is one. */
  take(nowMs: number): boolean
  /** Ms until a token will be there, 0 when there is one now. */
  waitMs(nowMs: number): number
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
    take(atMs) {
      fill(atMs)
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
    waitMs(atMs) {
      fill(atMs)
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / rate.perSecond)
    }
  }
}
