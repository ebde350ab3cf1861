import type { Random } from './random.ts'

const firstCapMs = 500
const capMs = 60_000

/** How long a link must have carried healthy data before its loss counts as a first one, ms. */
export const healthyAfterMs = 60_000

/** When to try again, and how many losses in a row that makes. */
export type Retry = {
  /** Losses since the link was last healthy, this one included; at least 1. */
  readonly attempt: number
  readonly delayMs: number
}

/**
 * Plans the next attempt after a loss: full jitter under 0.5 s × 2ⁿ, at most 60 s.
 *
 * Opening a socket resets nothing; only 60 s of healthy data do, and then the first retry comes at once.
 *
 * @param loss `attempt`: losses in a row before this one, 0 for none. `healthyMs`: how long the lost
 *   link had carried healthy data.
 */
export function planRetry(
  loss: { readonly attempt: number; readonly healthyMs: number },
  random: Random
): Retry {
  if (loss.healthyMs >= healthyAfterMs) return { attempt: 1, delayMs: 0 }
  return {
    attempt: loss.attempt + 1,
    delayMs: random() * Math.min(capMs, firstCapMs * 2 ** loss.attempt)
  }
}
