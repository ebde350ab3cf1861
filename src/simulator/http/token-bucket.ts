/** Tokens refill steadily up to `burst`; filled lazily, when one is asked for. */
export type BucketRule = { readonly perSecond: number; readonly burst: number }

/** A token bucket on a clock that its owner passes in. */
export class TokenBucket {
  readonly #rule: BucketRule
  #tokens: number
  #filledMs: number

  constructor(rule: BucketRule, nowMs: number) {
    this.#rule = rule
    this.#tokens = rule.burst
    this.#filledMs = nowMs
  }

  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean {
    const gained = ((nowMs - this.#filledMs) / 1000) * this.#rule.perSecond
    this.#tokens = Math.min(this.#rule.burst, this.#tokens + gained)
    this.#filledMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Whole tokens left at the last take. */
  get left(): number {
    return Math.floor(this.#tokens)
  }
}
