import { createTokenBucket } from '../../core/market/token-bucket.ts'
import type { TokenBucket } from '../../core/market/token-bucket.ts'
import type { VenueLimits } from '../../venues/venue.ts'

const releaseForMs = 60_000

/** Slows the connections that follow once a venue is back: one at a time, at half of its rate or as it wants. Times are monotonic ms. */
export class ReleasePace {
  readonly #bucket: TokenBucket
  #untilMs = -Infinity

  constructor({ perSecond, releasePerSecond }: VenueLimits['connects'], nowMs: number) {
    const pace = releasePerSecond ?? perSecond / 2
    this.#bucket = createTokenBucket({ burst: 1, perSecond: pace }, nowMs)
  }

  /** The outage is over. */
  begin(nowMs: number): void {
    this.#untilMs = nowMs + releaseForMs
  }

  /** How long the next connect has to wait; 0 when it need not. */
  waitMs(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#bucket.waitMs(nowMs) : 0
  }

  /** Counts a connect that is made now. */
  take(nowMs: number): void {
    if (nowMs < this.#untilMs) this.#bucket.take(nowMs)
  }
}
