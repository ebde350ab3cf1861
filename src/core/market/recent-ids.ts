/** Ids remembered per instrument at most, and for how long of venue time. */
const idsRemembered = 4_096
const rememberedMs = 120_000
/** Forgotten ids that are held on to at most where few are remembered. */
const leastCut = 64

/** What an id without order tells. `uncertain`: older than what is remembered, may be new or not. */
export type RecentVerdict = 'new' | 'duplicate' | 'uncertain'

/**
 * Remembers the ids of an instrument's newest trades, where ids give identity but no order.
 *
 * Bounds: 4,096 ids and 2 minutes. What is older than everything forgotten is never called new.
 */
export class RecentIds {
  readonly #known = new Set<string | number>()
  /** In order of arrival, from `oldest` on; at most twice those remembered, and 64. */
  readonly #order: { readonly id: string | number; readonly eventMs: number }[] = []
  #oldest = 0
  #newestMs = -Infinity
  /** Trades at or before this may have been forgotten. */
  #horizonMs: number

  /** @param horizonMs Trades at or before it may be stored though not known here; null when none are. */
  constructor(horizonMs: number | null) {
    this.#horizonMs = horizonMs ?? -Infinity
  }

  /** Venue time of the newest trade noted; -Infinity before the first. */
  get newestMs(): number {
    return this.#newestMs
  }

  /**
   * Venue times of the trades remembered next to a time: the newest no later than it, and the oldest
   * after it. Infinite where there are none after it, or none at all; null where none is remembered
   * before it, though some after it.
   */
  around(eventMs: number): { readonly beforeMs: number; readonly afterMs: number } | null {
    if (eventMs <= this.#horizonMs) return null
    let [beforeMs, afterMs] = [this.#horizonMs, Infinity]
    for (let at = this.#oldest; at < this.#order.length; at += 1) {
      const knownMs = this.#order[at]?.eventMs ?? eventMs
      if (knownMs <= eventMs) beforeMs = Math.max(beforeMs, knownMs)
      else afterMs = Math.min(afterMs, knownMs)
    }
    return beforeMs === -Infinity && afterMs < Infinity ? null : { beforeMs, afterMs }
  }

  /** Tells whether an id is remembered. */
  has(id: string | number): boolean {
    return this.#known.has(id)
  }

  /** Takes note of a trade's id. */
  take(id: string | number, eventMs: number): RecentVerdict {
    if (this.#known.has(id)) return 'duplicate'
    const verdict = eventMs > this.#horizonMs ? 'new' : 'uncertain'
    this.remember(id, eventMs)
    return verdict
  }

  /** Takes note of an id that is known to be stored. */
  remember(id: string | number, eventMs: number): void {
    this.#known.add(id)
    this.#order.push({ id, eventMs })
    this.#newestMs = Math.max(this.#newestMs, eventMs)
    while (this.#isTooMuch()) this.#forgetOldest()
    // Cut back by halves: moving what is left costs each id once.
    if (this.#oldest < leastCut || this.#oldest < this.#order.length / 2) return
    this.#order.splice(0, this.#oldest)
    this.#oldest = 0
  }

  #isTooMuch(): boolean {
    const oldest = this.#order[this.#oldest]
    if (oldest === undefined) return false
    return this.#known.size > idsRemembered || oldest.eventMs < this.#newestMs - rememberedMs
  }

  #forgetOldest(): void {
    const oldest = this.#order[this.#oldest]
    if (oldest === undefined) return
    this.#oldest += 1
    this.#known.delete(oldest.id)
    this.#horizonMs = Math.max(this.#horizonMs, oldest.eventMs)
  }
}
