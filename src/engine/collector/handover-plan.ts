import { planRetry } from '../../core/market/backoff.ts'
import type { Random } from '../../core/market/random.ts'

const leastRetryMs = 5_000
/** A link is replaced after 23 of 24 parts of its life, less up to one more part at random. */
const lifeParts = 24

/** Why a link is to be replaced. `isUrgent`: the venue is about to end it. */
export type HandoverWish = { readonly reason: string; readonly isUrgent: boolean }

/** When the links of one connection are to be replaced. Times are monotonic ms. */
export class HandoverPlan {
  readonly #lifetimeMs: number | null
  readonly #random: Random
  #rotateMs = Infinity
  #wish: HandoverWish | null = null
  #attempt = 0
  #notBeforeMs = 0

  /** @param lifetimeMs After which a link would be ended; null: none is replaced for its age. */
  constructor(lifetimeMs: number | null, random: Random) {
    this.#lifetimeMs = lifetimeMs
    this.#random = random
  }

  /** A link began: all that was wished for is done. */
  began(nowMs: number): void {
    this.#wish = null
    this.#attempt = 0
    this.#notBeforeMs = 0
    const lifetimeMs = this.#lifetimeMs
    this.#rotateMs =
      lifetimeMs === null
        ? Infinity
        : nowMs + (lifetimeMs * (lifeParts - 1 - this.#random())) / lifeParts
  }

  /** Asks for a new link before its time; a pressing reason replaces another one. */
  want(wish: HandoverWish): void {
    if (this.#wish === null || wish.isUrgent) this.#wish = wish
  }

  /** What is due now; null for nothing. */
  due(nowMs: number): HandoverWish | null {
    if (nowMs < this.#notBeforeMs) return null
    if (this.#wish !== null) return this.#wish
    return nowMs >= this.#rotateMs ? { reason: 'rotation', isUrgent: false } : null
  }

  /** The new link failed: it is tried again later, after `leastDelayMs` at the soonest. */
  failed(nowMs: number, leastDelayMs: number): void {
    const retry = planRetry({ attempt: this.#attempt, healthyMs: 0 }, this.#random)
    this.#attempt = retry.attempt
    this.#notBeforeMs = nowMs + Math.max(leastRetryMs, retry.delayMs, leastDelayMs)
  }
}
