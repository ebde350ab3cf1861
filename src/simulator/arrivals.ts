import type { Random } from '../core/market/random.ts'
import { hashUnit } from './hash.ts'

/** Share of events that another event set off: clusters hold 1 / (1 − share) events on average. */
const branching = 0.55
/** How fast the excitement dies away, per ms. */
const decayPerMs = 1 / 600
const slotMs = 60_000
const activityStream = 7

/**
 * When an instrument trades: a self-exciting (Hawkes) process whose calm rate jumps in some minutes,
 * drawn by thinning. Times are virtual ms since the start, so the same seed gives the same times
 * however often one looks.
 */
export class Arrivals {
  readonly #seed: number
  readonly #random: Random
  readonly #calmPerMs: number
  #timeMs = 0
  #excitement = 0
  #slot = -1
  #activity = 1

  constructor(seed: number, random: Random, eventsPerSecond: number) {
    this.#seed = seed
    this.#random = random
    this.#calmPerMs = (eventsPerSecond * (1 - branching)) / 1000
  }

  /** Time of the next event, ms since the start; rising. */
  next(): number {
    for (;;) {
      const slot = Math.floor(this.#timeMs / slotMs)
      if (slot !== this.#slot) this.#enter(slot)
      const base = this.#calmPerMs * this.#activity
      const bound = base + this.#excitement
      const waitMs = -Math.log(1 - this.#random()) / bound
      const endMs = (slot + 1) * slotMs
      if (this.#timeMs + waitMs >= endMs) {
        this.#excitement *= Math.exp(-(endMs - this.#timeMs) * decayPerMs)
        this.#timeMs = endMs
        continue
      }
      this.#timeMs += waitMs
      this.#excitement *= Math.exp(-waitMs * decayPerMs)
      if (this.#random() * bound > base + this.#excitement) continue
      this.#excitement += branching * decayPerMs
      return this.#timeMs
    }
  }

  #enter(slot: number): void {
    this.#slot = slot
    this.#activity = activityAt(this.#seed, slot)
  }
}

/** How many times the usual activity a minute has: mostly 0.4 to 1.3, rarely up to 9, 1 on average. */
export function activityAt(seed: number, minute: number): number {
  const draw = hashUnit(seed, activityStream, minute)
  return draw < 0.03 ? 3 + 200 * draw : 0.4 + (0.89 * (draw - 0.03)) / 0.97
}
