import type { Gap } from '../../../core/market/ledger/gap.ts'
import { Patience } from './patience.ts'
import { keyOf } from './refill.ts'
import type { RefillContext, RefillStep } from './refill.ts'

/** Waits before asking a venue again that answered with what cannot be. */
const contradictionWaitsMs = [1_000, 5_000, 25_000]
/** Waits before asking a venue again that will not answer. */
const refusalWaitsMs = [5_000, 20_000, 60_000]

/** How long a venue is still asked about one gap, after answers that cannot be and refusals. */
export class Trust {
  readonly #context: Pick<RefillContext, 'counters' | 'tell'>
  readonly #contradictions = new Patience(contradictionWaitsMs)
  readonly #refusals = new Patience(refusalWaitsMs)
  #isTold = false

  constructor(context: Pick<RefillContext, 'counters' | 'tell'>) {
    this.#context = context
  }

  /**
   * A page was dropped.
   *
   * @param reachedFromMs See Settlement, for when it was once too often.
   */
  contradicted(gap: Gap, fault: string, reachedFromMs: number | null): RefillStep {
    const key = keyOf(gap)
    this.#context.counters.refusedPages += 1
    if (!this.#isTold) this.#context.tell({ kind: 'refused', key, reason: fault })
    this.#isTold = true
    const delayMs = this.#contradictions.next()
    if (delayMs !== null) return { kind: 'wait', delayMs }
    const reason = 'history contradicts the feed'
    return { kind: 'settle', settlement: { key, rest: 'lost', reason, reachedFromMs } }
  }

  /** The venue would not answer: when to ask again, or null when that was often enough. */
  refused(): RefillStep | null {
    const delayMs = this.#refusals.next()
    if (delayMs !== null) return { kind: 'wait', delayMs }
    this.#refusals.renew()
    return null
  }

  /** A page was sound and brought something. */
  confirmed(): void {
    this.#contradictions.renew()
  }
}
