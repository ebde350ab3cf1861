import type { Gap, GapKey } from '../../core/market/ledger/gap.ts'

/** Gaps of one incident that may still change; one that has more counts the rest as they are. */
const mostFollowed = 5_000

/** Trades that one incident cost: those of the gaps that lie over it, and what became of them. */
export class MissedTrades {
  /** Gaps that may change, by name. */
  #gaps = new Map<string, Gap>()
  #settled = { missed: 0, refilled: 0, lost: 0 }

  /** Gaps not yet settled. */
  get open(): number {
    let count = 0
    for (const { state } of this.#gaps.values()) if (state === 'open') count += 1
    return count
  }

  follows(key: GapKey): boolean {
    return this.#gaps.has(nameOf(key))
  }

  /** Takes a gap, or what has become of it. */
  put(gap: Gap): void {
    if (this.#gaps.size < mostFollowed || this.follows(gap)) this.#gaps.set(nameOf(gap), gap)
    else this.#settled = sumOf([gap], this.#settled)
  }

  /** Others take its place. */
  drop(key: GapKey): boolean {
    return this.#gaps.delete(nameOf(key))
  }

  /** Follows its gaps no longer: what is known of them stays. */
  settle(): void {
    this.#settled = this.sum()
    this.#gaps = new Map()
  }

  sum(): { readonly missed: number; readonly refilled: number; readonly lost: number } {
    return sumOf(this.#gaps.values(), this.#settled)
  }
}

function sumOf(
  gaps: Iterable<Gap>,
  before: { readonly missed: number; readonly refilled: number; readonly lost: number }
): { missed: number; refilled: number; lost: number } {
  const sum = { ...before }
  for (const { state, missedTrades } of gaps) {
    const trades = missedTrades ?? 0
    sum.missed += trades
    if (state === 'refilled') sum.refilled += trades
    if (state === 'lost' || state === 'refilled-candles') sum.lost += trades
  }
  return sum
}

function nameOf({ instrument, firstId, fromMs }: GapKey): string {
  return `${instrument}|${firstId ?? `at ${fromMs}`}`
}
